import type { Game } from '@/game/reducer'
import { Mark } from '@/ui/Brand'
import { words } from '@/words'

/** Where we are in the game, who I am, what I have. */
export function TopBar({ game }: { game: Game }) {
  const { question, phase, me } = game
  const inside = question && (phase === 'question' || phase === 'result')
  return (
    <header className="top">
      <Mark size={22} />
      <span className="top__place tabular">{inside ? words.question.number(question.index + 1, question.total) : game.title}</span>
      {me && phase !== 'lobby' && (
        <span className="top__me">
          <span className="top__name">{me.nickname}</span>
          {game.settings.scoring !== 'survey' && <span className="top__score tabular">{words.top.score(me.score)}</span>}
        </span>
      )}
    </header>
  )
}
