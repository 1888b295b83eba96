import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { call } from '@/api/client'
import { Problem } from '@/api/problem'
import { signedOut } from '@/api/session'

const away = (status = 503) => new Response(JSON.stringify({ code: 'unavailable', detail: 'Not now.' }), { status, headers: { 'Retry-After': '2' } })
const well = () => new Response('{"id":"q1"}', { status: 200 })

let answers: Response[]
const fetching = vi.fn((_path: string, _init: RequestInit) => Promise.resolve(answers.shift()!))

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', fetching)
  fetching.mockClear()
  signedOut()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('what changes nothing is asked again after the pause that the server names', async () => {
  answers = [away(503), away(504), well()]
  const asked = call('GET', '/api/quizzes/q1')
  await vi.advanceTimersByTimeAsync(1999)
  expect(fetching).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(2002)
  expect(await asked).toEqual({ id: 'q1' })
  expect(fetching).toHaveBeenCalledTimes(3)
})

test('what has a key is sent again under the same key', async () => {
  answers = [away(), well()]
  const asked = call('POST', '/api/quizzes', { body: { title: 'T' }, idempotencyKey: 'k1' })
  await vi.advanceTimersByTimeAsync(2000)
  expect(await asked).toEqual({ id: 'q1' })
  expect(fetching.mock.calls.map(([, init]) => new Headers(init.headers).get('Idempotency-Key'))).toEqual(['k1', 'k1'])
})

test('a change without a key is sent once, and the refusal is told', async () => {
  answers = [away(), well()]
  await expect(call('PATCH', '/api/quizzes/q1', { body: {} })).rejects.toSatisfy((error) => error instanceof Problem && error.message === 'Not now.')
  expect(fetching).toHaveBeenCalledTimes(1)
})

test('patience ends', async () => {
  answers = [away(), away(), away(), away(), well()]
  const asked = call('GET', '/api/quizzes').catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await asked).toBeInstanceOf(Problem)
  expect(fetching).toHaveBeenCalledTimes(4)
})

test('nobody waits for an answer that is wanted no more', async () => {
  answers = [away(), well()]
  const stop = new AbortController()
  const asked = call('GET', '/api/quizzes', { signal: stop.signal }).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(1000)
  stop.abort()
  await vi.advanceTimersByTimeAsync(2000)
  expect((await asked as Error).name).toBe('AbortError')
  expect(fetching).toHaveBeenCalledTimes(1)
})
