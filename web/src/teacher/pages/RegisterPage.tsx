import { useEffect, useState, type SyntheticEvent } from 'react'
import { call } from '@/api/client'
import { messageOf, Problem } from '@/api/problem'
import { signedIn, type Tokens, type User } from '@/api/session'
import { Link, navigate, useSearch, useTitle } from '@/router'
import { safeNext } from '@/teacher/pages/SignInPage'
import { say } from '@/teacher/teacher.en'
import { Button } from '@/ui/Button'
import { Centred } from '@/ui/Centred'
import { Field } from '@/ui/Field'
import { Notice } from '@/ui/Notice'
import { words } from '@/words'

type Registration = 'open' | 'invite' | 'closed'

export function RegisterPage() {
  useTitle(`${say.register.title} · ${words.product}`)
  const next = useSearch().get('next')
  const [mode, setMode] = useState<Registration>('open')
  const [account, setAccount] = useState({ name: '', email: '', password: '', role: 'teacher', invite_code: '' })
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  useEffect(() => {
    call<{ registration: Registration }>('GET', '/api/config')
      .then((config) => setMode(config.registration))
      .catch(() => undefined)
  }, [])

  const set = (change: Partial<typeof account>) => setAccount({ ...account, ...change })
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    setProblem(null)
    const { invite_code, ...rest } = account
    try {
      const tokens = await call<Tokens & { user: User }>('POST', '/api/auth/register', { body: { ...rest, ...(mode === 'invite' && { invite_code }) } })
      signedIn(tokens, tokens.user)
      navigate(safeNext(next), { replace: true })
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, 'unexpected', messageOf(error)))
      setBusy(false)
    }
  }
  const on = (field: string) => problem?.on(field) ?? problem?.on(`account.${field}`)
  const { register } = say
  return (
    <Centred>
      <h1>{register.title}</h1>
      {mode === 'closed' ? (
        <Notice>{register.closed}</Notice>
      ) : (
        <form className="form" onSubmit={(event) => void submit(event)}>
          <fieldset className="form__choice">
            <legend>{register.role}</legend>
            {(['teacher', 'student'] as const).map((role) => (
              <label key={role}>
                <input type="radio" name="role" checked={account.role === role} onChange={() => set({ role })} />
                {register[role]}
              </label>
            ))}
          </fieldset>
          <Field label={register.name} autoComplete="name" required maxLength={200} error={on('name')} value={account.name} onChange={(event) => set({ name: event.target.value })} />
          <Field label={register.email} type="email" autoComplete="username" required error={on('email')} value={account.email} onChange={(event) => set({ email: event.target.value })} />
          <Field label={register.password} hint={register.passwordHint} type="password" autoComplete="new-password" required error={on('password')} value={account.password} onChange={(event) => set({ password: event.target.value })} />
          {mode === 'invite' && <Field label={register.invite} hint={register.inviteHint} required error={on('invite_code')} value={account.invite_code} onChange={(event) => set({ invite_code: event.target.value })} />}
          {problem?.errors.length === 0 && <Notice kind="negative">{problem.message}</Notice>}
          <Button type="submit" busy={busy} wide large>
            {register.go}
          </Button>
        </form>
      )}
      <p className="form__aside">
        {register.have} <Link to="/signin">{register.signIn}</Link>
      </p>
    </Centred>
  )
}
