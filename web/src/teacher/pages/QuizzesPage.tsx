import { useState } from 'react'
import { Refused } from '@/game/connection'
import { createGame } from '@/host/clients'
import { navigate, useTitle } from '@/router'
import { say } from '@/teacher/teacher.en'
import { usePages } from '@/teacher/usePages'
import { ago } from '@/teacher/when'
import { Button, LinkButton } from '@/ui/Button'
import { Loading } from '@/ui/Loading'
import { Notice } from '@/ui/Notice'
import { words } from '@/words'

export interface QuizSummary {
  id: string
  title: string
  description: string
  tags: string[]
  question_count: number
  version: number
  updated_at: string
  played_at?: string | null
}

/** The teacher's quizzes: find one, start it. */
export default function QuizzesPage() {
  useTitle(`${say.quizzes.title} · ${words.product}`)
  const [q, setQ] = useState('')
  const quizzes = usePages<QuizSummary>('/api/quizzes', q)
  const { starting, problem, start } = useStart()
  return (
    <>
      <header className="page-head">
        <h1>{say.quizzes.title}</h1>
        <LinkButton to="/quizzes/import" icon="upload">
          {say.quizzes.import}
        </LinkButton>
      </header>
      {problem && <Notice kind="negative">{problem}</Notice>}
      <input className="input" type="search" placeholder={say.list.search} aria-label={say.list.search} value={q} onChange={(event) => setQ(event.target.value)} />
      {quizzes.problem && (
        <Notice kind="negative">
          {say.list.failed} {quizzes.problem}{' '}
          <Button kind="plain" onClick={quizzes.reload}>
            {say.list.again}
          </Button>
        </Notice>
      )}
      {quizzes.items === null ? (
        !quizzes.problem && <Loading />
      ) : quizzes.items.length === 0 ? (
        q ? (
          <p className="muted">{say.list.noMatch(q)}</p>
        ) : (
          <div className="empty">
            <h2>{say.quizzes.empty}</h2>
            <p>{say.quizzes.emptyHelp}</p>
          </div>
        )
      ) : (
        <ul className="rows">
          {quizzes.items.map((quiz) => (
            <li key={quiz.id} className="card row">
              <div className="row__words">
                <h2>{quiz.title}</h2>
                <p className="muted">
                  {say.quizzes.questions(quiz.question_count)} · {quiz.played_at ? say.quizzes.played(ago(quiz.played_at)) : say.quizzes.changed(ago(quiz.updated_at))}
                </p>
              </div>
              <Button icon="play" busy={starting === quiz.id} disabled={quiz.question_count === 0} aria-label={say.quizzes.startName(quiz.title)} onClick={() => void start(quiz.id)}>
                {say.quizzes.start}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {quizzes.hasMore && (
        <Button kind="quiet" busy={quizzes.loading} onClick={quizzes.more}>
          {say.list.more}
        </Button>
      )}
    </>
  )
}

/** Starts a game and goes to its lobby. */
export function useStart() {
  const [starting, setStarting] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const start = async (quizId: string) => {
    if (starting) return
    setStarting(quizId)
    setProblem(null)
    try {
      navigate(`/host/${await createGame(quizId)}`)
    } catch (error) {
      setProblem(error instanceof Refused ? error.message : words.errors.offline)
      setStarting(null)
    }
  }
  return { starting, problem, start }
}
