import { useEffect, useId, useRef, useState, type DragEvent } from 'react'
import { call } from '@/api/client'
import { Link, useTitle } from '@/router'
import { randomId } from '@/storage'
import type { ImportedQuiz } from '@/teacher/api'
import { accountOf, refusalOf, type Account } from '@/teacher/importAccount'
import { deleteQuiz, saveAs } from '@/teacher/quizActions'
import { KAHOOT_COLUMNS, SAMPLES } from '@/teacher/samples'
import { useStart } from '@/teacher/start/useStart'
import { say } from '@/teacher/teacher.en'
import { Button, LinkButton } from '@/ui/Button'
import { Icon } from '@/ui/Icon'
import { Notice } from '@/ui/Notice'
import { words } from '@/words'

type Stage = { at: 'choose' } | { at: 'reading'; name: string } | { at: 'done'; imported: ImportedQuiz; name: string } | { at: 'failed'; account: Account; name: string }

/** Brings a file along, and says clearly what of it was not understood. */
export default function ImportPage() {
  useTitle(`${say.import.title} · ${words.product}`)
  const [stage, setStage] = useState<Stage>({ at: 'choose' })
  const [pasted, setPasted] = useState('')
  const reading = useRef<AbortController | null>(null)
  useEffect(() => () => reading.current?.abort(), [])

  const read = async (file: File | undefined) => {
    if (!file) return
    const stop = new AbortController()
    reading.current = stop
    setStage({ at: 'reading', name: file.name })
    const body = new FormData()
    body.append('file', file)
    try {
      const imported = await call<ImportedQuiz>('POST', '/api/quizzes/import', { body, idempotencyKey: randomId(), signal: stop.signal })
      if (stop.signal.aborted) await deleteQuiz(imported.quiz.id)
      else setStage({ at: 'done', imported, name: file.name })
    } catch (error) {
      setStage(stop.signal.aborted ? { at: 'choose' } : { at: 'failed', account: refusalOf(error), name: file.name })
    }
  }
  return (
    <div className="narrow">
      <header className="page-head">
        <div>
          <Link to="/quizzes" className="back">
            <Icon name="left" /> {say.import.back}
          </Link>
          <h1>{say.import.title}</h1>
        </div>
      </header>
      {stage.at === 'reading' && (
        <div role="status" className="import__reading card">
          <span className="spinner" aria-hidden="true" /> <span>{say.import.reading(stage.name)}</span>
          <Button kind="plain" onClick={() => reading.current?.abort()}>
            {say.import.stop}
          </Button>
        </div>
      )}
      {stage.at === 'done' && <Done imported={stage.imported} name={stage.name} onAgain={() => setStage({ at: 'choose' })} />}
      {stage.at === 'failed' && (
        <>
          <Notice kind="negative">
            <b>{say.import.failed(stage.name)}</b>
            <p>{stage.account.sentence}</p>
          </Notice>
          <Rows rows={stage.account.rows} />
        </>
      )}
      {(stage.at === 'choose' || stage.at === 'failed') && (
        <>
          <Drop onFile={(file) => void read(file)} />
          <Paste text={pasted} onText={setPasted} onGo={() => void read(new File([pasted], pastedName(pasted), { type: 'text/plain' }))} />
          <Formats />
        </>
      )}
    </div>
  )
}

/** Pasted text is read as a file of its kind. */
function pastedName(text: string): string {
  return text.trimStart().startsWith('{"') || /^\s*\{\s*\n?\s*"/.test(text) ? 'Pasted questions.json' : 'Pasted questions.txt'
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

function Paste({ text, onText, onGo }: { text: string; onText: (text: string) => void; onGo: () => void }) {
  const id = useId()
  return (
    <details className="fold" open={text !== '' || undefined}>
      <summary>{say.import.paste}</summary>
      <label className="muted" htmlFor={id}>
        {say.import.pasteHelp}
      </label>
      <textarea id={id} className="input mono" rows={8} value={text} placeholder={SAMPLES.aiken.content.split('\n\n')[0]} onChange={(event) => onText(event.target.value)} />
      <Button kind="quiet" disabled={!text.trim()} onClick={onGo}>
        {say.import.pasteGo}
      </Button>
    </details>
  )
}

/** What can be brought along, shortly, with a file of each kind to look at. */
function Formats() {
  return (
    <section className="formats">
      <h2>{say.import.formats}</h2>
      <dl>
        <div>
          <dt>Kahoot (.xlsx)</dt>
          <dd>
            {say.import.kahoot} <span className="muted">{KAHOOT_COLUMNS.join(' · ')}</span>
          </dd>
        </div>
        {(['gift', 'aiken', 'json'] as const).map((kind) => (
          <div key={kind}>
            <dt>{say.import.formatNames[kind]}</dt>
            <dd>
              {say.import.formatHelp[kind]}{' '}
              <button type="button" className="link" onClick={() => saveAs(SAMPLES[kind].name, SAMPLES[kind].content, SAMPLES[kind].type)}>
                {say.import.sample(SAMPLES[kind].name)}
              </button>
            </dd>
          </div>
        ))}
      </dl>
      <p className="muted">{say.import.idea}</p>
    </section>
  )
}

function Rows({ rows }: { rows: Account['rows'] }) {
  if (rows.length === 0) return null
  return (
    <dl className="import__warnings">
      {rows.map((row, index) => (
        <div key={index}>
          <dt className="tabular">{row.where}</dt>
          <dd>
            {row.messages.map((message, at) => (
              <p key={at}>{message}</p>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Done({ imported, name, onAgain }: { imported: ImportedQuiz; name: string; onAgain: () => void }) {
  const { starting, problem, start } = useStart()
  const account = accountOf(imported)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <section className="import">
      <h2 ref={heading} tabIndex={-1}>
        {imported.quiz.title}
      </h2>
      <Notice kind={account.whole ? 'positive' : 'warning'}>
        {account.sentence} <span className="import__from">{say.import.from(name)}</span>
      </Notice>
      <Rows rows={account.rows} />
      {problem && <Notice kind="negative">{problem}</Notice>}
      <div className="actions">
        {account.whole ? (
          <Button icon="play" busy={starting !== null} onClick={() => void start(imported.quiz.id)}>
            {say.quizzes.start}
          </Button>
        ) : (
          <LinkButton icon="edit" to={`/quizzes/${imported.quiz.id}`}>
            {say.import.open}
          </LinkButton>
        )}
        {account.whole ? (
          <LinkButton kind="quiet" icon="edit" to={`/quizzes/${imported.quiz.id}`}>
            {say.import.open}
          </LinkButton>
        ) : (
          <Button kind="quiet" icon="play" busy={starting !== null} onClick={() => void start(imported.quiz.id)}>
            {say.quizzes.start}
          </Button>
        )}
        <Button kind="plain" onClick={onAgain}>
          {say.import.another}
        </Button>
      </div>
    </section>
  )
}
