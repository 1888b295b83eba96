import { underWay, type Held } from '@/jobs/feed'
import { useFeed } from '@/jobs/useFeed'
import { Link } from '@/router'
import { say } from '@/teacher/jobs/jobs.en'
import { Progress } from '@/teacher/jobs/Progress'
import { useSteer } from '@/teacher/jobs/useSteer'
import { Notice } from '@/ui/Notice'
import { Icon } from '@/ui/Icon'

/** Everything that is being made for this person now, wherever it was begun; nothing while nothing is. */
export function UnderWay() {
  const jobs = underWay(useFeed())
  if (jobs.length === 0) return null
  return (
    <section className="section">
      <h2>{say.job.underWay}</h2>
      <ul className="rows">
        {jobs.map((held) => (
          <li key={held.job.id} className="card row">
            <JobLine held={held} />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** One job on one line: its name leads to it, its cross stops it. */
export function JobLine({ held, onGo }: { held: Held; onGo?: () => void }) {
  const { job } = held
  const { busy, problem, steer } = useSteer(job.id)
  return (
    <div className="job-line">
      <div className="job-line__words">
        <Link to={`/jobs/${job.id}`} className="job-line__title" {...(onGo && { onClick: onGo })}>
          {job.title}
        </Link>
        <Progress held={held} small />
        {problem && <Notice kind="negative">{problem}</Notice>}
      </div>
      <button type="button" className="icon-button" aria-label={say.job.cancelName(job.title)} title={say.job.cancelName(job.title)} aria-disabled={busy || undefined} onClick={() => steer('cancel')}>
        <Icon name="cross" />
      </button>
    </div>
  )
}
