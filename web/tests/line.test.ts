import { expect, test } from 'vitest'
import { Line } from '@/jobs/line'
import { FakeNetwork, ManualTimers } from './fakes'

function stage() {
  const timers = new ManualTimers()
  const network = new FakeNetwork()
  const asked: boolean[] = []
  const heard: string[] = []
  const line = new Line(
    network.open,
    timers,
    (renew) => {
      asked.push(renew)
      return Promise.resolve('token')
    },
    { opened: () => heard.push('opened'), lost: () => heard.push('lost'), event: (name) => heard.push(name) },
  )
  return { timers, network, line, asked, heard }
}

test('a lost line comes back by itself, sooner at first and never more than every 15 s', async () => {
  const { timers, network, line, heard } = stage()
  line.connect()
  network.up = false
  network.lose()
  await timers.advance(60_000)
  const first = network.attempts
  await timers.advance(60_000)
  expect(first).toBeGreaterThan(6)
  expect(network.attempts - first).toBeLessThanOrEqual(6)
  network.up = true
  await timers.advance(15_000)
  expect(heard.at(-1)).toBe('opened')
})

test('a refused token is renewed once, for the next attempt', async () => {
  const { timers, network, line, asked } = stage()
  network.up = false
  line.connect()
  await network.credentials()
  network.events.failed({ code: 'token_expired', message: 'Old.' })
  await timers.advance(300)
  await network.credentials()
  await network.credentials()
  expect(asked).toEqual([false, true, false])
})

test('told that it is over, it hangs on and comes back with a fresh token', async () => {
  const { timers, network, line, asked } = stage()
  line.connect()
  network.say('ended', { code: 'token_expired' })
  network.lose()
  await timers.advance(300)
  expect(network.isOpen).toBe(true)
  await network.credentials()
  expect(asked).toEqual([true])
})

test('a gateway that leaves is left after the pause it names, and another one found', async () => {
  const { timers, network, line } = stage()
  line.connect()
  network.say('move', { retry_after_ms: 2000 })
  await timers.advance(1999)
  expect(network.attempts).toBe(1)
  await timers.advance(10)
  expect([network.attempts, network.isOpen]).toEqual([2, true])
})

test('with too many windows open it knocks once a minute at most', async () => {
  const { timers, network, line } = stage()
  network.up = false
  line.connect()
  network.events.failed({ code: 'too_many_windows', message: 'Close one.' })
  await timers.advance(59_000)
  expect(network.attempts).toBe(1)
})

test('closed, it stays closed, whatever wakes', async () => {
  const { timers, network, line } = stage()
  line.connect()
  line.close()
  line.wake()
  await timers.advance(60_000)
  expect([network.attempts, network.isOpen]).toEqual([1, false])
})
