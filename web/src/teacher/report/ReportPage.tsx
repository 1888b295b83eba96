import { useState } from 'react'
import { authorisedFetch } from '@/api/client'
import { messageOf, problemOf } from '@/api/problem'
import { Link, useTitle, type Params } from '@/router'
import type { GameReport } from '@/teacher/api'
import { Failed, Skeleton } from '@/teacher/parts/List'
import { tell } from '@/teacher/parts/snack'
import { fileNameOf, saveAs } from '@/teacher/quizActions'
import { AnswerTable } from '@/teacher/report/AnswerTable'
import { PlayerBars, QuestionBars, TeamBars, TimeBars } from '@/teacher/report/Pictures'
import { csvOf, percent, sentenceOf } from '@/teacher/report/reading'
import { reportWords } from '@/teacher/report/report.en'
import { useReport } from '@/teacher/report/useReport'
import { StartDialog } from '@/teacher/start/StartDialog'
import { lasted, onDay } from '@/teacher/when'
import { Button, LinkButton } from '@/ui/Button'
import { Icon } from '@/ui/Icon'
import { NotFound } from '@/ui/NotFound'
import { words } from '@/words'
import '@/teacher/report/report.css'

/** What a teacher wants to know the minute after: the sentence, the pictures, the table, the downloads. */
export default function ReportPage({ params }: { params: Params }) {
  const gameId = params.gameId ?? ''
  const { state, again } = useReport(gameId)
  useTitle(`${state.at === 'there' ? reportWords.title(state.report.title) : reportWords.back} · ${words.product}`)
  switch (state.at) {
    case 'loading':
      return <Skeleton />
    case 'pending':
      return (
        <>
          <Back />
          <div className="waiting" role="status">
            <span className="spinner" aria-hidden="true" />
            <p>{reportWords.pending}</p>
            {state.tries > 15 && <p className="muted">{reportWords.pendingLong}</p>}
          </div>
        </>
      )
    case 'live':
      return (
        <>
          <Back />
          <h1>{reportWords.going}</h1>
          <p>{reportWords.goingHelp}</p>
          <div>
            <LinkButton to={`/host/${gameId}`} icon="play">
              {reportWords.goOn}
            </LinkButton>
          </div>
        </>
      )
    case 'failed':
      return state.problem.status === 404 ? <NotFound /> : <Failed message={state.problem.message} onAgain={again} />
    case 'there':
      return <Report report={state.report} />
  }
}

function Back() {
  return (
    <Link to="/games" className="back">
      <Icon name="left" /> {reportWords.back}
    </Link>
  )
}

function Report({ report }: { report: GameReport }) {
  const { summary } = report
  const [asking, setAsking] = useState(false)
  const facts = [
    onDay(report.started_at ?? report.ended_at),
    reportWords.players(summary.players),
    reportWords.questions(summary.questions),
    summary.duration_s != null && reportWords.lasted(lasted(summary.duration_s)),
    summary.share != null && reportWords.right(percent(summary.share)),
    summary.answer_rate != null && reportWords.answered(percent(summary.answer_rate)),
  ].filter((fact) => typeof fact === 'string')
  const empty = summary.players === 0
  return (
    <article className="report">
      <header className="report__head">
        <Back />
        <h1>{report.title}</h1>
        <p className="report__sentence">{sentenceOf(report)}</p>
        <ul className="report__facts muted" aria-label={reportWords.facts}>
          {facts.map((fact) => (
            <li key={fact}>{fact}</li>
          ))}
        </ul>
        <div className="actions report__actions">
          <Button icon="play" onClick={() => setAsking(true)}>
            {reportWords.again}
          </Button>
          <LinkButton kind="quiet" icon="edit" to={`/quizzes/${report.quiz_id}`}>
            {reportWords.edit}
          </LinkButton>
          {!empty && (
            <Button kind="plain" onClick={() => print()}>
              {reportWords.print}
            </Button>
          )}
        </div>
      </header>
      {!empty && (
        <>
          <QuestionBars report={report} />
          <div className="report__pair">
            <PlayerBars report={report} />
            <div className="report__stack">
              <TimeBars report={report} />
              {report.teams.length > 0 && <TeamBars report={report} />}
            </div>
          </div>
          <AnswerTable report={report} />
        </>
      )}
      <Downloads report={report} />
      {asking && <StartDialog quiz={{ id: report.quiz_id, title: report.title }} onClose={() => setAsking(false)} />}
    </article>
  )
}

function Downloads({ report }: { report: GameReport }) {
  const [busy, setBusy] = useState(false)
  const name = fileNameOf(report.title)
  const saveLog = async () => {
    setBusy(true)
    try {
      const response = await authorisedFetch(`/api/games/${report.game_id}/log`)
      if (!response.ok) throw await problemOf(response)
      saveAs(`${name} log.jsonl`, await response.blob(), 'application/x-ndjson')
    } catch (error) {
      tell(messageOf(error))
    }
    setBusy(false)
  }
  return (
    <section className="section downloads">
      <h2>{reportWords.downloads}</h2>
      <ul>
        <li>
          <Button kind="quiet" icon="download" onClick={() => saveAs(`${name}.csv`, csvOf(report), 'text/csv')}>
            {reportWords.csv}
          </Button>
          <span className="muted">{reportWords.csvHelp}</span>
        </li>
        <li>
          <Button kind="quiet" icon="download" onClick={() => saveAs(`${name} report.json`, JSON.stringify(report, null, 2), 'application/json')}>
            {reportWords.json}
          </Button>
          <span className="muted">{reportWords.jsonHelp}</span>
        </li>
        <li>
          <Button kind="quiet" icon="download" busy={busy} onClick={() => void saveLog()}>
            {reportWords.log}
          </Button>
          <span className="muted">{reportWords.logHelp}</span>
        </li>
      </ul>
    </section>
  )
}
