import { call } from '@/api/client'
import { messageOf, Problem } from '@/api/problem'
import type { GameAtPin } from '@/protocol'
import { words } from '@/words'

export type Found = { game: GameAtPin } | { error: string }

/** The game that is open at a PIN, or why it cannot be joined, in words. */
export async function findGame(pin: string): Promise<Found> {
  if (!/^\d{6}$/.test(pin)) return { error: words.join.pinShort }
  try {
    const game = await call<GameAtPin>('GET', '/api/games', { query: { pin } })
    return game.phase === 'ended' ? { error: words.join.ended } : { game }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (error.status === 404) return { error: words.join.pinUnknown }
    if (error.status === 429) return { error: words.join.tooMany(error.retryAfter ?? 60) }
    return { error: messageOf(error) }
  }
}
