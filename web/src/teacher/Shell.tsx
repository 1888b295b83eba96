import { useEffect, useRef, type ReactNode } from 'react'
import type { User } from '@/api/session'
import { Link } from '@/router'
import { useListening } from '@/jobs/useFeed'
import { AccountMenu } from '@/teacher/AccountMenu'
import { Bell } from '@/teacher/jobs/Bell'
import { Toasts } from '@/teacher/jobs/Toasts'
import { Snackbar } from '@/teacher/parts/snack'
import { say } from '@/teacher/teacher.en'
import { Mark } from '@/ui/Brand'
import { words } from '@/words'
import '@/teacher/jobs/jobs.css'

type Entry = [to: string, label: string]

const HOME: Entry = ['/home', say.nav.home]
const CLASSES: Entry = ['/classes', say.nav.classes]
const TEACHER: Entry[] = [HOME, ['/quizzes', say.nav.quizzes], ['/games', say.nav.games], CLASSES]
const STUDENT: Entry[] = [HOME, CLASSES]

/** The calm frame around every page of signed-in people: where one is, and where one can go. */
export function Shell({ user, path, children }: { user: User; path: string; children: ReactNode }) {
  const main = useRef<HTMLElement>(null)
  const seen = useRef(path)
  useListening(user.id)
  useEffect(() => {
    // A screen reader begins at the new page, not where the link was.
    if (seen.current !== path && !main.current?.contains(document.activeElement)) main.current?.focus({ preventScroll: true })
    seen.current = path
  }, [path])
  const at = (to: string) => (path === to || path.startsWith(`${to}/`) ? 'page' : undefined)
  return (
    <div className="shell">
      <a className="shell__skip" href="#content">
        {say.nav.skip}
      </a>
      <header className="shell__head">
        <Link to="/home" className="brand" aria-label={words.product}>
          <Mark />
          <span className="shell__product">{words.product}</span>
        </Link>
        <nav aria-label={say.nav.label} className="shell__nav">
          {(user.role === 'student' ? STUDENT : TEACHER).map(([to, label]) => (
            <Link key={to} to={to} aria-current={at(to)}>
              {label}
            </Link>
          ))}
        </nav>
        <Bell current={path === '/notifications'} />
        <AccountMenu user={user} path={path} />
      </header>
      <main id="content" className="shell__main" tabIndex={-1} ref={main}>
        {children}
      </main>
      <Toasts />
      <Snackbar />
    </div>
  )
}
