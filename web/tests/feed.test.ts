import { beforeEach, expect, test } from 'vitest'
import { offline, Problem } from '@/api/problem'
import { Feed, taken, underWay } from '@/jobs/feed'
import { leftOf } from '@/jobs/left'
import { Line } from '@/jobs/line'
import { Shown } from '@/jobs/shown'
import type { Job, Notification } from '@/jobs/types'
import { FakeNetwork, ManualTimers, memoryStore, settle } from './fakes'

const AT = '2026-03-03T10:00:00Z'

function job(id: string, change: Partial<Job> = {}): Job {
  return { id, kind: 'generate_quiz', title: id, status: 'running', progress: 0.2, stage: 'Reading', attempts: 1, created_at: AT, updated_at: AT, version: 1, ...change }
}

function told(id: string, change: Partial<Notification> = {}): Notification {
  return { id, kind: 'job', title: id, text: '', level: 'good', link: '/drafts/d', created_at: AT, read_at: null, ...change }
}

/** A server as the feed sees it. */
class Desk {
  rows: Job[] = []
  notices: Notification[] = []
  away = false
  asked: string[] = []
  #ask<T>(what: string, answer: () => T): Promise<T> {
    this.asked.push(what)
    return this.away ? Promise.reject(offline()) : Promise.resolve(answer())
  }
  jobs = () => this.#ask('jobs', () => this.rows)
  job = (id: string) =>
    this.#ask(`job ${id}`, () => {
      const found = this.rows.find((one) => one.id === id)
      if (!found) throw new Problem(404, 'job_not_found', 'No.')
      return found
    }).catch((error: unknown) => Promise.reject(error as Error))
  steer = (id: string, verb: string) => this.#ask(`${verb} ${id}`, () => job(id, { status: verb === 'cancel' ? 'cancelled' : 'pending', version: 9 }))
  notifications = () => this.#ask('notifications', () => ({ items: this.notices, unread: this.notices.filter((one) => !one.read_at).length }))
  read = (id: string | null) => this.#ask(`read ${id ?? 'all'}`, () => undefined)
}

const store = memoryStore()
let lookedAt = false

beforeEach(() => {
  store.all.clear()
  lookedAt = false
})

function stage({ hidden = false } = {}) {
  const timers = new ManualTimers()
  const network = new FakeNetwork()
  const desk = new Desk()
  const open = () =>
    new Feed({
      api: desk,
      timers,
      shown: new Shown('u', { store, after: timers.after, hidden: () => hidden }),
      open: (events) => new Line(network.open, timers, () => Promise.resolve('t'), events),
      lookedAt: (_, watched) => lookedAt || watched,
    })
  return { timers, network, desk, open }
}

test('a job never goes back: what was sent earlier and comes later changes nothing', () => {
  const held = taken(new Map(), job('a', { version: 5, progress: 0.8 }), 1)
  expect(taken(held, job('a', { version: 4, progress: 0.1 }), 2)).toBe(held)
  expect(taken(held, job('a', { version: 6, progress: 0.9 }), 2).get('a')?.job.progress).toBe(0.9)
})

test('everything is fetched at every connect, because what was pushed meanwhile is lost', async () => {
  const { timers, network, desk, open } = stage()
  const feed = open()
  await settle()
  network.lose()
  desk.rows = [job('a', { version: 7, progress: 0.9 })]
  desk.notices = [told('n')]
  await timers.advance(400)
  expect(feed.view()).toMatchObject({ link: 'open', unread: 1 })
  expect(feed.view().jobs.get('a')?.job.version).toBe(7)
})

test('a notification is shown once and acknowledged each time, in this page and after a reload', async () => {
  const { network, open } = stage()
  const feed = open()
  network.say('notification', told('n'))
  network.say('notification', told('n'))
  await settle()
  await settle()
  expect(feed.view().toasts.map((one) => one.id)).toEqual(['n'])
  expect(network.answered).toHaveLength(2)
  feed.close()
  const again = open()
  network.say('notification', told('n'))
  await settle()
  await settle()
  expect(again.view().toasts).toEqual([])
  expect(network.answered).toHaveLength(3)
})

test('a tab that nobody looks at leaves a notification to one that somebody looks at', async () => {
  const shared = new ManualTimers()
  const behind = new Shown('u', { store, after: shared.after, hidden: () => true })
  const before = new Shown('u', { store, after: shared.after, hidden: () => false })
  const both = Promise.all([behind.claim('n'), before.claim('n')])
  await shared.advance(2000)
  expect(await both).toEqual([false, true])
})

test('who stands where a notification leads is not told, and it counts as read', async () => {
  const { network, desk, open } = stage()
  const feed = open()
  await settle()
  lookedAt = true
  network.say('notification', told('n'))
  await settle()
  await settle()
  expect(feed.view().toasts).toEqual([])
  expect(desk.asked).toContain('read n')
})

test('who watches a job sees how it ends and is not told as well; of another job they are', async () => {
  const { network, desk, open } = stage()
  const feed = open()
  await settle()
  feed.watch('a')
  network.say('notification', told('n', { job_id: 'a', link: '/jobs/a' }))
  network.say('notification', told('m', { job_id: 'b', link: '/jobs/b' }))
  await settle()
  await settle()
  expect(feed.view().toasts.map((one) => one.id)).toEqual(['m'])
  expect(desk.asked).toContain('read n')
})

test('a job that has ended before its page was there has its toast read by the page', async () => {
  const { network, desk, open } = stage()
  const feed = open()
  await settle()
  network.say('notification', told('mine', { job_id: 'a' }))
  network.say('notification', told('other', { job_id: 'b' }))
  await settle()
  expect(feed.view().toasts.map((one) => one.id)).toEqual(['mine', 'other'])
  feed.watch('a')
  await settle()
  expect(feed.view().toasts.map((one) => one.id)).toEqual(['other'])
  expect(desk.asked.filter((one) => one.startsWith('read'))).toEqual(['read mine'])
})

test('without a socket everything is asked for every few seconds, and what is new is told all the same', async () => {
  const { timers, network, desk, open } = stage()
  network.up = false
  const feed = open()
  await timers.advance(100)
  desk.notices = [told('n'), told('old', { read_at: AT })]
  desk.rows = [job('a', { progress: 0.5, version: 2 })]
  await timers.advance(6000)
  expect(feed.view().link).toBe('away')
  expect(feed.view().toasts.map((one) => one.id)).toEqual(['n'])
  expect(underWay(feed.view()).map(({ job: one }) => one.progress)).toEqual([0.5])
})

test('a watched job is asked for until it has ended, also when no push comes, and not afterwards', async () => {
  const { timers, desk, open } = stage()
  const feed = open()
  desk.rows = [job('a')]
  const off = feed.watch('a')
  await timers.advance(20_000)
  desk.rows = [job('a', { status: 'completed', progress: 1, version: 8 })]
  await timers.advance(10_000)
  expect(feed.view().jobs.get('a')?.job.status).toBe('completed')
  const asked = desk.asked.filter((one) => one === 'job a').length
  await timers.advance(120_000)
  expect(desk.asked.filter((one) => one === 'job a')).toHaveLength(asked)
  off()
})

test('a job that nobody knows is said to be missing; a server that is away is not', async () => {
  const { timers, desk, open } = stage()
  const feed = open()
  await settle()
  feed.watch('none')
  await settle()
  expect([...feed.view().missing]).toEqual(['none'])
  desk.away = true
  feed.watch('b')
  await timers.advance(9000)
  expect(feed.view()).toMatchObject({ lost: true })
  expect(feed.view().missing.has('b')).toBe(false)
})

test('a job tried again is watched again', async () => {
  const { timers, desk, open } = stage()
  const feed = open()
  desk.rows = [job('a', { status: 'failed', version: 3 })]
  feed.watch('a')
  await settle()
  await feed.steer('a', 'retry')
  desk.rows = [job('a', { status: 'running', version: 10 })]
  await timers.advance(9000)
  expect(feed.view().jobs.get('a')?.job.status).toBe('running')
})

test('read is read at once, and comes back should the server not have heard of it', async () => {
  const { desk, open } = stage()
  desk.notices = [told('n'), told('m')]
  const feed = open()
  await settle()
  await feed.read('n')
  expect(feed.view().unread).toBe(1)
  desk.away = true
  await expect(feed.read(null)).rejects.toThrow()
  expect(feed.view().unread).toBe(0)
  desk.away = false
  feed.wake()
  await settle()
  expect(feed.view().unread).toBe(2)
})

test('what another window has read is read here', async () => {
  const { network, desk, open } = stage()
  desk.notices = [told('n')]
  const feed = open()
  await settle()
  network.say('read', { id: 'n' })
  network.say('unread', { count: 0 })
  expect(feed.view().latest?.[0]?.read_at).not.toBeNull()
  expect(feed.view().unread).toBe(0)
})

test('closed, nothing is asked any more', async () => {
  const { timers, desk, open } = stage()
  const feed = open()
  await settle()
  feed.close()
  const asked = desk.asked.length
  await timers.advance(300_000)
  expect(desk.asked).toHaveLength(asked)
})

test('the estimate counts down between two pushes, and is not believed for ever', () => {
  const held = { job: job('a', { remaining_ms: 20_000 }), at: 1000 }
  expect([leftOf(held, 1000), leftOf(held, 11_000), leftOf(held, 23_000), leftOf(held, 27_000)]).toEqual([20_000, 10_000, 0, 'late'])
  expect(leftOf({ job: job('a'), at: 0 }, 0)).toBeNull()
  expect(leftOf({ job: job('a', { remaining_ms: 20_000, status: 'pending' }), at: 0 }, 0)).toBeNull()
})
