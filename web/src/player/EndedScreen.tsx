import type { Game } from '@/game/reducer'
import { avatarOf } from '@/player/avatar'
import type { ScreenProps } from '@/player/screen'
import { useHeading } from '@/player/useHeading'
import type { BoardRow } from '@/protocol'
import { LinkButton } from '@/ui/Button'
import { letterAt, markColour, Shape } from '@/ui/Shape'
import { words } from '@/words'

/** The podium and one's own place. Those on it are celebrated once. */
export function EndedScreen({ game }: ScreenProps) {
  const heading = useHeading('ended')
  const { me, podium } = game
  const ranked = game.settings.show_leaderboard && game.settings.scoring !== 'survey'
  const steps = ranked ? (podium ?? []) : []
  const celebrated = steps.some((row) => row.player_id === me?.player_id)
  return (
    <section className="ended">
      {celebrated && <Confetti />}
      <p className="muted">{words.ended.over}</p>
      <h1 ref={heading} tabIndex={-1}>
        {headline(game, celebrated)}
      </h1>
      {me && ranked && me.rank > 0 && <p className="ended__place">{words.ended.place(words.ordinal(me.rank), game.playerCount)}</p>}
      {me && game.settings.scoring !== 'survey' && <p className="ended__score tabular">{words.result.points(me.score)}</p>}
      {steps.length > 0 && <Podium rows={steps} mine={me?.player_id ?? ''} />}
      {ranked && game.teamBoard && game.teamBoard.length > 0 && (
        <div className="fact">
          <h2>{words.ended.teams}</h2>
          <ol className="teams tabular">
            {game.teamBoard.map((row) => (
              <li key={row.team} className={row.team === me?.team ? 'teams__mine' : undefined}>
                <span>{words.ordinal(row.rank)}</span>
                <span>{row.team}</span>
                <span>{row.score.toLocaleString()}</span>
              </li>
            ))}
          </ol>
        </div>
      )}
      <LinkButton to="/" kind="quiet" wide>
        {words.ended.another}
      </LinkButton>
    </section>
  )
}

function headline({ me }: Game, celebrated: boolean): string {
  if (!me) return words.ended.over
  if (celebrated) return me.rank === 1 ? words.ended.first(me.nickname) : words.ended.podium(me.nickname)
  return words.ended.thanks(me.nickname)
}

/** Read in the order of places, shown with the first in the middle. */
function Podium({ rows, mine }: { rows: BoardRow[]; mine: string }) {
  return (
    <ol className="podium" style={{ '--steps': Math.min(3, rows.length) }} aria-label={words.ended.podiumTitle}>
      {rows.slice(0, 3).map((row, index) => {
        const letter = avatarOf(row.player_id)
        return (
          <li key={row.player_id} className={`podium__step podium__step--${String(index + 1)}`}>
            <span className="podium__avatar" style={{ color: markColour(letter) }}>
              <Shape letter={letter} size="100%" />
            </span>
            <span className="podium__name">
              {row.nickname}
              {row.player_id === mine && <span className="podium__you"> ({words.ended.you})</span>}
            </span>
            <span className="podium__block">
              <b>{row.rank}</b>
              <span className="tabular">{row.score.toLocaleString()}</span>
            </span>
          </li>
        )
      })}
    </ol>
  )
}

/** The answers' shapes fall once. */
function Confetti() {
  return (
    <div className="confetti" aria-hidden="true">
      {Array.from({ length: 28 }, (_, i) => {
        const letter = letterAt(i)
        return (
          <span key={i} style={{ left: `${(i * 37) % 100}%`, color: markColour(letter), animationDelay: `${(i * 83) % 900}ms`, '--turn': `${((i % 5) - 2) * 200}deg` }}>
            <Shape letter={letter} size={14 + (i % 3) * 6} />
          </span>
        )
      })}
    </div>
  )
}
