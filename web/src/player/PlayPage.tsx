import { useEffect, useState } from 'react'
import { useGame } from '@/game/useGame'
import { clientOf, hold } from '@/player/clients'
import { GonePage } from '@/player/GonePage'
import { PlayerView } from '@/player/PlayerView'
import type { GameClient } from '@/game/client'

/** A player's place in a game. It comes back by itself after a reload, sleep, or in a second tab. */
export function PlayPage({ gameId }: { gameId: string }) {
  const [client] = useState(() => clientOf(gameId))
  useEffect(() => hold(gameId), [gameId])
  if (!client) return <GonePage gone={{ why: 'unknown', message: '' }} pin={null} />
  return <Playing client={client} />
}

function Playing({ client }: { client: GameClient }) {
  const view = useGame(client)
  return <PlayerView view={view} onAnswer={(choice) => client.answer(choice)} />
}
