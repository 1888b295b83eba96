import type { Game } from '@/game/reducer'
import { hostWords } from '@/host/host.en'
import type { QuestionType } from '@/protocol'

/** What the primary control does now, and the sentence that says what comes next. */
export interface Step {
  label: string
  hint: string
  event: 'start_game' | 'close_question' | 'next_question' | 'unpause_game' | 'board' | null
}

/** The types that have a right answer, and so can move scores. */
export const SCORED: ReadonlySet<QuestionType> = new Set(['single_choice', 'multiple_choice', 'true_false', 'typed', 'number', 'order'])

/** Whether the leaderboard stands between this result and the next question. */
export function hasBoard(game: Game): boolean {
  const moved = game.question !== null && SCORED.has(game.question.type) && game.question.points > 0
  return moved && game.settings.show_leaderboard && game.settings.scoring !== 'survey' && (game.leaderboard?.length ?? 0) > 0
}

/** `boardShown`: the leaderboard of this result was looked at. */
export function nextStep(game: Game, boardShown: boolean): Step {
  const { bar } = hostWords
  if (game.paused && game.phase !== 'ended') return { label: bar.unpause, hint: bar.pausedHint, event: 'unpause_game' }
  switch (game.phase) {
    case 'lobby':
      return { label: bar.start, hint: bar.startHint(game.playerCount), event: 'start_game' }
    case 'question':
      if (game.question?.type === 'slide') return { label: bar.closeSlide, hint: bar.slideHint, event: 'next_question' }
      return { label: bar.close, hint: bar.closeHint, event: 'close_question' }
    case 'result': {
      const last = game.question !== null && game.question.index + 1 >= game.questionCount
      if (hasBoard(game) && !boardShown && !last) return { label: bar.leaderboard, hint: bar.leaderboardHint, event: 'board' }
      if (last) return { label: bar.podium, hint: bar.podiumHint, event: 'next_question' }
      const hint = game.settings.auto_advance_ms ? bar.autoHint : bar.nextHint((game.question?.index ?? 0) + 1, game.questionCount)
      return { label: bar.nextQuestion, hint, event: 'next_question' }
    }
    case 'ended':
      return { label: '', hint: '', event: null }
  }
}
