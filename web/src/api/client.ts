import { offline, Problem, problemOf } from '@/api/problem'
import { session, signedIn, signedOut, type Tokens, type User } from '@/api/session'

/** Where the server is: the same site, or the address given at build time for a static host. */
export const API_URL: string = import.meta.env.VITE_API_URL ?? ''

/** Where a picture is: a path of the server, or an address of its own. */
export function mediaUrl(url: string): string {
  return url.startsWith('/') ? API_URL + url : url
}

let renewing: Promise<string | null> | null = null

async function send(path: string, init: RequestInit, token: string | null): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set('X-Client', 'web')
  if (token) headers.set('Authorization', `Bearer ${token}`)
  try {
    return await fetch(API_URL + path, { ...init, headers, credentials: API_URL ? 'include' : 'same-origin' })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw offline()
  }
}

async function renewOnce(): Promise<string | null> {
  const response = await send('/api/auth/refresh', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }, null)
  if (response.status === 401 || response.status === 403 || response.status === 422) {
    signedOut()
    return null
  }
  if (!response.ok) throw await problemOf(response)
  const tokens = (await response.json()) as Tokens
  const user = tokens.user ?? ((await (await send('/api/me', {}, tokens.access_token)).json()) as User)
  signedIn(tokens, user)
  return tokens.access_token
}

/**
 * A token good for now, or null when nobody is signed in. Callers at once share one renewal. Tabs take turns, because a
 * refresh token used twice ends the whole sign-in.
 */
export async function accessToken({ renew = false } = {}): Promise<string | null> {
  const now = session()
  if (now === null) return null
  if (!renew && now !== 'unknown' && performance.now() < now.renewAt) return now.token
  renewing ??= renewAlone().finally(() => {
    renewing = null
  })
  return renewing
}

async function renewAlone(): Promise<string | null> {
  // Plain http on a LAN has no locks; there two tabs rarely renew in the same moment.
  if (!('locks' in navigator)) return renewOnce()
  return navigator.locks.request('edtech.renew', async () => renewOnce())
}

/** `fetch` with the token, renewed once after a 401. Throws `Problem` only when there is no answer at all. */
export async function authorisedFetch(path: string, init: RequestInit = {}): Promise<Response> {
  const token = await accessToken()
  const response = await send(path, init, token)
  if (response.status !== 401 || !token) return response
  const fresh = await accessToken({ renew: true })
  return fresh ? send(path, init, fresh) : response
}

export interface Call {
  body?: unknown
  query?: Record<string, string | number | boolean | null | undefined>
  signal?: AbortSignal
  /** The same key again has one effect: make it once per thing the user did, and keep it over retries. */
  idempotencyKey?: string
}

const AWAY = new Set([502, 503, 504])
const MOST_TRIES = 4
const LONGEST_WAIT_S = 4

/** An answer of success. While the server is away, what may be asked twice is asked again after the pause it names. */
async function patiently(repeatable: boolean, signal: AbortSignal | undefined, ask: () => Promise<Response>): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const response = await ask()
    if (response.ok) return response
    const problem = await problemOf(response)
    if (!repeatable || !AWAY.has(problem.status) || tries === MOST_TRIES) throw problem
    await pause(Math.min(problem.retryAfter ?? 1, LONGEST_WAIT_S) * 1000)
    if (signal?.aborted) throw new DOMException('Nobody waits for this any more.', 'AbortError')
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** One JSON call. Resolves to the answer's body, or throws `Problem`, whose message can be shown as it is. */
export async function call<T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, { body, query, signal, idempotencyKey }: Call = {}): Promise<T> {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query ?? {})) if (value !== undefined && value !== null) search.set(key, String(value))
  const headers = new Headers()
  if (idempotencyKey) headers.set('Idempotency-Key', idempotencyKey)
  let sent: BodyInit | null = null
  if (body instanceof FormData) sent = body
  else if (body !== undefined) {
    headers.set('Content-Type', 'application/json')
    sent = JSON.stringify(body)
  }
  const tail = search.toString() && (path.includes('?') ? '&' : '?') + search.toString()
  const repeatable = method === 'GET' || idempotencyKey !== undefined
  const response = await patiently(repeatable, signal, () => authorisedFetch(path + tail, { method, headers, body: sent, ...(signal && { signal }) }))
  if (response.status === 204) return undefined as T
  try {
    return (await response.json()) as T
  } catch {
    throw new Problem(response.status, 'unreadable', 'The server sent an answer this page cannot read. Reload the page.')
  }
}
