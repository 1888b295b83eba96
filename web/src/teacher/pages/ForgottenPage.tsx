import { useState, type SyntheticEvent } from 'react'
import { call } from '@/api/client'
import { messageOf, Problem } from '@/api/problem'
import { signedIn, type Tokens, type User } from '@/api/session'
import { Link, navigate, useTitle } from '@/router'
import { say } from '@/teacher/teacher.en'
import { Button } from '@/ui/Button'
import { Centred } from '@/ui/Centred'
import { Field } from '@/ui/Field'
import { Notice } from '@/ui/Notice'
import { words } from '@/words'

/** A student sets a new password with the one-time code of the teacher, and is signed in. */
export function ForgottenPage() {
  const { forgotten } = say
  useTitle(`${forgotten.title} · ${words.product}`)
  const [fields, setFields] = useState({ email: '', code: '', new_password: '' })
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const set = (change: Partial<typeof fields>) => setFields({ ...fields, ...change })
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    setProblem(null)
    try {
      await call('POST', '/api/auth/reset', { body: fields })
      const tokens = await call<Tokens & { user: User }>('POST', '/api/auth/login', { body: { email: fields.email, password: fields.new_password } })
      signedIn(tokens, tokens.user)
      navigate('/home', { replace: true })
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, 'unexpected', messageOf(error)))
      setBusy(false)
    }
  }
  const on = (field: string) => problem?.on(field) ?? problem?.on(`reset.${field}`)
  const shown = on('email') ?? on('code') ?? on('new_password')
  return (
    <Centred foot={<Link to="/signin">{forgotten.back}</Link>}>
      <h1>{forgotten.title}</h1>
      <p>{forgotten.help}</p>
      <form className="form" onSubmit={(event) => void submit(event)}>
        <Field label={say.signIn.email} type="email" autoComplete="username" required error={on('email')} value={fields.email} onChange={(event) => set({ email: event.target.value })} />
        <Field label={forgotten.code} hint={forgotten.codeHint} autoComplete="one-time-code" autoCapitalize="characters" spellCheck={false} required maxLength={20} error={on('code')} value={fields.code} onChange={(event) => set({ code: event.target.value })} />
        <Field label={forgotten.password} hint={say.register.passwordHint} type="password" autoComplete="new-password" required error={on('new_password')} value={fields.new_password} onChange={(event) => set({ new_password: event.target.value })} />
        {problem && !shown && <Notice kind="negative">{problem.message}</Notice>}
        <Button type="submit" busy={busy} wide large>
          {forgotten.go}
        </Button>
      </form>
      <p className="form__aside">{forgotten.teachers}</p>
    </Centred>
  )
}
