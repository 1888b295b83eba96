import { GameClient } from '@/game/client'
import { Seats } from '@/game/seats'

/** The connections of the games this page shows, so that going from joining to playing keeps the socket. */
const clients = new Map<string, { client: GameClient; users: number }>()

/** Hands over a client that has just joined. */
export function adopt(gameId: string, client: GameClient): void {
  clients.get(gameId)?.client.close()
  clients.set(gameId, { client, users: 0 })
}

/** The client of a game in which this browser holds a seat, else null. */
export function clientOf(gameId: string): GameClient | null {
  const known = clients.get(gameId)
  if (known) return known.client
  const seat = new Seats().inGame(gameId)
  if (!seat) return null
  const client = new GameClient({ kind: 'player', gameId, resumeToken: seat.resume_token })
  clients.set(gameId, { client, users: 0 })
  return client
}

/** Keeps the client of a game open until the function returned is called, and a moment longer. */
export function hold(gameId: string): () => void {
  const held = clients.get(gameId)
  if (held) held.users += 1
  return () => {
    if (!held) return
    held.users -= 1
    setTimeout(() => {
      if (held.users > 0 || clients.get(gameId) !== held) return
      clients.delete(gameId)
      held.client.close()
    }, 0)
  }
}
