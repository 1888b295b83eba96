import { lazy, Suspense, useEffect, type ComponentType, type LazyExoticComponent } from 'react'
import { accessToken } from '@/api/client'
import { useSession } from '@/api/session'
import { match, navigate, usePath, type Params } from '@/router'
import { Loading } from '@/ui/Loading'
import { NotFound } from '@/ui/NotFound'
import { Material } from '@/teacher/Material'
import { RegisterPage } from '@/teacher/pages/RegisterPage'
import { Shell } from '@/teacher/Shell'
import { SignInPage } from '@/teacher/pages/SignInPage'
import '@/teacher/teacher.css'

type Page = ComponentType<{ params: Params }>

/** The pages of signed-in people by address; each loads with its first use. */
const PAGES: [pattern: string, page: LazyExoticComponent<Page>][] = [
  ['/home', lazy(() => import('@/teacher/pages/QuizzesPage'))],
  ['/quizzes', lazy(() => import('@/teacher/pages/QuizzesPage'))],
  ['/quizzes/import', lazy(() => import('@/teacher/pages/ImportPage'))],
]

export default function TeacherApp() {
  const path = usePath()
  const known = PAGES.map(([pattern, page]) => ({ params: match(pattern, path), page, pattern })).find((one) => one.params)
  return (
    <Material>
      {path === '/signin' ? <SignInPage /> : path === '/register' ? <RegisterPage /> : known?.params ? <Members page={known.page} params={known.params} /> : <NotFound />}
    </Material>
  )
}

/** A page for signed-in people; anybody else signs in first and comes back. */
function Members({ page: CurrentPage, params }: { page: LazyExoticComponent<Page>; params: Params }) {
  const session = useSession()
  useEffect(() => {
    if (session === 'unknown') void accessToken().catch(() => null)
    else if (session === null) navigate(`/signin?next=${encodeURIComponent(location.pathname + location.search)}`, { replace: true })
  }, [session])
  if (session === null || session === 'unknown') return <Loading />
  return (
    <Shell user={session.user}>
      <Suspense fallback={<Loading />}>
        <CurrentPage key={location.pathname} params={params} />
      </Suspense>
    </Shell>
  )
}
