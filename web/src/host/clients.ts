import { GameClient } from '@/game/client'
import { Held } from '@/game/held'
import { hostKeyOf, keepHostKey } from '@/host/hostKeys'
import type { Settings } from '@/protocol'
import { randomId } from '@/storage'

const held = new Held()

/** The host's client of a game: by the key kept in this browser, else as the signed-in owner. */
export function hostClientOf(gameId: string): GameClient {
  const open = () => {
    const key = hostKeyOf(gameId)
    return new GameClient({ kind: 'host', gameId, ...(key && { hostKey: key }) })
  }
  return held.of(gameId, open) ?? open()
}

/** Keeps the client of a game open until the function returned is called, and a moment longer. */
export function holdHost(gameId: string): () => void {
  return held.hold(gameId)
}

/** Opens a game of a quiz and keeps its socket and key for the host's page. Throws `Refused` or `NoAnswer`. */
export async function createGame(quizId: string, settings: Partial<Settings> = {}): Promise<string> {
  const client = new GameClient({ kind: 'host' })
  try {
    const created = await client.create({ quiz_id: quizId, settings, op_id: randomId() })
    keepHostKey(created.game_id, created.host_key)
    held.adopt(created.game_id, client)
    return created.game_id
  } catch (error) {
    client.close()
    throw error
  }
}
