import { hasEnded, type Held } from '@/jobs/feed'
import { say } from '@/teacher/jobs/jobs.en'
import { Progress } from '@/teacher/jobs/Progress'
import { Steps } from '@/teacher/jobs/Steps'
import { useSteer } from '@/teacher/jobs/useSteer'
import { Button } from '@/ui/Button'
import { Icon } from '@/ui/Icon'
import { Notice } from '@/ui/Notice'

/** How far a job is, honestly; how to stop it; and when it failed, why, and what can be done. */
export function JobCard({ held, lost, openSteps = false }: { held: Held; lost: boolean; openSteps?: boolean }) {
  const { job } = held
  const { busy, problem, steer } = useSteer(job.id)
  const open = !hasEnded(job)
  // It lies in what was asked for: the same again would fail again, and the error says what to do instead.
  const hopeless = job.status === 'failed' && job.error?.final === true
  return (
    <section className="card job" aria-label={job.title}>
      {open && <Progress held={held} />}
      {job.status === 'failed' && (
        <Notice kind="negative">
          <b>{say.job.failed}</b>
          <p>{job.error?.message}</p>
        </Notice>
      )}
      {job.status === 'cancelled' && (
        <Notice>
          <b>{say.job.stopped}</b>
          <p>{say.job.stoppedHelp}</p>
        </Notice>
      )}
      {job.status === 'completed' && (
        <p className="job__done">
          <Icon name="check" /> {say.job.done}
        </p>
      )}
      {open && <p className="muted">{lost ? say.job.lost : say.job.leave}</p>}
      {job.status === 'failed' && !hopeless && <p className="muted">{say.job.failedHelp}</p>}
      {problem && <Notice kind="negative">{problem}</Notice>}
      {job.status !== 'completed' && !hopeless && (
        <div className="actions">
          {open ? (
            <Button kind="quiet" icon="cross" busy={busy} aria-label={say.job.cancelName(job.title)} onClick={() => steer('cancel')}>
              {say.job.cancel}
            </Button>
          ) : (
            <Button icon="again" busy={busy} onClick={() => steer('retry')}>
              {job.status === 'failed' ? say.job.retry : say.job.goOn}
            </Button>
          )}
        </div>
      )}
      <Steps job={job} open={openSteps} />
    </section>
  )
}
