import { useNow } from '@/game/useGame'
import { hasEnded, type Held } from '@/jobs/feed'
import { leftOf } from '@/jobs/left'
import { say } from '@/teacher/jobs/jobs.en'

/** The estimate in words: coarse, because it is one. Nothing when there is none. */
export function leftInWords(left: number | 'late' | null): string {
  if (left === null) return ''
  if (left === 'late') return say.job.late
  if (left < 8000) return say.job.fewSeconds
  if (left < 90_000) return say.job.seconds(Math.round(left / 5000) * 5)
  return say.job.minutes(Math.round(left / 60_000))
}

/** What happens now, how much of it is done, and how long it may still take. */
export function Progress({ held, small = false }: { held: Held; small?: boolean }) {
  const { job } = held
  const left = leftInWords(leftOf(held, useNow(1000)))
  const percent = Math.floor(job.progress * 100)
  if (hasEnded(job)) return null
  const stage = job.status === 'pending' ? say.job.pending : job.stage || say.job.working
  return (
    <div className={small ? 'progress progress--small' : 'progress'}>
      <p className="progress__line">
        <span role={small ? undefined : 'status'} className="progress__stage">
          {stage}
        </span>
        <span className="muted tabular progress__left">{[job.status === 'running' && say.job.share(percent), left].filter(Boolean).join(' · ')}</span>
      </p>
      <div
        className={job.status === 'pending' ? 'progress__bar progress__bar--waiting' : 'progress__bar'}
        role="progressbar"
        aria-label={say.job.bar(job.title)}
        aria-valuemin={0}
        aria-valuemax={100}
        {...(job.status === 'running' && { 'aria-valuenow': percent })}
      >
        <span style={{ '--share': job.progress }} />
      </div>
    </div>
  )
}
