import { useEffect, useState, type SyntheticEvent } from 'react'
import { call } from '@/api/client'
import { messageOf } from '@/api/problem'
import { signedIn, type Tokens, type User } from '@/api/session'
import { Link, navigate, useSearch, useTitle } from '@/router'
import type { DemoAccount } from '@/teacher/api'
import { say } from '@/teacher/teacher.en'
import { Button } from '@/ui/Button'
import { Centred } from '@/ui/Centred'
import { Field } from '@/ui/Field'
import { Notice } from '@/ui/Notice'
import { words } from '@/words'

/** The page to go to after signing in: only ever one of this site. */
export function safeNext(next: string | null): string {
  return next?.startsWith('/') && !next.startsWith('//') && !next.includes('\\') ? next : '/home'
}

export function SignInPage() {
  useTitle(`${say.signIn.title} · ${words.product}`)
  const next = useSearch().get('next')
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const demo = useDemo()

  const signIn = async (as: { email: string; password: string }) => {
    setBusy(true)
    setProblem(null)
    try {
      const tokens = await call<Tokens & { user: User }>('POST', '/api/auth/login', { body: { email: as.email, password: as.password } })
      signedIn(tokens, tokens.user)
      navigate(safeNext(next), { replace: true })
    } catch (error) {
      setProblem(messageOf(error))
      setBusy(false)
    }
  }
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (!busy) void signIn({ email, password })
  }
  return (
    <Centred foot={<Link to="/">{say.nav.join}</Link>}>
      <h1>{say.signIn.title}</h1>
      <form className="form" onSubmit={submit}>
        <Field label={say.signIn.email} type="email" autoComplete="username" required value={email} onChange={(event) => setEmail(event.target.value)} />
        <Field label={say.signIn.password} type="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} />
        {problem && <Notice kind="negative">{problem}</Notice>}
        <Button type="submit" busy={busy} wide large>
          {say.signIn.go}
        </Button>
      </form>
      <p className="form__aside">
        <Link to="/signin/forgotten">{say.signIn.forgotten}</Link>
        <br />
        {say.signIn.noAccount} <Link to={`/register${next ? `?next=${encodeURIComponent(next)}` : ''}`}>{say.signIn.register}</Link>
      </p>
      {demo.length > 0 && (
        <section className="card demo">
          <h2>{say.signIn.demoTitle}</h2>
          <p>{say.signIn.demoHelp}</p>
          <ul className="demo__people">
            {demo.slice(0, 3).map((person) => (
              <li key={person.id}>
                <Button kind="quiet" wide busy={busy} onClick={() => void signIn(person)}>
                  {say.signIn.demoAs(person.name, person.role)}
                </Button>
                <span className="muted demo__how">
                  {person.email} · {person.password}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Centred>
  )
}

/** The accounts of the demo school; none where there is no demo. */
function useDemo(): DemoAccount[] {
  const [accounts, setAccounts] = useState<DemoAccount[]>([])
  useEffect(() => {
    const stop = new AbortController()
    call<{ accounts: DemoAccount[] }>('GET', '/api/demo', { signal: stop.signal })
      .then((demo) => setAccounts(demo.accounts))
      .catch(() => undefined)
    return () => stop.abort()
  }, [])
  return accounts
}
