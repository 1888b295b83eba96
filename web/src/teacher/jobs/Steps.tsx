import { useEffect, useRef, useState } from 'react'
import type { Job, JobStep, JobSteps } from '@/jobs/types'
import { say } from '@/teacher/jobs/jobs.en'
import { useFetched } from '@/teacher/useFetched'
import { Icon, type IconName } from '@/ui/Icon'

const ICON: Record<JobStep['state'], IconName> = { pending: 'dash', running: 'play', completed: 'check', failed: 'alert', skipped: 'dash' }

/** What the work consists of, behind a fold: each step with its state, attempts, time and error. */
export function Steps({ job, open = false }: { job: Job; open?: boolean }) {
  const [shown, setShown] = useState(open)
  return (
    <details className="steps" open={shown} onToggle={(event) => setShown(event.currentTarget.open)}>
      <summary>{say.steps.title}</summary>
      {shown && <StepList job={job} />}
    </details>
  )
}

function StepList({ job }: { job: Job }) {
  const { value, problem, reload } = useFetched<JobSteps>(`/api/jobs/${job.id}/steps`)
  const seen = useRef(job.version)
  useEffect(() => {
    // Another version of the job, other steps; what was there stays until they have come.
    if (seen.current !== job.version) reload()
    seen.current = job.version
  }, [job.version, reload])
  if (problem && !value) return <p className="muted">{problem.message}</p>
  if (!value) return <p className="muted steps__soon" aria-hidden="true" />
  if (value.steps.length === 0) return <p className="muted">{say.steps.none}</p>
  return (
    <ol className="steps__list">
      {value.steps.map((step) => (
        <li key={step.name} className={`step step--${step.state}`}>
          <Icon name={ICON[step.state]} />
          <div>
            <p className="step__line">
              <span>{step.label}</span> <span className="muted tabular">{factsOf(step)}</span>
            </p>
            {step.error && step.state !== 'completed' && <p className="step__error">{step.error.message}</p>}
          </div>
        </li>
      ))}
    </ol>
  )
}

function factsOf(step: JobStep): string {
  const { steps } = say
  const spent = step.spent_ms == null || step.state === 'pending' ? null : steps.spent(step.spent_ms)
  return [steps.states[step.state], spent, step.attempts > 1 && steps.attempts(step.attempts), step.after && steps.after].filter(Boolean).join(' · ')
}
