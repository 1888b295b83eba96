import type { Game } from '@/game/reducer'
import { hostWords } from '@/host/host.en'

/** What the primary control does now, and the sentence that says what comes next. */
export interface Step {
  label: string
  hint: string
  event: 'start_game' | 'close_question' | 'next_question' | 'unpause_game' | 'board' | null
}

/** Whether the leaderboard stands between this result and the next question. */
export function hasBoard(game: Game): boolean {
  return game.settings.show_leaderboard && game.settings.scoring !== 'survey' && game.question?.type !== 'slide' && (game.leaderboard?.length ?? 0) > 0
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
