import Dialog from '@mui/material/Dialog'
import { useState, type ReactNode } from 'react'
import { call } from '@/api/client'
import { useSession } from '@/api/session'
import { Link, navigate, useTitle, type Params } from '@/router'
import { randomId } from '@/storage'
import type { ClassMember, ResetCode, SchoolClass } from '@/teacher/api'
import { Ask } from '@/teacher/parts/Ask'
import { Failed, List, SearchField, useQuery } from '@/teacher/parts/List'
import { More, type Choice } from '@/teacher/parts/More'
import { tell } from '@/teacher/parts/snack'
import { say } from '@/teacher/teacher.en'
import { useFetched } from '@/teacher/useFetched'
import { usePages } from '@/teacher/usePages'
import { ago } from '@/teacher/when'
import { Button } from '@/ui/Button'
import { Field } from '@/ui/Field'
import { Icon } from '@/ui/Icon'
import { Loading } from '@/ui/Loading'
import { NotFound } from '@/ui/NotFound'
import { Notice } from '@/ui/Notice'
import { words } from '@/words'

type Asking = { what: 'rename' | 'code' | 'delete' | 'leave' | 'show' } | { what: 'remove' | 'reset'; member: ClassMember } | { what: 'reset_done'; member: ClassMember; code: ResetCode }

const FEW = 8

/** One class: its code for the board, its students, and help for who forgot a password. */
export default function ClassPage({ params }: { params: Params }) {
  const path = `/api/classes/${params.classId ?? ''}`
  const { value: school, problem, reload, set } = useFetched<SchoolClass>(path)
  useTitle(`${school?.name ?? say.classes.title} · ${words.product}`)
  if (problem?.status === 404) return <NotFound />
  if (problem) return <Failed message={problem.message} onAgain={reload} />
  return school ? <Class school={school} path={path} onChange={set} /> : <Loading />
}

function Class({ school, path, onChange }: { school: SchoolClass; path: string; onChange: (school: SchoolClass) => void }) {
  const session = useSession()
  const user = session !== null && session !== 'unknown' ? session.user : null
  const mine = school.join_code != null
  const [q, setQ] = useQuery()
  const members = usePages<ClassMember>(`${path}/members`, q, 50)
  const [asking, setAsking] = useState<Asking | null>(null)
  const close = () => setAsking(null)
  const choices: Choice[] = [
    { icon: 'edit', label: say.classes.rename, run: () => setAsking({ what: 'rename' }) },
    { icon: 'again', label: say.classes.newCode, run: () => setAsking({ what: 'code' }) },
    { icon: 'trash', label: say.classes.delete, danger: true, run: () => setAsking({ what: 'delete' }) },
  ]
  const memberChoices = (member: ClassMember): Choice[] => [
    { icon: 'lock', label: say.classes.reset, run: () => setAsking({ what: 'reset', member }) },
    { icon: 'leave', label: say.classes.remove, danger: true, run: () => setAsking({ what: 'remove', member }) },
  ]
  return (
    <div className="narrow">
      <header>
        <Link to="/classes" className="back">
          <Icon name="left" /> {say.classes.back}
        </Link>
        <div className="page-head">
          <h1>{school.name}</h1>
          {mine ? <More name={say.classes.more(school.name)} choices={choices} /> : <p className="muted">{say.classes.teacher(school.teacher)}</p>}
        </div>
      </header>
      {school.join_code && (
        <section className="card code-card">
          <h2>{say.classes.codeTitle}</h2>
          <p className="code-card__code">{school.join_code}</p>
          <p className="muted">{say.classes.codeHelp(location.host)}</p>
          <Button icon="full" onClick={() => setAsking({ what: 'show' })}>
            {say.classes.show}
          </Button>
        </section>
      )}
      <section className="section">
        <header className="page-head">
          <h2>{say.classes.students}</h2>
          <span className="muted">{say.classes.members(school.member_count)}</span>
        </header>
        {(q || (members.items?.length ?? 0) > FEW || members.hasMore) && <SearchField label={say.classes.search} q={q} onChange={setQ} />}
        <List pages={members} q={q} className="people" empty={<p className="muted nothing">{say.classes.noStudents}</p>}>
          {(member) => (
            <li key={member.user_id}>
              <span className="people__mark" aria-hidden="true">
                {member.name.trim().charAt(0).toUpperCase()}
              </span>
              <span className="people__words">
                <b>{member.name}</b>
                <span className="muted">{[member.email, say.classes.since(ago(member.joined_at))].filter(Boolean).join(' · ')}</span>
              </span>
              {mine && <More name={say.classes.more(member.name)} choices={memberChoices(member)} />}
            </li>
          )}
        </List>
      </section>
      {!mine && user && (
        <div>
          <Button kind="danger" icon="leave" onClick={() => setAsking({ what: 'leave' })}>
            {say.classes.leave}
          </Button>
        </div>
      )}
      {asking && (
        <Dialogs
          asking={asking}
          school={school}
          path={path}
          userId={user?.id ?? ''}
          onClose={close}
          onNext={setAsking}
          onChange={onChange}
          onRemoved={(member) => {
            members.change((items) => items.filter((one) => one.user_id !== member.user_id))
            onChange({ ...school, member_count: school.member_count - 1 })
          }}
        />
      )}
    </div>
  )
}

interface DialogsProps {
  asking: Asking
  school: SchoolClass
  path: string
  userId: string
  onClose: () => void
  onNext: (asking: Asking) => void
  onChange: (school: SchoolClass) => void
  onRemoved: (member: ClassMember) => void
}

function Dialogs({ asking, school, path, userId, onClose, onNext, onChange, onRemoved }: DialogsProps) {
  const { classes } = say
  switch (asking.what) {
    case 'show':
      return <LargeCode school={school} onClose={onClose} />
    case 'rename':
      return <Rename school={school} path={path} onClose={onClose} onChange={onChange} />
    case 'code':
      return (
        <Ask
          title={classes.newCodeTitle(school.name)}
          confirm={classes.newCode}
          onClose={onClose}
          onConfirm={async () => {
            onChange(await call<SchoolClass>('POST', `${path}/code`, { idempotencyKey: randomId() }))
            onClose()
          }}
        >
          <p>{classes.newCodeHelp}</p>
        </Ask>
      )
    case 'delete':
      return (
        <Ask
          title={classes.deleteTitle(school.name)}
          confirm={classes.delete}
          danger
          onClose={onClose}
          onConfirm={async () => {
            await call('DELETE', path)
            navigate('/classes')
            tell(classes.deleted(school.name))
          }}
        >
          <p>{classes.deleteHelp}</p>
        </Ask>
      )
    case 'leave':
      return (
        <Ask
          title={classes.leaveTitle(school.name)}
          confirm={classes.leave}
          danger
          onClose={onClose}
          onConfirm={async () => {
            await call('DELETE', `${path}/members/${userId}`)
            navigate('/classes')
          }}
        >
          <p>{classes.leaveHelp}</p>
        </Ask>
      )
    case 'remove':
      return (
        <Ask
          title={classes.removeTitle(asking.member.name)}
          confirm={classes.remove}
          danger
          onClose={onClose}
          onConfirm={async () => {
            await call('DELETE', `${path}/members/${asking.member.user_id}`)
            onRemoved(asking.member)
            tell(classes.removed(asking.member.name))
            onClose()
          }}
        >
          <p>{classes.removeHelp}</p>
        </Ask>
      )
    case 'reset':
      return (
        <Ask
          title={classes.resetTitle(asking.member.name)}
          confirm={classes.resetMake}
          onClose={onClose}
          onConfirm={async () => {
            const code = await call<ResetCode>('POST', `${path}/members/${asking.member.user_id}/reset-code`, { idempotencyKey: randomId() })
            onNext({ what: 'reset_done', member: asking.member, code })
          }}
        >
          <p>{classes.resetAsk}</p>
        </Ask>
      )
    case 'reset_done':
      return (
        <Shown title={classes.resetTitle(asking.member.name)} onClose={onClose}>
          <p className="code-card__code">{asking.code.code}</p>
          <p>{classes.resetHelp(asking.member.email ?? '', Math.round(asking.code.expires_in / 60))}</p>
          <Notice kind="warning">{classes.resetNow}</Notice>
        </Shown>
      )
  }
}

function Shown({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  return (
    <Dialog open aria-labelledby="shown-title" maxWidth="xs" fullWidth>
      <div className="dialog">
        <h2 id="shown-title">{title}</h2>
        {children}
        <div className="dialog__actions">
          <Button onClick={onClose}>{say.classes.done}</Button>
        </div>
      </div>
    </Dialog>
  )
}

/** The code alone on the screen, to be read from the last row. */
function LargeCode({ school, onClose }: { school: SchoolClass; onClose: () => void }) {
  return (
    <Dialog open fullScreen onClose={onClose} aria-labelledby="large-title">
      <div className="large-code">
        <h2 id="large-title">{school.name}</h2>
        <p className="large-code__where">{location.host}</p>
        <p className="large-code__code">{school.join_code}</p>
        <Button kind="quiet" onClick={onClose}>
          {say.close}
        </Button>
      </div>
    </Dialog>
  )
}

function Rename({ school, path, onClose, onChange }: { school: SchoolClass; path: string; onClose: () => void; onChange: (school: SchoolClass) => void }) {
  const [name, setName] = useState(school.name)
  return (
    <Ask
      title={say.classes.rename}
      confirm={say.classes.save}
      onClose={onClose}
      onConfirm={async () => {
        onChange(await call<SchoolClass>('PATCH', path, { body: { name } }))
        onClose()
      }}
    >
      <Field label={say.classes.name} required maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
    </Ask>
  )
}
