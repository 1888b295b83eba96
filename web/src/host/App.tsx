import { NotFound } from '@/ui/NotFound'

/** The projector's page of one game. */
export default function HostApp({ gameId }: { gameId: string }) {
  return <NotFound key={gameId} />
}
