import { useEffect, useState } from 'react'
import { call } from '@/api/client'
import { Problem } from '@/api/problem'
import type { GameReport, GameSummary } from '@/teacher/api'
import { words } from '@/words'

export type ReportState =
  | { at: 'loading' }
  /** Not stored yet: asked for again by itself. `tries` so far. */
  | { at: 'pending'; tries: number }
  | { at: 'live'; game: GameSummary }
  | { at: 'failed'; problem: Problem }
  | { at: 'there'; report: GameReport }

const AGAIN_S = 2

/** The report of a game, waited for until it is stored. */
export function useReport(gameId: string): { state: ReportState; again: () => void } {
  const [state, setState] = useState<ReportState>({ at: 'loading' })
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    const stop = new AbortController()
    const gone = () => stop.signal.aborted
    let timer: ReturnType<typeof setTimeout> | undefined
    const ask = async (tries: number) => {
      try {
        const report = await call<GameReport>('GET', `/api/games/${gameId}/report`, { signal: stop.signal })
        setState({ at: 'there', report })
      } catch (error) {
        if (gone()) return
        const problem = error instanceof Problem ? error : new Problem(0, 'unexpected', words.errors.unexpected)
        if (problem.code !== 'report_pending') {
          setState({ at: 'failed', problem })
          return
        }
        const game = await call<GameSummary>('GET', `/api/games/${gameId}`, { signal: stop.signal }).catch(() => null)
        if (gone()) return
        setState(game && game.phase !== 'ended' ? { at: 'live', game } : { at: 'pending', tries })
        timer = setTimeout(() => void ask(tries + 1), (problem.retryAfter ?? AGAIN_S) * 1000)
      }
    }
    void ask(0)
    return () => {
      stop.abort()
      clearTimeout(timer)
    }
  }, [gameId, turn])
  return {
    state,
    again: () => {
      setState({ at: 'loading' })
      setTurn((before) => before + 1)
    },
  }
}
