import { lazy, Suspense, useEffect, type ComponentType, type LazyExoticComponent } from 'react'
import { useSession } from '@/api/session'
import { match, navigate, usePath, type Params } from '@/router'
import { editorKey } from '@/teacher/editorKeys'
import { Material } from '@/teacher/Material'
import { ForgottenPage } from '@/teacher/pages/ForgottenPage'
import { RegisterPage } from '@/teacher/pages/RegisterPage'
import { SignInPage } from '@/teacher/pages/SignInPage'
import { Shell } from '@/teacher/Shell'
import { say } from '@/teacher/teacher.en'
import { useRenewal } from '@/teacher/useRenewal'
import { Button } from '@/ui/Button'
import { Centred } from '@/ui/Centred'
import { Loading } from '@/ui/Loading'
import { NotFound } from '@/ui/NotFound'
import { words } from '@/words'
import '@/teacher/teacher.css'

type Page = ComponentType<{ params: Params }>

interface Place {
  pattern: string
  page: LazyExoticComponent<Page>
  /** Who finds it: anybody signed in, teachers and administrators, administrators alone. */
  who?: 'teacher' | 'admin'
}

const Editor: LazyExoticComponent<Page> = lazy(() => import('@/teacher/editor/EditorPage'))

/** The pages of signed-in people by address; each loads with its first use. The first that fits is shown. */
const PLACES: Place[] = [
  { pattern: '/home', page: lazy(() => import('@/teacher/pages/HomePage')) },
  { pattern: '/quizzes', page: lazy(() => import('@/teacher/pages/QuizzesPage')), who: 'teacher' },
  { pattern: '/quizzes/import', page: lazy(() => import('@/teacher/pages/ImportPage')), who: 'teacher' },
  { pattern: '/quizzes/generate', page: lazy(() => import('@/teacher/pages/GeneratePage')), who: 'teacher' },
  { pattern: '/drafts/:draftId', page: lazy(() => import('@/teacher/draft/DraftPage')), who: 'teacher' },
  { pattern: '/notifications', page: lazy(() => import('@/teacher/pages/NotificationsPage')) },
  { pattern: '/jobs/:jobId', page: lazy(() => import('@/teacher/pages/JobPage')) },
  { pattern: '/settings', page: lazy(() => import('@/teacher/pages/SettingsPage')), who: 'teacher' },
  { pattern: '/admin/jobs', page: lazy(() => import('@/teacher/pages/AdminJobsPage')), who: 'admin' },
  { pattern: '/quizzes/new', page: Editor, who: 'teacher' },
  { pattern: '/quizzes/:quizId', page: Editor, who: 'teacher' },
  { pattern: '/games', page: lazy(() => import('@/teacher/pages/GamesPage')), who: 'teacher' },
  { pattern: '/games/:gameId', page: lazy(() => import('@/teacher/report/ReportPage')), who: 'teacher' },
  { pattern: '/classes', page: lazy(() => import('@/teacher/pages/ClassesPage')) },
  { pattern: '/classes/:classId', page: lazy(() => import('@/teacher/pages/ClassPage')) },
  { pattern: '/account', page: lazy(() => import('@/teacher/pages/AccountPage')) },
]

const OPEN: Partial<Record<string, ComponentType>> = { '/signin': SignInPage, '/signin/forgotten': ForgottenPage, '/register': RegisterPage }

export default function TeacherApp() {
  const path = usePath()
  const Open = OPEN[path]
  const found = PLACES.map((place) => ({ place, params: match(place.pattern, path) })).find((one) => one.params)
  return <Material>{Open ? <Open /> : found?.params ? <Members place={found.place} params={found.params} path={path} /> : <NotFound />}</Material>
}

/** A page for signed-in people; anybody else signs in first and comes back. */
function Members({ place, params, path }: { place: Place; params: Params; path: string }) {
  const session = useSession()
  const problem = useRenewal(session === 'unknown')
  useEffect(() => {
    if (session === null) navigate(`/signin?next=${encodeURIComponent(location.pathname + location.search)}`, { replace: true })
  }, [session])
  if (session === 'unknown' && problem.failed) return <NoServer onAgain={problem.again} />
  if (session === null || session === 'unknown') return <Loading />
  const Page = place.page
  const { role } = session.user
  if ((place.who === 'teacher' && role === 'student') || (place.who === 'admin' && role !== 'admin')) return <NotFound />
  return (
    <Shell user={session.user} path={path}>
      <Suspense fallback={<Loading />}>
        <Page key={Page === Editor ? editorKey(params.quizId) : path} params={params} />
      </Suspense>
    </Shell>
  )
}

/** The sign-in could not be checked because nothing answers: it is kept, and asked for again. */
function NoServer({ onAgain }: { onAgain: () => void }) {
  return (
    <Centred>
      <h1>{say.noServer}</h1>
      <p>{words.errors.offline}</p>
      <Button icon="again" onClick={onAgain}>
        {say.list.again}
      </Button>
    </Centred>
  )
}
