import { Link } from '@/router'
import type { QuizSummary } from '@/teacher/api'
import { More, type Choice } from '@/teacher/parts/More'
import { say } from '@/teacher/teacher.en'
import { ago } from '@/teacher/when'
import { Button, LinkButton } from '@/ui/Button'

interface Props {
  quiz: QuizSummary
  busy: boolean
  onStart: () => void
  choices: Choice[]
}

/** One quiz of a list: its name opens it, its button starts it. */
export function QuizRow({ quiz, busy, onStart, choices }: Props) {
  const facts = [say.quizzes.questions(quiz.question_count), quiz.played_at ? say.quizzes.played(ago(quiz.played_at)) : say.quizzes.changed(ago(quiz.updated_at))]
  return (
    <li className="card row">
      <div className="row__words">
        <h2>
          <Link to={`/quizzes/${quiz.id}`}>{quiz.title}</Link>
        </h2>
        <p className="muted">{facts.join(' · ')}</p>
        {quiz.tags.length > 0 && (
          <ul className="tags" aria-label={say.quizzes.tags}>
            {quiz.tags.slice(0, 5).map((tag) => (
              <li key={tag}>{tag}</li>
            ))}
          </ul>
        )}
      </div>
      <div className="row__actions">
        {quiz.question_count > 0 ? (
          <Button kind="quiet" icon="play" busy={busy} aria-label={say.quizzes.startName(quiz.title)} onClick={onStart}>
            {say.quizzes.start}
          </Button>
        ) : (
          <LinkButton kind="quiet" icon="edit" to={`/quizzes/${quiz.id}`}>
            {say.quizzes.write}
          </LinkButton>
        )}
        {choices.length > 0 && <More name={say.quizzes.more(quiz.title)} choices={choices} />}
      </div>
    </li>
  )
}
