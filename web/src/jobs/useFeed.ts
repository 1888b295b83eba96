import { useCallback, useEffect, useSyncExternalStore } from 'react'
import { accessToken } from '@/api/client'
import { browserTimers } from '@/game/timers'
import { socketAt } from '@/game/wire'
import { feedApi } from '@/jobs/api'
import { Feed, NOTHING, type FeedView, type Held } from '@/jobs/feed'
import { Line } from '@/jobs/line'
import { Shown } from '@/jobs/shown'
import { kept } from '@/storage'

/** The feed of whoever is signed in on this page; none while nobody is. */
let feed: Feed | null = null
const waiting = new Set<() => void>()

const openPush = socketAt('/notifications', '/push/socket.io/')

function begin(userId: string): () => void {
  const mine = new Feed({
    api: feedApi,
    timers: browserTimers,
    shown: new Shown(userId, { store: kept, after: (ms, run) => browserTimers.after(ms, run), hidden: () => document.hidden }),
    open: (events) => new Line(openPush, browserTimers, (renew) => accessToken({ renew }), events),
    lookedAt: (told, watched) => !document.hidden && (watched || told.link === location.pathname),
  })
  feed = mine
  const wake = () => {
    if (!document.hidden) mine.wake()
  }
  addEventListener('online', wake)
  document.addEventListener('visibilitychange', wake)
  waiting.forEach((tell) => tell())
  return () => {
    removeEventListener('online', wake)
    document.removeEventListener('visibilitychange', wake)
    mine.close()
    if (feed === mine) feed = null
    waiting.forEach((tell) => tell())
  }
}

/** Listens for as long as the component is there. */
export function useListening(userId: string): void {
  useEffect(() => begin(userId), [userId])
}

/** The feed that listens now. Actions only: what it knows comes by `useFeed`. */
export function theFeed(): Feed | null {
  return feed
}

function subscribe(tell: () => void): () => void {
  let off = feed?.subscribe(tell)
  const changed = () => {
    off?.()
    off = feed?.subscribe(tell)
    tell()
  }
  waiting.add(changed)
  return () => {
    waiting.delete(changed)
    off?.()
  }
}

export function useFeed(): FeedView {
  return useSyncExternalStore(subscribe, () => feed?.view() ?? NOTHING)
}

export interface Watched {
  held: Held | null
  /** Nobody knows this job. */
  missing: boolean
  /** The server does not answer; what is shown is what was last heard. */
  lost: boolean
}

/** One job, kept fresh until it has ended. */
export function useJob(id: string | null): Watched {
  const view = useFeed()
  const present = useSyncExternalStore(
    useCallback((tell: () => void) => {
      waiting.add(tell)
      return () => waiting.delete(tell)
    }, []),
    () => feed,
  )
  useEffect(() => (id === null || present === null ? undefined : present.watch(id)), [id, present])
  return { held: id === null ? null : (view.jobs.get(id) ?? null), missing: id !== null && view.missing.has(id), lost: view.lost }
}
