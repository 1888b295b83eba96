import { session, signedIn, type User } from '@/api/session'

/** Takes a changed account into the session, whose token stays as it is. */
export function renamed(user: User): void {
  const now = session()
  if (now === null || now === 'unknown') return
  signedIn({ access_token: now.token, expires_in: Math.max(0, (now.renewAt - performance.now()) / 1000 + 30) }, user)
}
