import { useState } from 'react'
import { call } from '@/api/client'
import { useSession } from '@/api/session'
import { Link, navigate, useTitle, type Params } from '@/router'
import type { QuizDraft } from '@/teacher/api'
import { say } from '@/teacher/draft/draft.en'
import { Review } from '@/teacher/draft/Review'
import { useDesk, useMaking } from '@/teacher/draft/useDesk'
import { keepForm } from '@/teacher/generate/useForm'
import { formOf } from '@/teacher/generate/wish'
import { EngineBadge } from '@/teacher/jobs/EngineBadge'
import { JobCard } from '@/teacher/jobs/JobCard'
import { Ask } from '@/teacher/parts/Ask'
import { Failed, Skeleton } from '@/teacher/parts/List'
import { More } from '@/teacher/parts/More'
import { tell } from '@/teacher/parts/snack'
import { Button, LinkButton } from '@/ui/Button'
import { Icon } from '@/ui/Icon'
import { Notice } from '@/ui/Notice'
import { words } from '@/words'
import '@/teacher/draft/draft.css'

/** A proposed quiz: watched while it is made, then looked through question by question. */
export default function DraftPage({ params }: { params: Params }) {
  const { desk, view } = useDesk(params.draftId ?? '')
  const { draft, problem } = view
  const making = useMaking(draft, desk.load)
  useTitle(`${draft?.title ?? say.untitled} · ${words.product}`)
  if (problem?.status === 404) return <Gone />
  if (!draft) return problem ? <Failed message={problem.message} onAgain={() => void desk.load()} /> : <Skeleton rows={3} />
  return (
    <div className="draft">
      <Head draft={draft} />
      {draft.status === 'accepted' && draft.quiz_id && (
        <Notice kind="positive">
          {say.done} <Link to={`/quizzes/${draft.quiz_id}`}>{say.open}</Link>
        </Notice>
      )}
      {draft.status === 'ready' ? <Review desk={desk} view={view} draft={draft} /> : draft.status !== 'accepted' && (making.held ? <JobCard held={making.held} lost={making.lost} /> : <Skeleton rows={1} />)}
      {(draft.status === 'failed' || draft.status === 'cancelled') && <Otherwise draft={draft} />}
    </div>
  )
}

function Head({ draft }: { draft: QuizDraft }) {
  const [asking, setAsking] = useState(false)
  return (
    <header className="page-head draft__head">
      <div>
        <Link to="/quizzes" className="back">
          <Icon name="left" /> <span>{say.back}</span>
        </Link>
        <h1 title={draft.title}>{draft.title}</h1>
        {draft.source_names.length > 0 && <p className="muted">{say.from(draft.source_names.join(', '))}</p>}
      </div>
      <div className="draft__tools">
        {draft.engine && <EngineBadge engine={draft.engine} />}
        {draft.status !== 'accepted' && <More name={`${say.remove}…`} choices={[{ icon: 'trash', label: say.remove, danger: true, run: () => setAsking(true) }]} />}
      </div>
      {asking && (
        <Ask
          title={say.removeAsk(draft.title)}
          confirm={say.remove}
          danger
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            await call('DELETE', `/api/drafts/${draft.id}`)
            tell(say.removed(draft.title))
            navigate('/quizzes')
          }}
        >
          <p>{say.removeHelp}</p>
        </Ask>
      )}
    </header>
  )
}

/** Nothing came of it: what was asked for is one click away, to be changed. */
function Otherwise({ draft: { wish } }: { draft: QuizDraft }) {
  const session = useSession()
  if (session === null || session === 'unknown') return null
  const form = formOf(wish)
  const change = () => {
    keepForm(session.user.id, form)
    navigate('/quizzes/generate')
  }
  return (
    <div className="actions">
      <Button kind="quiet" icon="edit" onClick={change}>
        {say.change}
      </Button>
      <span className="muted">{form.source === 'files' ? say.changeFiles : say.changeHelp}</span>
    </div>
  )
}

function Gone() {
  return (
    <div className="narrow">
      <h1>{say.gone}</h1>
      <p className="muted">{say.goneHelp}</p>
      <div>
        <LinkButton to="/quizzes" kind="quiet">
          {say.back}
        </LinkButton>
      </div>
    </div>
  )
}
