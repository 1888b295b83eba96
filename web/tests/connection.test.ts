import { beforeEach, expect, test } from 'vitest'
import { Connection, NoAnswer, Refused, type Link } from '@/game/connection'
import { FakeNetwork, ManualTimers, settle } from './fakes'

let timers: ManualTimers
let network: FakeNetwork
let links: Link[]
let heard: string[]
let connection: Connection

beforeEach(() => {
  timers = new ManualTimers()
  network = new FakeNetwork()
  links = []
  heard = []
  connection = new Connection(network.open, timers, () => Promise.resolve({}), {
    link: (link) => links.push(link),
    event: (name) => heard.push(name),
    refused: (refusal) => heard.push(`refused ${refusal.code}`),
  })
  connection.connect()
})

test('a lost connection is open again within a second, and so after every failed attempt', async () => {
  network.up = false
  network.lose()
  let before = network.attempts
  for (let i = 0; i < 20; i += 1) {
    await timers.advance(1000)
    expect(network.attempts).toBeGreaterThan(before)
    before = network.attempts
  }
  network.up = true
  await timers.advance(1000)
  expect(links).toEqual(['open', 'lost', 'open'])
})

test('an acknowledgement resolves, a refusal and silence are told apart', async () => {
  const good = connection.request('probe_clock', { t0: 1 })
  network.sent[0]!.answer({ ok: true, t0: 1, t1: 2, t2: 3 })
  await expect(good).resolves.toMatchObject({ t1: 2 })

  const bad = connection.request('sync_game', {})
  network.sent[1]!.answer({ ok: false, error: { code: 'not_in_game', message: 'Join first.' } })
  await expect(bad).rejects.toSatisfy((error) => error instanceof Refused && error.code === 'not_in_game')

  const silent = connection.request('sync_game', {}).catch((error: unknown) => error)
  await timers.advance(4000)
  expect(await silent).toBeInstanceOf(NoAnswer)
})

test('a silent socket is taken for dead and replaced', async () => {
  connection.request('sync_game', {}).catch(() => undefined)
  await timers.advance(4000)
  expect(network.attempts).toBe(2)
  expect(connection.link).toBe('open')
})

test('a connection on which nothing is heard is asked whether it lives', async () => {
  await timers.advance(13_000)
  expect(network.of('probe_clock')).toHaveLength(1)
  await timers.advance(4000)
  expect(network.attempts).toBe(2)
})

test('what waits for an answer is told at once when the connection is lost', async () => {
  const waiting = connection.request('sync_game', {}).catch((error: unknown) => error)
  network.lose()
  await settle()
  expect(await waiting).toBeInstanceOf(NoAnswer)
})

test('a probe is acknowledged at once and told to nobody', () => {
  network.say('probe', { n: 3 })
  expect(network.answered).toEqual([{ ok: true }])
  expect(heard).toEqual([])
})

test('a leaving server is left after the time it asks for, not before, even if it closes early', async () => {
  network.say('move', { retry_after_ms: 3000 })
  await timers.advance(1000)
  expect(network.isOpen).toBe(true)
  network.lose()
  await timers.advance(1900)
  expect(network.attempts).toBe(1)
  await timers.advance(200)
  expect(network.attempts).toBe(2)
  expect(connection.link).toBe('open')
})

test('waking up reconnects at once when the socket is gone, and asks when it seems open', async () => {
  network.up = false
  network.lose()
  await timers.advance(5000)
  network.up = true
  connection.wake()
  await timers.advance(0)
  expect(connection.link).toBe('open')

  connection.wake()
  expect(network.of('probe_clock')).toHaveLength(1)
  await timers.advance(2000)
  expect(network.attempts).toBeGreaterThan(2)
})

test('a refusal for good is told, one that passes is tried again when it says', async () => {
  network.up = false
  network.lose()
  network.events.failed({ code: 'unavailable', message: '', retry_after_ms: 2000 })
  const before = network.attempts
  await timers.advance(1900)
  expect(network.attempts).toBe(before)
  network.up = true
  await timers.advance(200)
  expect(connection.link).toBe('open')
  network.events.failed({ code: 'kicked', message: 'Out.' })
  expect(heard).toEqual(['refused kicked'])
})

test('after closing nothing is tried any more', async () => {
  connection.close()
  await timers.advance(60_000)
  expect(network.attempts).toBe(1)
  expect(links).toEqual(['open', 'closed'])
})
