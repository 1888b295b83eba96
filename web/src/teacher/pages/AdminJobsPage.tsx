import { useEffect, useState } from 'react'
import { call } from '@/api/client'
import { messageOf } from '@/api/problem'
import { hasEnded } from '@/jobs/feed'
import type { Job } from '@/jobs/types'
import { navigate, useSearch, useTitle } from '@/router'
import { randomId } from '@/storage'
import { say } from '@/teacher/jobs/jobs.en'
import { Steps } from '@/teacher/jobs/Steps'
import { Empty } from '@/teacher/parts/Empty'
import { List } from '@/teacher/parts/List'
import { Segments } from '@/teacher/parts/Segments'
import { tell } from '@/teacher/parts/snack'
import { usePages, type Pages } from '@/teacher/usePages'
import { ago, onDay } from '@/teacher/when'
import { Button } from '@/ui/Button'
import { words } from '@/words'

const { admin, job: told } = say
type Filter = Job['status'] | 'all'
/** What failed comes first: it is what somebody has to look at. */
const FILTERS: readonly Filter[] = ['failed', 'running', 'pending', 'completed', 'cancelled', 'all']
const LOOK_EVERY_MS = 5000

/** Everybody's jobs, for whoever runs this: what failed and why, and trying it again. */
export default function AdminJobsPage() {
  useTitle(`${admin.title} · ${words.product}`)
  const asked = useSearch().get('status') as Filter | null
  const filter: Filter = asked && FILTERS.includes(asked) ? asked : 'failed'
  const pages = usePages<Job>(filter === 'all' ? '/api/admin/jobs' : `/api/admin/jobs?status=${filter}`)
  useFresh(pages)
  return (
    <>
      <header className="page-head">
        <h1>{admin.title}</h1>
        <Button kind="quiet" icon="again" onClick={pages.reload}>
          {admin.refresh}
        </Button>
      </header>
      <p className="muted">{admin.help}</p>
      <Segments name={admin.filter} options={FILTERS.map((one) => [one, one === 'all' ? admin.all : told.status[one]] as const)} value={filter} onChange={(one) => navigate(`/admin/jobs?status=${one}`, { replace: true })} />
      <List
        key={filter}
        pages={pages}
        q=""
        empty={
          <Empty art="jobs" title={admin.empty[filter]}>
            {null}
          </Empty>
        }
      >
        {(job) => <Row key={job.id} job={job} onChange={(changed) => pages.change((items) => items.map((one) => (one.id === changed.id ? changed : one)))} />}
      </List>
    </>
  )
}

/** Looks again by itself while somebody looks, and only at the first page: further ones would vanish under the reader. */
function useFresh(pages: Pages<Job>): void {
  const first = !pages.items || pages.items.length <= 20
  const { reload } = pages
  useEffect(() => {
    if (!first) return
    const timer = setInterval(() => {
      if (!document.hidden) reload()
    }, LOOK_EVERY_MS)
    return () => clearInterval(timer)
  }, [first, reload])
}

function Row({ job, onChange }: { job: Job; onChange: (job: Job) => void }) {
  const [busy, setBusy] = useState(false)
  const steer = async (verb: 'cancel' | 'retry') => {
    setBusy(true)
    try {
      onChange(await call<Job>('POST', `/api/jobs/${job.id}/${verb}`, { body: {}, idempotencyKey: randomId() }))
      tell(verb === 'retry' ? admin.retried(job.title) : admin.cancelled(job.title))
    } catch (error) {
      tell(messageOf(error))
    }
    setBusy(false)
  }
  const facts = [job.kind, admin.attempts(job.attempts), job.engine, hasEnded(job) ? null : told.share(Math.floor(job.progress * 100))].filter(Boolean)
  return (
    <li className="card row admin-job">
      <div className="row__words">
        <h2>{job.title}</h2>
        <p className="muted">
          <b className={`state state--${job.status}`}>{told.status[job.status]}</b> · {facts.join(' · ')} ·{' '}
          <time dateTime={job.updated_at} title={onDay(job.updated_at)}>
            {ago(job.updated_at)}
          </time>
        </p>
        {job.status === 'failed' && job.error && <p className="step__error">{job.error.message}</p>}
      </div>
      {job.status !== 'completed' && (
        <div className="row__actions">
          {hasEnded(job) ? (
            <Button kind="quiet" icon="again" busy={busy} onClick={() => void steer('retry')}>
              {told.retry}
            </Button>
          ) : (
            <Button kind="quiet" icon="cross" busy={busy} aria-label={told.cancelName(job.title)} onClick={() => void steer('cancel')}>
              {told.cancel}
            </Button>
          )}
        </div>
      )}
      <Steps job={job} />
    </li>
  )
}
