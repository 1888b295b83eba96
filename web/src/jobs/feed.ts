import { Problem } from '@/api/problem'
import type { Timers } from '@/game/timers'
import type { FeedApi } from '@/jobs/api'
import type { LineEvents } from '@/jobs/line'
import type { Shown } from '@/jobs/shown'
import type { Job, Notification } from '@/jobs/types'

/** A job as it was last heard of, and when, in ms of the monotonic clock. */
export interface Held {
  job: Job
  at: number
}

export interface FeedView {
  /** `away`: pushes do not come now; everything is asked for again and again instead. */
  link: 'connecting' | 'open' | 'away'
  unread: number
  /** The latest notifications, the newest first. Null until they were there once. */
  latest: readonly Notification[] | null
  /** Those to be shown now. */
  toasts: readonly Notification[]
  jobs: ReadonlyMap<string, Held>
  /** Jobs that nobody knows, or that are not this person's. */
  missing: ReadonlySet<string>
  /** The last question went unanswered. */
  lost: boolean
}

export const NOTHING: FeedView = { link: 'connecting', unread: 0, latest: null, toasts: [], jobs: new Map(), missing: new Set(), lost: false }

export interface FeedDeps {
  api: FeedApi
  timers: Timers
  shown: Shown
  open(events: LineEvents): { connect(): void; close(): void; wake(): void }
  /** Whether somebody looks right now at the place where this leads, or at the job it is of, if that is `watched`. */
  lookedAt(told: Notification, watched: boolean): boolean
}

const ENDED = new Set<Job['status']>(['completed', 'failed', 'cancelled'])
/** How soon something is found that no push told of: all of it, and a job that a page watches. */
const LOOK_MS = { open: 60_000, away: 5000 } as const
const WATCH_MS = { open: 8000, away: 2000 } as const
const LATEST = 8

export const hasEnded = (job: Job): boolean => ENDED.has(job.status)

/** A job as it was found, unless a later state of it is held already. */
export function taken(jobs: ReadonlyMap<string, Held>, job: Job, at: number): ReadonlyMap<string, Held> {
  const before = jobs.get(job.id)
  return before && before.job.version > job.version ? jobs : new Map(jobs).set(job.id, { job, at })
}

/** Jobs under way, the longest waiting first. */
export function underWay(view: FeedView): Held[] {
  return [...view.jobs.values()].filter(({ job }) => !hasEnded(job)).sort((a, b) => a.job.created_at.localeCompare(b.job.created_at))
}

/**
 * What this person has under way, and what they are told. Rows of the server are the truth and are fetched at every
 * connect; pushes only make it quick.
 */
export class Feed {
  #view: FeedView = NOTHING
  #listeners = new Set<() => void>()
  #line: ReturnType<FeedDeps['open']>
  #watched = new Map<string, number>()
  #cancelLook: (() => void) | null = null
  #cancelWatch: (() => void) | null = null
  #closed = false

  constructor(private readonly deps: FeedDeps) {
    this.#line = deps.open({
      opened: () => {
        this.#set({ link: 'open' })
        void this.#look()
        void this.#lookAtWatched()
      },
      lost: () => {
        // Every failed attempt says so again; the looks go on at their own pace.
        if (this.#view.link === 'away') return
        this.#set({ link: 'away' })
        this.#lookLater()
        this.#watchLater()
      },
      event: (name, payload, answer) => this.#heard(name, payload, answer),
    })
    this.#line.connect()
    void this.#look()
  }

  view = (): FeedView => this.#view

  subscribe = (tell: () => void): (() => void) => {
    this.#listeners.add(tell)
    return () => this.#listeners.delete(tell)
  }

  close(): void {
    this.#closed = true
    this.#cancelLook?.()
    this.#cancelWatch?.()
    this.#line.close()
  }

  /** The page is looked at again, or the network is back. */
  wake(): void {
    this.#line.wake()
    void this.#look()
    void this.#lookAtWatched()
  }

  /** Keeps a job fresh until the returned function is called. A toast about it has come before the page did: it is read. */
  watch(id: string): () => void {
    this.#watched.set(id, (this.#watched.get(id) ?? 0) + 1)
    void this.#lookAt(id)
    this.#watchLater()
    for (const told of this.#view.toasts) if (told.job_id === id && this.deps.lookedAt(told, true)) void this.read(told.id).catch(() => undefined)
    return () => {
      const left = (this.#watched.get(id) ?? 1) - 1
      if (left > 0) this.#watched.set(id, left)
      else this.#watched.delete(id)
    }
  }

  /** Cancels a job or tries it again. Throws `Problem`. */
  async steer(id: string, verb: 'cancel' | 'retry'): Promise<void> {
    this.#take(await this.deps.api.steer(id, verb))
    this.#watchLater()
  }

  /** Marks one as read, or all. Seen here at once; should the server not hear of it, the next look brings it back. */
  async read(id: string | null): Promise<void> {
    const { latest, unread } = this.#view
    const now = new Date().toISOString()
    const counts = id === null || latest?.some((one) => one.id === id && !one.read_at)
    this.#set({
      unread: id === null ? 0 : Math.max(0, unread - (counts ? 1 : 0)),
      latest: latest?.map((one) => (one.read_at || (id !== null && one.id !== id) ? one : { ...one, read_at: now })) ?? null,
      toasts: this.#view.toasts.filter((one) => id !== null && one.id !== id),
    })
    try {
      await this.deps.api.read(id)
    } catch (error) {
      void this.#look()
      throw error
    }
  }

  /** The toast was read or has been there long enough. */
  dismiss(id: string): void {
    this.#set({ toasts: this.#view.toasts.filter((one) => one.id !== id) })
  }

  #heard(name: string, payload: unknown, answer: (value: unknown) => void): void {
    switch (name) {
      case 'notification':
        void this.#told(payload as Notification).then(() => answer({ ok: true }))
        break
      case 'unread':
        this.#set({ unread: (payload as { count: number }).count })
        break
      case 'read': {
        const { id } = payload as { id: string | null }
        const now = new Date().toISOString()
        this.#set({ latest: this.#view.latest?.map((one) => (id === null || one.id === id ? { ...one, read_at: one.read_at ?? now } : one)) ?? null })
        break
      }
      case 'job':
        this.#take((payload as { job: Job }).job)
    }
  }

  async #told(told: Notification): Promise<void> {
    const { latest } = this.#view
    if (latest && !latest.some((one) => one.id === told.id)) {
      this.#set({ latest: [told, ...latest].sort((a, b) => b.created_at.localeCompare(a.created_at)).slice(0, LATEST) })
    }
    if (told.job_id && this.#watched.has(told.job_id)) void this.#lookAt(told.job_id)
    await this.#show(told)
  }

  async #show(told: Notification): Promise<void> {
    if (told.read_at || this.deps.shown.has(told.id) || !(await this.deps.shown.claim(told.id))) return
    const watched = told.job_id != null && this.#watched.has(told.job_id)
    if (this.deps.lookedAt(told, watched)) void this.read(told.id).catch(() => undefined)
    else this.#set({ toasts: [...this.#view.toasts, told] })
  }

  async #look(): Promise<void> {
    this.#lookLater()
    const [jobs, page] = await Promise.allSettled([this.deps.api.jobs(), this.deps.api.notifications()])
    if (this.#closed) return
    this.#set({ lost: jobs.status === 'rejected' && page.status === 'rejected' })
    if (jobs.status === 'fulfilled') jobs.value.forEach((job) => this.#take(job))
    if (page.status === 'rejected') return
    this.#set({ latest: page.value.items, unread: page.value.unread })
    // While the line is open the server sends each; otherwise this is how one hears of it.
    if (this.#view.link === 'away') for (const told of page.value.items) await this.#show(told)
  }

  async #lookAt(id: string): Promise<void> {
    try {
      this.#take(await this.deps.api.job(id))
      this.#set({ lost: false })
    } catch (error) {
      if (error instanceof Problem && error.status === 404) this.#set({ missing: new Set(this.#view.missing).add(id) })
      else this.#set({ lost: true })
    }
  }

  async #lookAtWatched(): Promise<void> {
    this.#watchLater()
    await Promise.all(this.#open().map((id) => this.#lookAt(id)))
  }

  /** Watched jobs that may still go on. */
  #open(): string[] {
    return [...this.#watched.keys()].filter((id) => {
      const held = this.#view.jobs.get(id)
      return !(held && hasEnded(held.job)) && !this.#view.missing.has(id)
    })
  }

  #pace(): 'open' | 'away' {
    return this.#view.link === 'open' ? 'open' : 'away'
  }

  #lookLater(): void {
    if (this.#closed) return
    this.#cancelLook?.()
    this.#cancelLook = this.deps.timers.after(LOOK_MS[this.#pace()], () => void this.#look())
  }

  #watchLater(): void {
    if (this.#closed) return
    this.#cancelWatch?.()
    this.#cancelWatch = this.#open().length === 0 ? null : this.deps.timers.after(WATCH_MS[this.#pace()], () => void this.#lookAtWatched())
  }

  #take(job: Job): void {
    const jobs = taken(this.#view.jobs, job, this.deps.timers.now())
    if (jobs !== this.#view.jobs) this.#set({ jobs })
  }

  #set(change: Partial<FeedView>): void {
    if (this.#closed) return
    this.#view = { ...this.#view, ...change }
    this.#listeners.forEach((tell) => tell())
  }
}
