import { useState } from 'react'
import { messageOf } from '@/api/problem'
import { theFeed } from '@/jobs/useFeed'

/** Stopping a job and trying it again, and what came in the way. */
export function useSteer(jobId: string): { busy: boolean; problem: string | null; steer: (verb: 'cancel' | 'retry') => void } {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const steer = async (verb: 'cancel' | 'retry') => {
    if (busy) return
    setBusy(true)
    setProblem(null)
    try {
      await theFeed()?.steer(jobId, verb)
    } catch (error) {
      setProblem(messageOf(error))
    }
    setBusy(false)
  }
  return { busy, problem, steer: (verb) => void steer(verb) }
}
