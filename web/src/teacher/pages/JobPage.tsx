import { hasEnded } from '@/jobs/feed'
import { theFeed, useJob } from '@/jobs/useFeed'
import { Link, useTitle, type Params } from '@/router'
import { EngineBadge } from '@/teacher/jobs/EngineBadge'
import { JobCard } from '@/teacher/jobs/JobCard'
import { say } from '@/teacher/jobs/jobs.en'
import { Failed, Skeleton } from '@/teacher/parts/List'
import { ago } from '@/teacher/when'
import { LinkButton } from '@/ui/Button'
import { Icon } from '@/ui/Icon'
import { words } from '@/words'

/** One piece of long work: how it stands, what it consists of, and the way to what came of it. */
export default function JobPage({ params }: { params: Params }) {
  const { held, missing, lost } = useJob(params.jobId ?? null)
  const job = held?.job
  useTitle(`${job?.title ?? say.job.underWay} · ${words.product}`)
  const draftId = job?.status === 'completed' && typeof job.result?.draft_id === 'string' ? job.result.draft_id : null
  return (
    <div className="narrow">
      <header className="page-head">
        <div>
          <Link to="/home" className="back">
            <Icon name="left" /> {say.job.back}
          </Link>
          <h1>{missing ? say.job.missing : (job?.title ?? '\u00a0')}</h1>
        </div>
        {job?.engine && <EngineBadge engine={job.engine} made={hasEnded(job)} />}
      </header>
      {missing && <p className="muted">{say.job.missingHelp}</p>}
      {!held && !missing && (lost ? <Failed message={words.errors.offline} onAgain={() => theFeed()?.wake()} /> : <Skeleton rows={2} />)}
      {held && job && (
        <>
          <JobCard held={held} lost={lost} openSteps />
          {draftId && (
            <div>
              <LinkButton to={`/drafts/${draftId}`}>{say.job.look}</LinkButton>
            </div>
          )}
          <p className="muted">{job.finished_at ? say.job.ended(ago(job.finished_at)) : say.job.begun(ago(job.created_at))}</p>
        </>
      )}
    </div>
  )
}
