import { Link } from '@/router'
import type { GameSummary } from '@/teacher/api'
import { say } from '@/teacher/teacher.en'
import { ago, onDay } from '@/teacher/when'
import { LinkButton } from '@/ui/Button'

/** One game of a list: a live one to go on with, a past one with its report. */
export function GameRow({ game }: { game: GameSummary }) {
  const live = game.phase !== 'ended'
  const to = live ? `/host/${game.id}` : `/games/${game.id}`
  const when = game.started_at ?? game.created_at
  return (
    <li className={live ? 'card row row--live' : 'card row'}>
      <div className="row__words">
        <h3>
          <Link to={to}>{game.title}</Link>
        </h3>
        <p className="muted">
          {live && (
            <>
              <b className="live">{game.paused ? say.home.paused : say.home.phase[game.phase]}</b>
              {' · '}
            </>
          )}
          {say.home.players(game.player_count)}
          {' · '}
          <time dateTime={when} title={onDay(when)}>
            {game.started_at ? say.games.begun(ago(when)) : live ? ago(when) : say.games.notStarted(ago(when))}
          </time>
        </p>
      </div>
      {live && game.pin && (
        <p className="row__pin">
          <span className="muted">{say.home.pin}</span> <b className="tabular">{game.pin.replace(/(\d{3})(\d{3})/, '$1 $2')}</b>
        </p>
      )}
      <LinkButton to={to} kind={live ? 'primary' : 'quiet'} {...(live && { icon: 'play' as const })}>
        {live ? say.home.goOn : say.games.report}
      </LinkButton>
    </li>
  )
}
