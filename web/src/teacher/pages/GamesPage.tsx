import { useTitle } from '@/router'
import type { GameSummary } from '@/teacher/api'
import { Empty } from '@/teacher/parts/Empty'
import { GameRow } from '@/teacher/parts/GameRow'
import { List, SearchField, useQuery } from '@/teacher/parts/List'
import { say } from '@/teacher/teacher.en'
import { usePages } from '@/teacher/usePages'
import { LinkButton } from '@/ui/Button'
import { words } from '@/words'

/** All games of the teacher, the newest first: live ones to return to, past ones with their reports. */
export default function GamesPage() {
  useTitle(`${say.games.title} · ${words.product}`)
  const [q, setQ] = useQuery()
  const games = usePages<GameSummary>('/api/games', q)
  const none = games.items?.length === 0 && !q
  return (
    <>
      <header className="page-head">
        <h1>{say.games.title}</h1>
        {!none && (
          <LinkButton to="/quizzes" kind="quiet" icon="play">
            {say.home.start}
          </LinkButton>
        )}
      </header>
      {!none && <SearchField label={say.list.search} q={q} onChange={setQ} />}
      <List
        pages={games}
        q={q}
        empty={
          <Empty art="games" title={say.games.empty}>
            <p>{say.games.emptyHelp}</p>
            <LinkButton to="/quizzes" icon="play">
              {say.games.toQuizzes}
            </LinkButton>
          </Empty>
        }
      >
        {(game) => <GameRow key={game.id} game={game} />}
      </List>
    </>
  )
}
