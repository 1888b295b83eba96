import { useSession } from '@/api/session'
import { Link, useTitle } from '@/router'
import type { GameReport, GameSummary, QuizSummary, SchoolClass } from '@/teacher/api'
import { DraftsDue } from '@/teacher/jobs/DraftsDue'
import { UnderWay } from '@/teacher/jobs/UnderWay'
import { GameRow } from '@/teacher/parts/GameRow'
import { Failed, Skeleton } from '@/teacher/parts/List'
import { QuizRow } from '@/teacher/parts/QuizRow'
import { sentenceOf } from '@/teacher/report/reading'
import { useStart } from '@/teacher/start/useStart'
import { say } from '@/teacher/teacher.en'
import { useFetched } from '@/teacher/useFetched'
import { usePages, type Pages } from '@/teacher/usePages'
import { ago } from '@/teacher/when'
import { LinkButton } from '@/ui/Button'
import { Icon, type IconName } from '@/ui/Icon'
import { Notice } from '@/ui/Notice'
import { words } from '@/words'

/** Where everybody begins: what was begun goes on, the next game is one click away. */
export default function HomePage() {
  const session = useSession()
  useTitle(`${say.nav.home} · ${words.product}`)
  if (session === null || session === 'unknown') return null
  return session.user.role === 'student' ? <StudentHome name={session.user.name} /> : <TeacherHome name={session.user.name} />
}

function TeacherHome({ name }: { name: string }) {
  const games = usePages<GameSummary>('/api/games', '', 10)
  const quizzes = usePages<QuizSummary>('/api/quizzes', '', 5)
  const starting = useStart()
  const live = games.items?.filter((game) => game.phase !== 'ended') ?? []
  const last = games.items?.find((game) => game.phase === 'ended' && game.started_at)
  return (
    <>
      <h1 className="hello">{say.home.hello(name)}</h1>
      {starting.problem && <Notice kind="negative">{starting.problem}</Notice>}
      {games.problem && <Failed message={games.problem} onAgain={games.reload} />}
      {live.length > 0 && (
        <section className="section">
          <h2>{say.home.live}</h2>
          <ul className="rows">
            {live.map((game) => (
              <GameRow key={game.id} game={game} />
            ))}
          </ul>
        </section>
      )}
      <UnderWay />
      <DraftsDue />
      {quizzes.items?.length === 0 ? <FirstQuiz /> : <RecentQuizzes quizzes={quizzes} starting={starting.starting} onStart={(id) => void starting.start(id)} />}
      {last && <LastGame game={last} />}
    </>
  )
}

function RecentQuizzes({ quizzes, starting, onStart }: { quizzes: Pages<QuizSummary>; starting: string | null; onStart: (id: string) => void }) {
  return (
    <section className="section">
      <header className="page-head">
        <h2>{say.home.start}</h2>
        <div className="actions">
          <Link to="/quizzes">{say.home.all}</Link>
          <LinkButton to="/quizzes/generate" kind="quiet" icon="text">
            {say.quizzes.generate}
          </LinkButton>
          <LinkButton to="/quizzes/new" icon="plus">
            {say.quizzes.new}
          </LinkButton>
        </div>
      </header>
      {quizzes.problem && <Failed message={quizzes.problem} onAgain={quizzes.reload} />}
      {quizzes.items === null && !quizzes.problem && <Skeleton rows={3} />}
      <ul className="rows">
        {quizzes.items?.map((quiz) => (
          <QuizRow key={quiz.id} quiz={quiz} busy={starting === quiz.id} onStart={() => onStart(quiz.id)} choices={[]} />
        ))}
      </ul>
    </section>
  )
}

/** An account with nothing in it: ways to a first quiz. */
function FirstQuiz() {
  return (
    <section className="section">
      <h2>{say.home.first}</h2>
      <p className="muted">{say.home.firstHelp}</p>
      <ul className="ways">
        <Way to="/quizzes/new" icon="edit" title={say.home.write} help={say.home.writeHelp} />
        <Way to="/quizzes/import" icon="upload" title={say.home.import} help={say.home.importHelp} />
        <Way to="/quizzes/generate" icon="text" title={say.home.generate} help={say.home.generateHelp} />
      </ul>
    </section>
  )
}

function Way({ to, icon, title, help }: { to: string; icon: IconName; title: string; help: string }) {
  return (
    <li>
      <Link to={to} className="card way">
        <Icon name={icon} size="2rem" />
        <b>{title}</b>
        <span>{help}</span>
      </Link>
    </li>
  )
}

/** The sentence of the last game's report, and the way to the rest of it. */
function LastGame({ game }: { game: GameSummary }) {
  const report = useFetched<GameReport>(`/api/games/${game.id}/report`)
  const pending = report.problem?.code === 'report_pending'
  return (
    <section className="section">
      <header className="page-head">
        <h2>{say.home.last}</h2>
        <Link to="/games">{say.home.allGames}</Link>
      </header>
      <div className="card last">
        <p className="muted">
          {game.title} · {ago(game.ended_at ?? game.created_at)} · {say.home.players(game.player_count)}
        </p>
        {report.value && <p className="last__sentence">{sentenceOf(report.value)}</p>}
        {pending && <p>{say.home.reportSoon}</p>}
        <div>
          <LinkButton to={`/games/${game.id}`} kind="quiet">
            {say.home.report}
          </LinkButton>
        </div>
      </div>
    </section>
  )
}

function StudentHome({ name }: { name: string }) {
  const classes = usePages<SchoolClass>('/api/classes')
  return (
    <div className="narrow">
      <h1 className="hello">{say.home.hello(name)}</h1>
      <section className="card last">
        <h2>{say.home.joinTitle}</h2>
        <p>{say.home.joinHelp}</p>
        <div>
          <LinkButton to="/" large icon="play">
            {say.home.joinGo}
          </LinkButton>
        </div>
      </section>
      <section className="section">
        <header className="page-head">
          <h2>{say.home.classes}</h2>
          <Link to="/classes">{say.classes.join}</Link>
        </header>
        {classes.problem && <Failed message={classes.problem} onAgain={classes.reload} />}
        {classes.items?.length === 0 && <p className="muted">{say.classes.emptyStudent}</p>}
        <ul className="rows">
          {classes.items?.map((one) => (
            <li key={one.id} className="card row">
              <div className="row__words">
                <h3>
                  <Link to={`/classes/${one.id}`}>{one.name}</Link>
                </h3>
                <p className="muted">{say.classes.teacher(one.teacher)}</p>
              </div>
            </li>
          ))}
        </ul>
      </section>
    </div>
  )
}
