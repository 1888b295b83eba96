import { useEffect, useState } from 'react'
import type { GameClient } from '@/game/client'
import { useGame } from '@/game/useGame'
import { holdHost, hostClientOf } from '@/host/clients'
import { HostView } from '@/host/HostView'
import { hostWords } from '@/host/host.en'
import { keepHostKey } from '@/host/hostKeys'
import { Centred } from '@/ui/Centred'
import { LinkButton } from '@/ui/Button'
import { Loading } from '@/ui/Loading'
import { Material } from '@/teacher/Material'
import '@/host/host.css'

/** The projector's page of one game. */
export default function HostApp({ gameId }: { gameId: string }) {
  const [client] = useState(() => hostClientOf(gameId))
  useEffect(() => holdHost(gameId), [gameId])
  return (
    <Material>
      <Hosting client={client} gameId={gameId} />
    </Material>
  )
}

function Hosting({ client, gameId }: { client: GameClient; gameId: string }) {
  const { game, link, gone } = useGame(client)
  const key = game?.hostKey
  useEffect(() => {
    if (key) keepHostKey(gameId, key)
  }, [gameId, key])
  if (gone) return <Elsewhere gameId={gameId} />
  if (!game) return <Loading what={hostWords.connecting} />
  return <HostView game={game} lost={link === 'lost'} command={(event, payload) => client.command(event, payload)} />
}

function Elsewhere({ gameId }: { gameId: string }) {
  return (
    <Centred>
      <h1>{hostWords.goneTitle}</h1>
      <p>{hostWords.goneHelp}</p>
      <LinkButton to={`/signin?next=${encodeURIComponent(`/host/${gameId}`)}`} wide>
        {hostWords.signIn}
      </LinkButton>
      <LinkButton to="/home" kind="quiet" wide>
        {hostWords.home}
      </LinkButton>
    </Centred>
  )
}
