import type { Game } from '@/game/reducer'
import { hostWords } from '@/host/host.en'
import type { Question } from '@/protocol'

/** Where the room is in the game, and how latecomers get in. */
export function Head({ game, question }: { game: Game; question: Question }) {
  return (
    <header className="room-head">
      <span>{hostWords.question.number(question.index, game.questionCount)}</span>
      {!game.locked && game.settings.late_join && (
        <span className="tabular">
          {location.host} · <b>{game.pin}</b>
        </span>
      )}
    </header>
  )
}
