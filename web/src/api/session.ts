import { useSyncExternalStore } from 'react'
import { kept } from '@/storage'

export interface User {
  id: string
  name: string
  email: string
  role: 'student' | 'teacher' | 'admin'
}

export interface Session {
  user: User
  token: string
  /** When the token should be renewed, on this page's monotonic clock, in ms. */
  renewAt: number
}

/** `unknown` until the first answer about the kept sign-in. */
export type SignIn = Session | null | 'unknown'

/** Present when this browser signed in before, so that players' pages never ask. */
const FLAG = 'signed_in'

let current: SignIn = kept.read(FLAG) ? 'unknown' : null
const listeners = new Set<() => void>()

function set(next: SignIn): void {
  current = next
  listeners.forEach((tell) => tell())
}

export interface Tokens {
  user?: User
  access_token: string
  expires_in: number
}

/** Takes what register, login or refresh answered. The access token lives in memory only; the refresh token is a cookie. */
export function signedIn(tokens: Tokens, user: User): void {
  kept.write(FLAG, '1')
  set({ user, token: tokens.access_token, renewAt: performance.now() + Math.max(5, tokens.expires_in - 30) * 1000 })
}

export function signedOut(): void {
  kept.drop(FLAG)
  set(null)
}

export function session(): SignIn {
  return current
}

export function useSession(): SignIn {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    session,
  )
}
