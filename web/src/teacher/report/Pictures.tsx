import type { GameReport, ReportQuestion } from '@/teacher/api'
import { partsOf, percent, seconds } from '@/teacher/report/reading'
import { reportWords } from '@/teacher/report/report.en'
import { Icon } from '@/ui/Icon'
import { letterAt, markColour, Shape } from '@/ui/Shape'

const WITH_LETTERS = ['single_choice', 'multiple_choice', 'true_false', 'poll']

/** One bar for each question, and behind it what was answered. */
export function QuestionBars({ report }: { report: GameReport }) {
  return (
    <section className="section">
      <h2>{reportWords.byQuestion}</h2>
      <Legend report={report} />
      <ol className="qbars">
        {report.questions.map((question) => (
          <li key={question.question_id}>
            <details className="qbar">
              <summary>
                <span className="qbar__number tabular">{question.index + 1}</span>
                <span className="qbar__text">
                  {question.text} {report.hardest.includes(question.question_id) && question.scored && question.share !== 1 && <span className="tag tag--warning">{reportWords.hardest}</span>}
                  {question.void && <span className="tag">{reportWords.voided}</span>}
                </span>
                <span className="qbar__share tabular">{question.scored ? percent(question.share) : ''}</span>
                <Stack question={question} />
              </summary>
              <Answered question={question} />
            </details>
          </li>
        ))}
      </ol>
    </section>
  )
}

function Legend({ report }: { report: GameReport }) {
  const present = new Set(report.questions.flatMap((question) => partsOf(question).map((part) => part.status)))
  return (
    <p className="legend muted">
      {(['correct', 'partial', 'wrong', 'none', 'survey'] as const)
        .filter((status) => present.has(status))
        .map((status) => (
          <span key={status}>
            <i className={`stack__part stack__part--${status}`} /> {reportWords.status[status]}
          </span>
        ))}
    </p>
  )
}

function Stack({ question }: { question: ReportQuestion }) {
  const parts = partsOf(question)
  const words = question.scored ? reportWords.shares(question.correct, question.partial, question.wrong, question.unanswered) : reportWords.counted(question.answered, question.of)
  return (
    <span className="stack" role="img" aria-label={words} title={words}>
      {parts.map((part) => (
        <span key={part.status} className={`stack__part stack__part--${part.status}`} style={{ width: `${part.share * 100}%` }}>
          {part.share > 0.07 && <span className="tabular">{part.n}</span>}
        </span>
      ))}
    </span>
  )
}

function Answered({ question }: { question: ReportQuestion }) {
  const most = Math.max(1, ...question.options.map((one) => one.count), ...question.texts.map((one) => one.count))
  const isOrder = question.type === 'order'
  return (
    <div className="answered">
      {question.right_answer && (
        <p>
          <b>{reportWords.rightAnswer}:</b> {question.right_answer}
        </p>
      )}
      {isOrder && <p className="muted">{reportWords.inPlace}</p>}
      {question.options.length > 0 && (
        <ul className="answered__bars">
          {question.options.map((option, index) => (
            <li key={option.id}>
              <span className="answered__label">
                {WITH_LETTERS.includes(question.type) && (
                  <span className="answered__mark" style={{ color: markColour(letterAt(index)) }}>
                    <Shape letter={letterAt(index)} size="1.1em" />
                    <b>{letterAt(index)}</b>
                  </span>
                )}
                <span>{option.text}</span>
                {option.correct && !isOrder && (
                  <span className="answered__right">
                    <Icon name="check" /> {reportWords.isRight}
                  </span>
                )}
              </span>
              <Bar share={option.count / most} n={option.count} colour={isOrder ? 'var(--primary)' : markColour(letterAt(index))} />
            </li>
          ))}
        </ul>
      )}
      {question.texts.length > 0 && (
        <ul className="answered__bars">
          {question.texts.slice(0, 30).map((said) => (
            <li key={said.text}>
              <span className="answered__label">{said.text}</span>
              <Bar share={said.count / most} n={said.count} colour="var(--primary)" />
            </li>
          ))}
        </ul>
      )}
      {question.answered === 0 && question.type !== 'slide' && <p className="muted">{reportWords.nothing}</p>}
      {question.explanation && (
        <p>
          <b>{reportWords.why}:</b> {question.explanation}
        </p>
      )}
    </div>
  )
}

function Bar({ share, n, colour }: { share: number; n: number | string; colour: string }) {
  return (
    <span className="bar">
      <span className="bar__fill" style={{ width: `${share * 100}%`, background: colour }} />
      <span className="bar__n tabular">{n}</span>
    </span>
  )
}

/** Everybody's share of what could be right; who may need help is named. */
export function PlayerBars({ report }: { report: GameReport }) {
  const scored = report.players.filter((player) => player.share != null)
  if (scored.length === 0) return null
  return (
    <section className="section">
      <h2>{reportWords.byPlayer}</h2>
      <p className="muted">{reportWords.byPlayerHelp}</p>
      <ul className="answered__bars">
        {scored.map((player) => {
          const help = report.needs_help.includes(player.player_id)
          return (
            <li key={player.player_id}>
              <span className="answered__label">
                {player.nickname} {help && <span className="tag tag--warning">{reportWords.needsHelp}</span>}
              </span>
              <Bar share={player.share ?? 0} n={percent(player.share)} colour={help ? 'var(--warning)' : 'var(--positive)'} />
            </li>
          )
        })}
      </ul>
    </section>
  )
}

/** How long answers took, of the time there was. */
export function TimeBars({ report }: { report: GameReport }) {
  const timed = report.questions.filter((question) => question.mean_ms != null && question.type !== 'slide')
  if (timed.length === 0) return null
  return (
    <section className="section">
      <h2>{reportWords.byTime}</h2>
      <p className="muted">{reportWords.byTimeHelp}</p>
      <ul className="times">
        {timed.map((question) => {
          const ms = question.mean_ms ?? 0
          return (
            <li key={question.question_id} title={question.text}>
              <span className="qbar__number tabular" aria-label={reportWords.number(question.index + 1)}>
                {question.index + 1}
              </span>
              <span className="times__track" aria-hidden="true">
                <span className="times__fill" style={{ width: `${Math.min(1, ms / question.time_limit_ms) * 100}%` }} />
              </span>
              <span className="tabular muted times__n">
                {seconds(ms)} / {seconds(question.time_limit_ms)} s
              </span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

export function TeamBars({ report }: { report: GameReport }) {
  const most = Math.max(1, ...report.teams.map((team) => team.score))
  return (
    <section className="section">
      <h2>{reportWords.teams}</h2>
      <ul className="answered__bars">
        {report.teams.map((team) => (
          <li key={team.team}>
            <span className="answered__label">{team.team}</span>
            <Bar share={team.score / most} n={team.score} colour="var(--primary)" />
          </li>
        ))}
      </ul>
    </section>
  )
}
