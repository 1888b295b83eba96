import { lazy, Suspense } from 'react'
import { JoinPage } from '@/join/JoinPage'
import { PlayPage } from '@/player/PlayPage'
import { match, usePath } from '@/router'
import { Loading } from '@/ui/Loading'

// Everything of teachers and hosts, Material UI included, loads only with their first page.
const TeacherApp = lazy(() => import('@/teacher/App'))
const HostApp = lazy(() => import('@/host/App'))

/** The pages by address. Teachers' addresses are matched in `teacher/App`, which also knows what is not there. */
export function Routes() {
  const path = usePath()
  const join = match('/join/:pin', path)
  if (path === '/' || join) return <JoinPage key={join?.pin} pin={join?.pin ?? ''} />
  const play = match('/play/:gameId', path)
  if (play?.gameId) return <PlayPage key={play.gameId} gameId={play.gameId} />
  const host = match('/host/:gameId', path)
  return <Suspense fallback={<Loading />}>{host?.gameId ? <HostApp key={host.gameId} gameId={host.gameId} /> : <TeacherApp />}</Suspense>
}
