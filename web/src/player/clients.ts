import { GameClient } from '@/game/client'
import { Held } from '@/game/held'
import { Seats } from '@/game/seats'

const held = new Held()

/** Hands over a client that has just joined, so that going from joining to playing keeps the socket. */
export function adopt(gameId: string, client: GameClient): void {
  held.adopt(gameId, client)
}

/** The client of a game in which this browser holds a seat, else null. */
export function clientOf(gameId: string): GameClient | null {
  return held.of(gameId, () => {
    const seat = new Seats().inGame(gameId)
    return seat && new GameClient({ kind: 'player', gameId, resumeToken: seat.resume_token })
  })
}

/** Keeps the client of a game open until the function returned is called, and a moment longer. */
export function hold(gameId: string): () => void {
  return held.hold(gameId)
}
