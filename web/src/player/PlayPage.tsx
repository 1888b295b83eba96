import { GameClient } from '@/game/client'
import { useGame } from '@/game/useGame'
import { Centred } from '@/ui/Centred'

const client = new GameClient({ kind: 'newcomer' })

export function PlayPage({ gameId }: { gameId: string }) {
  const view = useGame(client)
  return <Centred>{gameId + view.link}</Centred>
}
