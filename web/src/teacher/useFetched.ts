import { useCallback, useEffect, useState } from 'react'
import { call } from '@/api/client'
import { Problem } from '@/api/problem'
import { words } from '@/words'

export interface Fetched<T> {
  value: T | null
  problem: Problem | null
  reload: () => void
  set: (value: T) => void
}

/** One thing of the API, fetched anew when `path` changes. Null path: nothing yet. */
export function useFetched<T>(path: string | null): Fetched<T> {
  const [value, set] = useState<T | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    if (path === null) return
    const stop = new AbortController()
    call<T>('GET', path, { signal: stop.signal })
      .then((found) => {
        set(found)
        setProblem(null)
      })
      .catch((error: unknown) => {
        if (!stop.signal.aborted) setProblem(error instanceof Problem ? error : new Problem(0, 'unexpected', words.errors.unexpected))
      })
    return () => stop.abort()
  }, [path, turn])
  return { value, problem, set, reload: useCallback(() => setTurn((before) => before + 1), []) }
}
