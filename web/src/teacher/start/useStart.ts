import { useState } from 'react'
import { Refused } from '@/game/connection'
import { createGame } from '@/host/clients'
import type { Settings } from '@/protocol'
import { navigate } from '@/router'
import { words } from '@/words'

export interface Starting {
  /** The quiz whose game is being opened. */
  starting: string | null
  problem: string | null
  start: (quizId: string, settings?: Partial<Settings>) => Promise<void>
}

/** Opens a game of a quiz and goes to its lobby. */
export function useStart(): Starting {
  const [starting, setStarting] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const start = async (quizId: string, settings: Partial<Settings> = {}) => {
    if (starting) return
    setStarting(quizId)
    setProblem(null)
    try {
      navigate(`/host/${await createGame(quizId, settings)}`)
    } catch (error) {
      setProblem(error instanceof Refused ? error.message : words.errors.offline)
      setStarting(null)
    }
  }
  return { starting, problem, start }
}
