import { useRef, useState, type SyntheticEvent } from 'react'
import { call } from '@/api/client'
import { messageOf, Problem } from '@/api/problem'
import { useSession } from '@/api/session'
import type { Engine } from '@/jobs/types'
import { Link, navigate, useTitle } from '@/router'
import { randomId } from '@/storage'
import type { Generating } from '@/teacher/api'
import { say } from '@/teacher/generate/generate.en'
import { Options } from '@/teacher/generate/Options'
import { Source } from '@/teacher/generate/Source'
import { useFiles } from '@/teacher/generate/useFiles'
import { useForm } from '@/teacher/generate/useForm'
import { problemsOf, refusedFields, wishOf, type Form, type Problems } from '@/teacher/generate/wish'
import { EngineBadge } from '@/teacher/jobs/EngineBadge'
import { useFetched } from '@/teacher/useFetched'
import { Button } from '@/ui/Button'
import { Icon } from '@/ui/Icon'
import { Notice } from '@/ui/Notice'
import { words } from '@/words'
import '@/teacher/generate/generate.css'

/** Asks for a quiz that is made of a text, of files or of a topic. */
export default function GeneratePage() {
  useTitle(`${say.title} · ${words.product}`)
  const session = useSession()
  return session === null || session === 'unknown' ? null : <Generate userId={session.user.id} />
}

function Generate({ userId }: { userId: string }) {
  const engine = useFetched<Engine>('/api/engine').value
  const { form, set, forget } = useForm(userId)
  const sending = useFiles()
  const [tried, setTried] = useState(false)
  const { busy, refused, problem, forgive, ask } = useAsking()
  const offline = engine?.offline ?? false
  const impossible = offline && form.source === 'topic'
  const found = problemsOf(form, sending.files)
  const problems: Problems = tried ? { ...refused, ...found } : refused
  const page = useRef<HTMLFormElement>(null)

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (busy || impossible) return
    setTried(true)
    if (Object.keys(found).length > 0) {
      // After the marks are there, to the first of them.
      requestAnimationFrame(() => page.current?.querySelector<HTMLElement>('[aria-invalid=true], .drop input, .options__types input')?.focus())
      return
    }
    const begun = await ask(wishOf(form, sending.files))
    if (!begun) return
    forget()
    navigate(`/drafts/${begun.draft_id}`)
  }
  const change = (part: Partial<Form>) => {
    forgive(Object.keys(part))
    set(part)
  }
  return (
    <form ref={page} className="generate" noValidate onSubmit={(event) => void submit(event)}>
      <header className="page-head">
        <div>
          <Link to="/quizzes" className="back">
            <Icon name="left" /> {say.back}
          </Link>
          <h1>{say.title}</h1>
        </div>
        <span className="generate__engine">{engine && <EngineBadge engine={engine.engine} made={engine.offline} />}</span>
      </header>
      <div className="generate__body">
        <div className="generate__source">
          <Source form={form} sending={sending} problems={problems} offline={offline} onChange={change} />
        </div>
        <section className="card generate__how" aria-label={say.how}>
          <Options form={form} problems={problems} onChange={change} />
        </section>
      </div>
      <footer className="foot generate__go">
        {problem && <Notice kind="negative">{problem}</Notice>}
        <p className="muted">{say.next}</p>
        <Button type="submit" large busy={busy} disabled={impossible}>
          {busy ? say.going : say.go}
        </Button>
      </footer>
    </form>
  )
}

/** Asking the server once for what is wished, however often the button is pressed or an answer gets lost. */
function useAsking() {
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<Problems>({})
  const [problem, setProblem] = useState<string | null>(null)
  const asked = useRef({ wish: '', key: '' })
  const ask = async (body: object): Promise<Generating | null> => {
    const wish = JSON.stringify(body)
    if (asked.current.wish !== wish) asked.current = { wish, key: randomId() }
    setBusy(true)
    setProblem(null)
    setRefused({})
    try {
      return await call<Generating>('POST', '/api/quizzes/generate', { body, idempotencyKey: asked.current.key })
    } catch (error) {
      const fields = error instanceof Problem ? refusedFields(error) : {}
      setRefused(fields)
      if (Object.keys(fields).length === 0) setProblem(messageOf(error))
      // A refusal is an answer: the next time is another asking.
      if (error instanceof Problem && error.status !== 0 && error.status < 500) asked.current = { wish: '', key: '' }
      setBusy(false)
      return null
    }
  }
  /** What was said about these fields is no longer true. */
  const forgive = (fields: string[]) => setRefused((before) => Object.fromEntries(Object.entries(before).filter(([field]) => !fields.includes(field))))
  return { busy, refused, problem, forgive, ask }
}
