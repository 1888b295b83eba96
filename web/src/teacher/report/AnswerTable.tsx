import { useState } from 'react'
import type { GameReport, ReportAnswer } from '@/teacher/api'
import { SearchField } from '@/teacher/parts/List'
import { answerOf, percent } from '@/teacher/report/reading'
import { reportWords } from '@/teacher/report/report.en'
import { say } from '@/teacher/teacher.en'
import { Icon, type IconName } from '@/ui/Icon'

const ICON: Record<ReportAnswer['status'], IconName> = { correct: 'check', partial: 'half', wrong: 'cross', none: 'dash', survey: 'check' }
const MANY = 12

/** Players and questions: the whole game at a glance. */
export function AnswerTable({ report }: { report: GameReport }) {
  const [q, setQ] = useState('')
  const hasTeam = report.players.some((player) => player.team)
  const found = report.players.filter((player) => `${player.nickname} ${player.team ?? ''} ${player.identifier ?? ''}`.toLocaleLowerCase().includes(q.toLocaleLowerCase()))
  return (
    <section className="section">
      <h2 id="everything">{reportWords.table}</h2>
      {report.players.length > MANY && <SearchField label={reportWords.search} q={q} onChange={setQ} />}
      {found.length === 0 ? (
        <p className="muted nothing">{say.list.noMatch(q)}</p>
      ) : (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a wide table scrolls with the arrow keys
        <div className="table" role="region" aria-labelledby="everything" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">{reportWords.place}</th>
                <th scope="col" className="table__name">
                  {reportWords.player}
                </th>
                {hasTeam && <th scope="col">{reportWords.team}</th>}
                <th scope="col">{reportWords.score}</th>
                <th scope="col">{reportWords.share}</th>
                {report.questions.map((question) => (
                  <th key={question.question_id} scope="col" title={question.text}>
                    <span className="visually-hidden">{reportWords.number(question.index + 1)}</span>
                    <span aria-hidden="true">{question.index + 1}</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {found.map((player) => (
                <tr key={player.player_id}>
                  <td className="tabular">{player.rank}</td>
                  <th scope="row" className="table__name">
                    {player.nickname}
                    {player.identifier && <small className="muted"> {player.identifier}</small>}
                  </th>
                  {hasTeam && <td>{player.team}</td>}
                  <td className="tabular">{player.score.toLocaleString('en')}</td>
                  <td className="tabular">{percent(player.share)}</td>
                  {report.questions.map((question) => {
                    const answer = answerOf(player, question)
                    const status = answer?.status ?? 'none'
                    const words = reportWords.cell(reportWords.status[status], answer?.points ?? 0)
                    return (
                      <td key={question.question_id} className={`cell cell--${status}`} title={answer?.given ? `${answer.given} (${words})` : words}>
                        <Icon name={ICON[status]} />
                        <span className="visually-hidden">{words}</span>
                      </td>
                    )
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}
