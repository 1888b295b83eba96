import type { Game } from '@/game/reducer'
import { Head } from '@/host/screens/Head'
import { hostWords } from '@/host/host.en'
import { Icon } from '@/ui/Icon'

/** Who is in front, and what the last question changed. */
export function BoardScreen({ game }: { game: Game }) {
  const { question, leaderboard, teamBoard } = game
  const { result } = hostWords
  return (
    <section className="standings">
      {question && <Head game={game} question={question} />}
      <h1>{result.leaderboard}</h1>
      <Rows rows={(leaderboard ?? []).map(({ player_id, nickname, ...row }) => ({ ...row, id: player_id, name: nickname }))} />
      {teamBoard && teamBoard.length > 0 && (
        <>
          <h2>{result.teams}</h2>
          <Rows rows={teamBoard.map(({ team, ...row }) => ({ ...row, id: team, name: team }))} />
        </>
      )}
    </section>
  )
}

/** A ranking as large as the room needs. */
export function Rows({ rows }: { rows: { id: string; name: string; score: number; rank: number; delta: number }[] }) {
  if (rows.length === 0) return <p className="muted">{hostWords.result.nobody}</p>
  return (
    <ol className="standings__rows tabular">
      {rows.map((row) => (
        <li key={row.id}>
          <span className="standings__rank">{row.rank}</span>
          <span className="standings__name">{row.name}</span>
          {row.delta !== 0 && (
            <span className={row.delta > 0 ? 'standings__delta' : 'standings__delta standings__delta--down'}>
              <Icon name={row.delta > 0 ? 'up' : 'down'} size="1em" />
              <span aria-hidden="true">{Math.abs(row.delta)}</span>
              <span className="visually-hidden">{hostWords.result.moved(row.delta)}</span>
            </span>
          )}
          <span className="standings__score">{row.score.toLocaleString('en')}</span>
        </li>
      ))}
    </ol>
  )
}
