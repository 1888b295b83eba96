import { hasEnded, type Held } from '@/jobs/feed'

/** Past the estimate by so much, the estimate is not believed any more. */
const PATIENCE_MS = 5000

/** What is left of a job by its estimate, in ms; `late` when the estimate was wrong; null when there is none. */
export function leftOf({ job, at }: Held, now: number): number | 'late' | null {
  if (hasEnded(job) || job.status !== 'running' || job.remaining_ms == null) return null
  const left = job.remaining_ms - (now - at)
  return left > -PATIENCE_MS ? Math.max(0, left) : 'late'
}
