import { useState, type DragEvent } from 'react'
import { call } from '@/api/client'
import { Problem, messageOf } from '@/api/problem'
import { useTitle } from '@/router'
import { say } from '@/teacher/teacher.en'
import { useStart } from '@/teacher/pages/QuizzesPage'
import { Button, LinkButton } from '@/ui/Button'
import { Notice } from '@/ui/Notice'
import { randomId } from '@/storage'
import { words } from '@/words'

interface Imported {
  quiz: { id: string; title: string; questions: unknown[] }
  warnings: { row: number; message: string }[]
}

type Stage = { at: 'choose' } | { at: 'reading'; name: string } | { at: 'done'; imported: Imported } | { at: 'failed'; message: string; rows: readonly { field: string; message: string }[] }

/** Brings a file along, and says clearly what of it was not understood. */
export default function ImportPage() {
  useTitle(`${say.import.title} · ${words.product}`)
  const [stage, setStage] = useState<Stage>({ at: 'choose' })

  const read = async (file: File | undefined) => {
    if (!file) return
    setStage({ at: 'reading', name: file.name })
    const body = new FormData()
    body.append('file', file)
    try {
      setStage({ at: 'done', imported: await call<Imported>('POST', '/api/quizzes/import', { body, idempotencyKey: randomId() }) })
    } catch (error) {
      setStage({ at: 'failed', message: messageOf(error), rows: error instanceof Problem ? error.errors : [] })
    }
  }
  return (
    <>
      <header className="page-head">
        <h1>{say.import.title}</h1>
        <LinkButton to="/quizzes" kind="plain" icon="left">
          {say.import.back}
        </LinkButton>
      </header>
      {stage.at === 'reading' && (
        <p role="status" className="import__reading">
          <span className="spinner" aria-hidden="true" /> {say.import.reading(stage.name)}
        </p>
      )}
      {stage.at === 'done' && <Done imported={stage.imported} onAgain={() => setStage({ at: 'choose' })} />}
      {stage.at === 'failed' && (
        <Notice kind="negative">
          <b>{say.import.failed}</b>
          <p>{stage.message}</p>
          <ul className="import__rows">
            {stage.rows.map((row, index) => (
              <li key={index}>
                {row.field && `${row.field}: `}
                {row.message}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {(stage.at === 'choose' || stage.at === 'failed') && <Drop onFile={(file) => void read(file)} />}
    </>
  )
}

function Drop({ onFile }: { onFile: (file: File | undefined) => void }) {
  const [over, setOver] = useState(false)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    onFile(event.dataTransfer.files[0])
  }
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- dropping is a shortcut; the button inside does the same
    <section
      aria-label={say.import.title}
      className={over ? 'drop drop--over' : 'drop'}
      onDrop={drop}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
    >
      <p>{say.import.drop}</p>
      <label className="button">
        {say.import.choose}
        <input type="file" className="visually-hidden" accept=".xlsx,.gift,.txt,.json" onChange={(event) => onFile(event.target.files?.[0])} />
      </label>
      <p className="muted">{say.import.help}</p>
    </section>
  )
}

function Done({ imported, onAgain }: { imported: Imported; onAgain: () => void }) {
  const { quiz, warnings } = imported
  const { starting, problem, start } = useStart()
  return (
    <section className="import">
      <h2>{quiz.title}</h2>
      {warnings.length === 0 ? <Notice kind="positive">{say.import.whole(quiz.questions.length)}</Notice> : <Notice kind="warning">{say.import.partly(quiz.questions.length, warnings.length)}</Notice>}
      {warnings.length > 0 && (
        <dl className="import__warnings">
          {warnings.map((warning, index) => (
            <div key={index}>
              <dt className="tabular">{say.import.row(warning.row)}</dt>
              <dd>{warning.message}</dd>
            </div>
          ))}
        </dl>
      )}
      {problem && <Notice kind="negative">{problem}</Notice>}
      <div className="actions">
        <Button icon="play" busy={starting !== null} onClick={() => void start(quiz.id)}>
          {say.import.start}
        </Button>
        <Button kind="plain" onClick={onAgain}>
          {say.import.another}
        </Button>
      </div>
    </section>
  )
}
