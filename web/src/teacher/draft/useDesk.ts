import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import { call } from '@/api/client'
import { hasEnded } from '@/jobs/feed'
import { useJob, type Watched } from '@/jobs/useFeed'
import type { QuizDraft } from '@/teacher/api'
import { Desk, type DeskView } from '@/teacher/draft/desk'

const LOOK_AGAIN_MS = 700

/** The draft at an address, and everything that can be done with it. */
export function useDesk(draftId: string): { desk: Desk; view: DeskView } {
  const [desk] = useState(
    () =>
      new Desk({
        get: () => call<QuizDraft>('GET', `/api/drafts/${draftId}`),
        change: ({ itemId, ...body }, version) => call<QuizDraft>('PATCH', `/api/drafts/${draftId}/items/${itemId}`, { body: { version, ...body } }),
      }),
  )
  useEffect(() => void desk.load(), [desk])
  useEffect(() => {
    // What another window did is seen when this one is looked at again.
    const look = () => {
      if (!document.hidden) void desk.load()
    }
    // What could not be stored goes out by itself when the network is back.
    const back = () => void desk.settled().then(look)
    document.addEventListener('visibilitychange', look)
    addEventListener('online', back)
    return () => {
      document.removeEventListener('visibilitychange', look)
      removeEventListener('online', back)
    }
  }, [desk])
  return { desk, view: useSyncExternalStore(desk.subscribe, desk.view) }
}

/** The job that fills the draft. Once it has ended the draft is read until it has heard of that too. */
export function useMaking(draft: QuizDraft | null, load: () => Promise<void>): Watched {
  const unfinished = draft !== null && draft.status !== 'ready' && draft.status !== 'accepted'
  const watched = useJob(unfinished ? draft.job_id : null)
  const job = watched.held?.job
  const behind = unfinished && job !== undefined && (draft.status === 'generating' ? hasEnded(job) : job.status === 'completed')
  useLookingUntil(behind, load)
  return watched
}

/** The job that makes another question; what came in its way is told once. */
export function useAnother(jobId: string, load: () => Promise<void>, onFailed: (message: string) => void): void {
  const { held, missing } = useJob(jobId)
  const job = held?.job
  const failed = job?.status === 'failed' ? (job.error?.message ?? '') : null
  useEffect(() => {
    if (failed !== null) onFailed(failed)
  }, [failed]) // eslint-disable-line react-hooks/exhaustive-deps -- told once, whoever listens by then
  useLookingUntil(missing || (job !== undefined && hasEnded(job)), load)
}

function useLookingUntil(behind: boolean, load: () => Promise<void>): void {
  const look = useCallback(() => void load(), [load])
  useEffect(() => {
    if (!behind) return
    look()
    const timer = setInterval(look, LOOK_AGAIN_MS)
    return () => clearInterval(timer)
  }, [behind, look])
}
