import { useState, type SyntheticEvent } from 'react'
import { call } from '@/api/client'
import { messageOf, Problem } from '@/api/problem'
import { useSession } from '@/api/session'
import { Link, navigate, useTitle } from '@/router'
import { randomId } from '@/storage'
import type { SchoolClass } from '@/teacher/api'
import { Ask } from '@/teacher/parts/Ask'
import { Empty } from '@/teacher/parts/Empty'
import { List, SearchField, useQuery } from '@/teacher/parts/List'
import { tell } from '@/teacher/parts/snack'
import { say } from '@/teacher/teacher.en'
import { usePages } from '@/teacher/usePages'
import { Button } from '@/ui/Button'
import { Field } from '@/ui/Field'
import { words } from '@/words'

const FEW = 8

/** A teacher's classes, or those a student is in. */
export default function ClassesPage() {
  useTitle(`${say.classes.title} · ${words.product}`)
  const session = useSession()
  const student = session !== null && session !== 'unknown' && session.user.role === 'student'
  const [q, setQ] = useQuery()
  const classes = usePages<SchoolClass>('/api/classes', q)
  const [making, setMaking] = useState(false)
  return (
    <div className="narrow">
      <header className="page-head">
        <h1>{say.classes.title}</h1>
        {!student && (
          <Button icon="plus" onClick={() => setMaking(true)}>
            {say.classes.new}
          </Button>
        )}
      </header>
      {student && <JoinForm onJoined={(joined) => classes.change((items) => [joined, ...items.filter((one) => one.id !== joined.id)])} />}
      {(q || (classes.items?.length ?? 0) > FEW) && <SearchField label={say.list.search} q={q} onChange={setQ} />}
      <List
        pages={classes}
        q={q}
        empty={
          <Empty art="classes" title={student ? say.classes.emptyStudent : say.classes.empty}>
            <p>{student ? say.classes.emptyStudentHelp : say.classes.emptyHelp}</p>
          </Empty>
        }
      >
        {(one) => (
          <li key={one.id} className="card row">
            <div className="row__words">
              <h2>
                <Link to={`/classes/${one.id}`}>{one.name}</Link>
              </h2>
              <p className="muted">{student ? say.classes.teacher(one.teacher) : say.classes.members(one.member_count)}</p>
            </div>
            {one.join_code && (
              <p className="row__pin">
                <span className="muted">{say.classes.code}</span> <b className="mono">{one.join_code}</b>
              </p>
            )}
          </li>
        )}
      </List>
      {making && <NewClass onClose={() => setMaking(false)} />}
    </div>
  )
}

function NewClass({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('')
  const [key, setKey] = useState({ key: randomId(), name: '' })
  /** The same name again is the same class; another name is another try. */
  const renew = (of: string) => {
    const fresh = { key: randomId(), name: of }
    setKey(fresh)
    return fresh.key
  }
  const make = async () => {
    const made = await call<SchoolClass>('POST', '/api/classes', { body: { name }, idempotencyKey: key.name === name ? key.key : renew(name) })
    navigate(`/classes/${made.id}`)
  }
  return (
    <Ask title={say.classes.new} confirm={say.classes.make} onConfirm={make} onClose={onClose}>
      {/* eslint-disable-next-line jsx-a11y/no-autofocus -- the only field of a dialog just opened */}
      <Field label={say.classes.name} hint={say.classes.nameHint} autoFocus required maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
    </Ask>
  )
}

function JoinForm({ onJoined }: { onJoined: (joined: SchoolClass) => void }) {
  const [code, setCode] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const join = async (event: SyntheticEvent) => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    setProblem(null)
    try {
      const joined = await call<SchoolClass>('POST', '/api/classes/join', { body: { join_code: code }, idempotencyKey: randomId() })
      onJoined(joined)
      setCode('')
      tell(say.classes.joined(joined.name))
    } catch (error) {
      setProblem(error instanceof Problem ? (error.on('join_code') ?? error.message) : messageOf(error))
    }
    setBusy(false)
  }
  return (
    <form className="card join-class" onSubmit={(event) => void join(event)}>
      <Field label={say.classes.code} hint={say.classes.joinHelp} autoCapitalize="characters" autoComplete="off" spellCheck={false} required maxLength={40} error={problem} value={code} onChange={(event) => setCode(event.target.value)} />
      <Button type="submit" busy={busy}>
        {say.classes.joinGo}
      </Button>
    </form>
  )
}
