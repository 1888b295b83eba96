import type { Problem } from '@/api/problem'
import type { DraftItem, DraftQuestion } from '@/teacher/api'
import { say } from '@/teacher/draft/draft.en'
import { EditItem } from '@/teacher/draft/EditItem'
import { SourceBeside } from '@/teacher/draft/SourceBeside'
import { editorWords } from '@/teacher/editor/editor.en'
import { EngineBadge } from '@/teacher/jobs/EngineBadge'
import { Icon } from '@/ui/Icon'
import { Notice } from '@/ui/Notice'
import { letterAt, markColour, Shape } from '@/ui/Shape'

interface Props {
  item: DraftItem
  number: number
  of: number
  /** The text that was given, if it is still there. */
  text: string | null
  /** Who made the draft; a question by somebody else says so. */
  engine: string | null
  note: string | null
  editing: boolean
  onEdited: (question: DraftQuestion) => Promise<Problem | null>
  onEditEnd: () => void
}

/** One proposed question beside the sentence that it rests on. */
export function ItemCard({ item, number, of, text, engine, note, editing, onEdited, onEditEnd }: Props) {
  return (
    <article className={`card item item--${item.state}`} aria-label={say.of(number, of)}>
      <div className="item__question">
        <p className="item__state">
          <span className={`stamp stamp--${item.state}`}>{say.states[item.state]}</span>
          <span className="muted tabular">{say.of(number, of)}</span>
          <span className="muted">{editorWords.types[item.question.type]}</span>
          <span className="muted" title={say.demandHelp[item.demand]}>
            {say.demand[item.demand]}
          </span>
          {item.edited && <span className="muted">{say.edited}</span>}
          {engine !== null && item.engine !== engine && <EngineBadge engine={item.engine} />}
        </p>
        {item.job_id && (
          <p role="status" className="item__making">
            <span className="spinner" aria-hidden="true" /> {say.making}
          </p>
        )}
        {note && !item.job_id && <Notice kind="warning">{note}</Notice>}
        {editing ? <EditItem question={item.question} onSave={onEdited} onEnd={onEditEnd} /> : <Shown question={item.question} />}
      </div>
      <SourceBeside item={item} text={text} />
    </article>
  )
}

/** Answers this short stand two in a row, so that a question fits on a projector above what can be decided. */
const SHORT = 24

function Shown({ question }: { question: DraftQuestion }) {
  const short = question.options.every((option) => option.text.length <= SHORT)
  return (
    <>
      <h2 className="item__text">{question.text}</h2>
      {question.options.length > 0 && (
        <ul className={short ? 'item__options item__options--pairs' : 'item__options'}>
          {question.options.map((option, index) => (
            <li key={option.id ?? index} className={option.correct ? 'item__option item__option--right' : 'item__option'}>
              <span className="item__letter" style={{ color: markColour(letterAt(index)) }}>
                <Shape letter={letterAt(index)} size="1.125rem" /> <b>{letterAt(index)}</b>
              </span>
              <span>{option.text}</span>
              {option.correct && (
                <span className="item__right">
                  <Icon name="check" /> <span className="item__right-words">{say.right}</span>
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {question.accepted.length > 0 && (
        <p className="item__accepted">
          <span className="muted">{say.accepted}:</span> <b>{question.accepted.join(' · ')}</b>
        </p>
      )}
      {(question.explanation ?? question.topic) && (
        <dl className="item__facts">
          {question.explanation && (
            <div>
              <dt>{say.explanation}</dt>
              <dd>{question.explanation}</dd>
            </div>
          )}
          {question.topic && (
            <div>
              <dt>{say.topic}</dt>
              <dd>{question.topic}</dd>
            </div>
          )}
        </dl>
      )}
    </>
  )
}
