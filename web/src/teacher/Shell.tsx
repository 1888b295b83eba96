import type { ReactNode } from 'react'
import type { User } from '@/api/session'
import { Link, usePath } from '@/router'
import { say } from '@/teacher/teacher.en'
import { Brand } from '@/ui/Brand'

const TEACHER = [
  ['/quizzes', say.nav.quizzes],
] as const

/** The calm frame around every page of signed-in people: where one is, and where one can go. */
export function Shell({ user, children }: { user: User; children: ReactNode }) {
  const path = usePath()
  return (
    <div className="shell">
      <a className="shell__skip" href="#content">
        {say.nav.skip}
      </a>
      <header className="shell__head">
        <Brand />
        <nav aria-label={say.nav.label} className="shell__nav">
          {(user.role === 'student' ? [] : TEACHER).map(([to, label]) => (
            <Link key={to} to={to} aria-current={path.startsWith(to) ? 'page' : undefined}>
              {label}
            </Link>
          ))}
        </nav>
        <span className="shell__user">{user.name}</span>
      </header>
      <main id="content" className="shell__main" tabIndex={-1}>
        {children}
      </main>
    </div>
  )
}
