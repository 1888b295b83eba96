import type { Game } from '@/game/reducer'
import { Rows } from '@/host/screens/BoardScreen'
import { hostWords } from '@/host/host.en'
import { avatarOf } from '@/player/avatar'
import { LinkButton } from '@/ui/Button'
import { markColour, Shape } from '@/ui/Shape'

/** The podium, then everyone on the board, then the way to the report. */
export function EndedScreen({ game }: { game: Game }) {
  const { ended, result } = hostWords
  const podium = (game.podium ?? []).filter(() => game.settings.scoring !== 'survey')
  const rest = (game.leaderboard ?? []).slice(podium.length)
  return (
    <section className="finale">
      <p className="finale__title muted">{game.title}</p>
      <h1>{podium.length > 0 ? ended.title : game.settings.scoring === 'survey' ? ended.thanks : ended.nobody}</h1>
      {podium.length > 0 && (
        <ol className="finale__podium">
          {podium.map((row, index) => {
            const letter = avatarOf(row.player_id)
            return (
              <li key={row.player_id} className={`finale__step finale__step--${index + 1}`}>
                <span style={{ color: markColour(letter) }}>
                  <Shape letter={letter} size="clamp(2.5rem, 8vmin, 6rem)" />
                </span>
                <b className="finale__name">{row.nickname}</b>
                <span className="finale__block tabular">
                  <span className="finale__rank">{row.rank}</span>
                  {row.score.toLocaleString('en')}
                </span>
              </li>
            )
          })}
        </ol>
      )}
      {rest.length > 0 && game.settings.show_leaderboard && <Rows rows={rest.map(({ player_id, nickname, ...row }) => ({ ...row, delta: 0, id: player_id, name: nickname }))} />}
      {game.teamBoard && game.teamBoard.length > 0 && (
        <>
          <h2>{result.teams}</h2>
          <Rows rows={game.teamBoard.map(({ team, ...row }) => ({ ...row, delta: 0, id: team, name: team }))} />
        </>
      )}
      <p className="finale__ways">
        <LinkButton to={`/games/${game.id}`}>{ended.report}</LinkButton>
        <LinkButton to="/home" kind="quiet">
          {ended.again}
        </LinkButton>
      </p>
    </section>
  )
}
