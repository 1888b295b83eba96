import { useState } from 'react'
import { messageOf } from '@/api/problem'
import { navigate, useTitle } from '@/router'
import type { QuizSummary } from '@/teacher/api'
import { DraftsDue } from '@/teacher/jobs/DraftsDue'
import { UnderWay } from '@/teacher/jobs/UnderWay'
import { Empty } from '@/teacher/parts/Empty'
import { List, SearchField, useQuery } from '@/teacher/parts/List'
import { QuizRow } from '@/teacher/parts/QuizRow'
import { offerUndo, tell } from '@/teacher/parts/snack'
import { deleteQuiz, downloadQuiz, duplicateQuiz, restoreQuiz, summaryOf } from '@/teacher/quizActions'
import { StartDialog } from '@/teacher/start/StartDialog'
import { useStart } from '@/teacher/start/useStart'
import { say } from '@/teacher/teacher.en'
import { usePages } from '@/teacher/usePages'
import { LinkButton } from '@/ui/Button'
import { Notice } from '@/ui/Notice'
import { words } from '@/words'

/** The teacher's quizzes: find one, start it, write the next. */
export default function QuizzesPage() {
  useTitle(`${say.quizzes.title} · ${words.product}`)
  const [q, setQ] = useQuery()
  const quizzes = usePages<QuizSummary>('/api/quizzes', q)
  const { starting, problem, start } = useStart()
  const [chosen, setChosen] = useState<QuizSummary | null>(null)

  const attempt = async (work: () => Promise<void>) => {
    try {
      await work()
    } catch (error) {
      tell(messageOf(error))
    }
  }
  const remove = async (quiz: QuizSummary) => {
    const place = quizzes.items?.indexOf(quiz) ?? 0
    await deleteQuiz(quiz.id)
    quizzes.change((items) => items.filter((one) => one.id !== quiz.id))
    offerUndo(say.quizzes.deleted(quiz.title), () =>
      attempt(async () => {
        await restoreQuiz(quiz.id)
        quizzes.change((items) => [...items.slice(0, place), quiz, ...items.slice(place)])
        tell(say.quizzes.restored(quiz.title))
      }),
    )
  }
  const duplicate = async (quiz: QuizSummary) => {
    const copy = await duplicateQuiz(quiz.id)
    quizzes.change((items) => [summaryOf(copy), ...items])
    tell(say.quizzes.duplicated(copy.title))
  }
  const choices = (quiz: QuizSummary) => [
    ...(quiz.question_count > 0 ? [{ icon: 'play' as const, label: say.quizzes.startWith, run: () => setChosen(quiz) }] : []),
    { icon: 'edit' as const, label: say.quizzes.edit, run: () => navigate(`/quizzes/${quiz.id}`) },
    { icon: 'copy' as const, label: say.quizzes.duplicate, run: () => void attempt(() => duplicate(quiz)) },
    { icon: 'download' as const, label: say.quizzes.download, run: () => void attempt(() => downloadQuiz(quiz.id)) },
    { icon: 'trash' as const, label: say.quizzes.delete, danger: true, run: () => void attempt(() => remove(quiz)) },
  ]
  return (
    <>
      <header className="page-head">
        <h1>{say.quizzes.title}</h1>
        <div className="actions">
          <LinkButton to="/quizzes/generate" kind="quiet" icon="text">
            {say.quizzes.generate}
          </LinkButton>
          <LinkButton to="/quizzes/import" kind="quiet" icon="upload">
            {say.quizzes.import}
          </LinkButton>
          <LinkButton to="/quizzes/new" icon="plus">
            {say.quizzes.new}
          </LinkButton>
        </div>
      </header>
      {problem && <Notice kind="negative">{problem}</Notice>}
      {!q && (
        <>
          <UnderWay />
          <DraftsDue />
        </>
      )}
      <SearchField label={say.list.search} q={q} onChange={setQ} />
      <List pages={quizzes} q={q} empty={<NoQuiz />}>
        {(quiz) => <QuizRow key={quiz.id} quiz={quiz} busy={starting === quiz.id} onStart={() => void start(quiz.id)} choices={choices(quiz)} />}
      </List>
      {chosen && <StartDialog quiz={chosen} onClose={() => setChosen(null)} />}
    </>
  )
}

function NoQuiz() {
  return (
    <Empty art="quizzes" title={say.quizzes.empty}>
      <p>{say.quizzes.emptyHelp}</p>
    </Empty>
  )
}
