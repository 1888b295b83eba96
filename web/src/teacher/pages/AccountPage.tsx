import { useState, type SyntheticEvent } from 'react'
import { authorisedFetch, call } from '@/api/client'
import { messageOf, Problem, problemOf } from '@/api/problem'
import { session, signedOut, useSession, type Session, type User } from '@/api/session'
import { navigate, useTitle } from '@/router'
import { renamed } from '@/teacher/renamed'
import { Ask } from '@/teacher/parts/Ask'
import { tell } from '@/teacher/parts/snack'
import { saveAs } from '@/teacher/quizActions'
import { say } from '@/teacher/teacher.en'
import { Button } from '@/ui/Button'
import { Field } from '@/ui/Field'
import { Notice } from '@/ui/Notice'
import { words } from '@/words'

/** Who one is here, and every way to change or end it. */
export default function AccountPage() {
  useTitle(`${say.account.title} · ${words.product}`)
  const now = useSession()
  return now === null || now === 'unknown' ? null : <Account now={now} />
}

function Account({ now }: { now: Session }) {
  const { account } = say
  return (
    <div className="narrow">
      <header className="page-head">
        <h1>{account.title}</h1>
        <Button kind="quiet" icon="leave" title={account.signOutHelp} onClick={() => void signOut()}>
          {account.signOut}
        </Button>
      </header>
      <You user={now.user} />
      <Password email={now.user.email} />
      <Data />
      <Erase user={now.user} />
    </div>
  )
}

async function signOut(): Promise<void> {
  // Signed out here in any case; without an answer the server's part ends by itself in time.
  await call('POST', '/api/auth/logout', { body: {} }).catch(() => undefined)
  signedOut()
  navigate('/signin', { replace: true })
}

/** One form of the page: what it sends, and what came of it. */
function useChange() {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const send = async (work: () => Promise<void>) => {
    if (busy) return
    setBusy(true)
    setProblem(null)
    try {
      await work()
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, 'unexpected', messageOf(error)))
    }
    setBusy(false)
  }
  const on = (field: string) => problem?.on(field) ?? problem?.on(`changes.${field}`)
  return { busy, problem, send, on }
}

function You({ user }: { user: User }) {
  const { account } = say
  const [fields, setFields] = useState({ name: user.name, email: user.email, current_password: '' })
  const { busy, problem, send, on } = useChange()
  const set = (change: Partial<typeof fields>) => setFields({ ...fields, ...change })
  const newEmail = fields.email.trim() !== user.email
  const same = !newEmail && fields.name.trim() === user.name
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (same) return
    void send(async () => {
      const changed = await call<User>('PATCH', '/api/me', { body: { name: fields.name, ...(newEmail && { email: fields.email, current_password: fields.current_password }) } })
      renamed(changed)
      setFields({ name: changed.name, email: changed.email, current_password: '' })
      tell(account.saved)
    })
  }
  const shown = on('name') ?? on('email') ?? on('current_password')
  return (
    <form className="card form" onSubmit={submit}>
      <header className="page-head">
        <h2>{account.you}</h2>
        <span className="tag">{account.role[user.role]}</span>
      </header>
      <Field label={account.name} autoComplete="name" required maxLength={200} error={on('name')} value={fields.name} onChange={(event) => set({ name: event.target.value })} />
      <Field label={account.email} type="email" autoComplete="email" required hint={newEmail ? account.emailHint : undefined} error={on('email')} value={fields.email} onChange={(event) => set({ email: event.target.value })} />
      {newEmail && <Field label={account.current} type="password" autoComplete="current-password" required error={on('current_password')} value={fields.current_password} onChange={(event) => set({ current_password: event.target.value })} />}
      {problem && !shown && <Notice kind="negative">{problem.message}</Notice>}
      <div>
        <Button type="submit" busy={busy} disabled={same}>
          {account.save}
        </Button>
      </div>
    </form>
  )
}

function Password({ email }: { email: string }) {
  const { account } = say
  const [fields, setFields] = useState({ current_password: '', new_password: '' })
  const { busy, problem, send, on } = useChange()
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    void send(async () => {
      await call('PATCH', '/api/me', { body: fields })
      setFields({ current_password: '', new_password: '' })
      tell(account.changed)
    })
  }
  const shown = on('new_password') ?? on('current_password')
  return (
    <form className="card form" onSubmit={submit}>
      <h2>{account.passwordTitle}</h2>
      {/* Password managers want to know whose password this is. */}
      <input type="email" autoComplete="username" value={email} readOnly hidden />
      <Field label={account.current} type="password" autoComplete="current-password" required error={on('current_password')} value={fields.current_password} onChange={(event) => setFields({ ...fields, current_password: event.target.value })} />
      <Field label={account.new} hint={say.register.passwordHint} type="password" autoComplete="new-password" required error={on('new_password')} value={fields.new_password} onChange={(event) => setFields({ ...fields, new_password: event.target.value })} />
      {problem && !shown && <Notice kind="negative">{problem.message}</Notice>}
      <div>
        <Button type="submit" kind="quiet" busy={busy}>
          {account.change}
        </Button>
      </div>
    </form>
  )
}

function Data() {
  const { account } = say
  const { busy, problem, send } = useChange()
  const save = async () => {
    const response = await authorisedFetch('/api/me/export')
    if (!response.ok) throw await problemOf(response)
    saveAs('my-data.zip', await response.blob(), 'application/zip')
  }
  return (
    <section className="card form">
      <h2>{account.dataTitle}</h2>
      <p>{account.dataHelp}</p>
      {problem && <Notice kind="negative">{problem.message}</Notice>}
      <div>
        <Button kind="quiet" icon="download" busy={busy} onClick={() => void send(save)}>
          {busy ? account.exporting : account.export}
        </Button>
      </div>
    </section>
  )
}

function Erase({ user }: { user: User }) {
  const { account } = say
  const [asking, setAsking] = useState(false)
  const [typed, setTyped] = useState('')
  const erase = async () => {
    if (typed.trim().toLowerCase() !== user.email.toLowerCase()) throw new Problem(0, 'mismatch', account.mismatch)
    await call('DELETE', '/api/me')
    if (session() !== null) signedOut()
    navigate('/', { replace: true })
  }
  return (
    <section className="card form">
      <h2>{account.deleteTitle}</h2>
      <p>{user.role === 'student' ? account.deleteHelpStudent : account.deleteHelp}</p>
      <div>
        <Button kind="danger" icon="trash" onClick={() => setAsking(true)}>
          {account.delete}
        </Button>
      </div>
      {asking && (
        <Ask title={account.ask(user.name)} confirm={account.confirm} danger onConfirm={erase} onClose={() => setAsking(false)}>
          <p>{account.askHelp(user.email)}</p>
          <Field label={account.typed} type="email" autoComplete="off" required value={typed} onChange={(event) => setTyped(event.target.value)} />
        </Ask>
      )}
    </section>
  )
}
