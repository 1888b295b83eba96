import { useState } from 'react'
import { Refused } from '@/game/connection'
import type { Game } from '@/game/reducer'
import type { Answer, ClientEvent, Payload } from '@/protocol'
import { randomId } from '@/storage'
import { words } from '@/words'

type HostEvent = Exclude<ClientEvent, 'join_game' | 'create_game' | 'submit_answer' | 'probe_clock' | 'resume_game' | 'sync_game'>
export type Command = <E extends HostEvent>(event: E, payload: Payload<E>) => Promise<Answer<E>>

export interface Commands {
  /** Sends with this game's `seq` and a fresh `op_id`, so that a double click or two hosts act once. Null: refused. */
  send<E extends HostEvent>(event: E, payload?: Omit<Payload<E>, 'op_id' | 'seq'>): Promise<Answer<E> | null>
  busy: boolean
  /** Why the last command was not accepted, in words. */
  refusal: string | null
  forget: () => void
}

/** Host commands, with what went wrong last kept for the screen. */
export function useCommands(game: Game, command: Command): Commands {
  const [underWay, setUnderWay] = useState(0)
  const [refusal, setRefusal] = useState<string | null>(null)
  return {
    busy: underWay > 0,
    refusal,
    forget: () => setRefusal(null),
    async send(event, payload) {
      // A second press while one is under way is sent too: its `seq` makes it stale if the first one moved the game on.
      setUnderWay((n) => n + 1)
      setRefusal(null)
      try {
        return await command(event, { ...payload, op_id: randomId(), seq: game.seq })
      } catch (error) {
        setRefusal(error instanceof Refused ? error.message : words.errors.offline)
        return null
      } finally {
        setUnderWay((n) => n - 1)
      }
    },
  }
}
