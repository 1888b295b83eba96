import { useEffect, useState } from 'react'
import { hasEnded } from '@/jobs/feed'
import { useFeed } from '@/jobs/useFeed'
import { Link } from '@/router'
import type { DraftSummary } from '@/teacher/api'
import { say } from '@/teacher/jobs/jobs.en'
import { Failed } from '@/teacher/parts/List'
import { usePages } from '@/teacher/usePages'
import { ago } from '@/teacher/when'
import { Button, LinkButton } from '@/ui/Button'

const MOST = 3

/** Drafts that wait for somebody to look through them; nothing where there are none. Those still being made are under way. */
export function DraftsDue() {
  const drafts = usePages<DraftSummary>('/api/drafts', '', 10)
  const { reload } = drafts
  const [all, setAll] = useState(false)
  // A job that has ended has changed a draft; the last to hear of it is told by a notification.
  const { jobs, unread } = useFeed()
  const ended = [...jobs.values()].filter(({ job }) => hasEnded(job)).length
  useEffect(() => {
    if (ended > 0) reload()
  }, [ended, unread, reload])
  const due = drafts.items?.filter((draft) => draft.status !== 'generating' && draft.status !== 'accepted') ?? []
  if (drafts.problem && !drafts.items) return <Failed message={drafts.problem} onAgain={reload} />
  if (due.length === 0) return null
  return (
    <section className="section">
      <h2>{say.drafts.title}</h2>
      <ul className="rows">
        {(all ? due : due.slice(0, MOST)).map((draft) => (
          <li key={draft.id} className="card row">
            <div className="row__words">
              <h3>
                <Link to={`/drafts/${draft.id}`}>{draft.title}</Link>
              </h3>
              <p className="muted">
                {standOf(draft)} · {ago(draft.updated_at)}
              </p>
            </div>
            <LinkButton to={`/drafts/${draft.id}`} kind="quiet">
              {draft.status !== 'ready' ? say.drafts.look : draft.decided > 0 ? say.drafts.goOn : say.drafts.review}
            </LinkButton>
          </li>
        ))}
      </ul>
      {!all && due.length > MOST && (
        <div>
          <Button kind="plain" onClick={() => setAll(true)}>
            {say.drafts.more(due.length - MOST)}
          </Button>
        </div>
      )}
    </section>
  )
}

function standOf(draft: DraftSummary): string {
  if (draft.status === 'failed') return say.drafts.failed
  if (draft.status === 'cancelled') return say.drafts.cancelled
  return say.drafts.decided(draft.decided, draft.item_count)
}
