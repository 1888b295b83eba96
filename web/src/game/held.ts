import type { GameClient } from '@/game/client'

/** The open connections of one kind of page, by game: kept while a page holds them, and a moment longer. */
export class Held {
  readonly #clients = new Map<string, { client: GameClient; users: number }>()

  /** Takes over a client that is already in its game. */
  adopt(gameId: string, client: GameClient): void {
    this.#clients.get(gameId)?.client.close()
    this.#clients.set(gameId, { client, users: 0 })
  }

  /** The client of a game, opened now if there is none; null when it cannot be opened. */
  of(gameId: string, open: () => GameClient | null): GameClient | null {
    const known = this.#clients.get(gameId)
    if (known) return known.client
    const client = open()
    if (client) this.#clients.set(gameId, { client, users: 0 })
    return client
  }

  /** Keeps the client of a game open until the function returned is called, and a moment longer. */
  hold(gameId: string): () => void {
    const held = this.#clients.get(gameId)
    if (held) held.users += 1
    return () => {
      if (!held) return
      held.users -= 1
      setTimeout(() => {
        if (held.users > 0 || this.#clients.get(gameId) !== held) return
        this.#clients.delete(gameId)
        held.client.close()
      }, 0)
    }
  }
}
