import { useId, type ReactNode } from 'react'
import { hasKey, marked, MOST_OPTIONS, moved, newOption, type DraftNumber, type DraftOption, type DraftQuestion } from '@/teacher/editor/draft'
import { editorWords } from '@/teacher/editor/editor.en'
import { PictureField } from '@/teacher/editor/PictureField'
import type { Problems } from '@/teacher/editor/problems'
import { Button } from '@/ui/Button'
import { Field, FieldError } from '@/ui/Field'
import { Icon } from '@/ui/Icon'
import { answerColour, letterAt, Shape } from '@/ui/Shape'

interface Props {
  question: DraftQuestion
  problems: Problems
  onChange: (change: Partial<DraftQuestion>) => void
}

/** What players answer with, looking as they will see it. */
export function Answers(props: Props) {
  const { question } = props
  switch (question.type) {
    case 'single_choice':
    case 'multiple_choice':
    case 'poll':
    case 'order':
    case 'true_false':
      return <Options {...props} />
    case 'typed':
      return <Accepted {...props} />
    case 'number':
      return <NumberKey {...props} />
    case 'word_cloud':
      return <Preview help={editorWords.cloudHelp} />
    case 'open':
      return <Preview help={editorWords.openHelp} tall />
    case 'slide':
      return <p className="muted">{editorWords.slideHelp}</p>
  }
}

function Options({ question, problems, onChange }: Props) {
  const isPair = question.type === 'true_false'
  const options: DraftOption[] = isPair ? question.pair : question.options
  const many = question.type === 'multiple_choice'
  const keyed = hasKey(question.type)
  const set = (next: DraftOption[]) => {
    const [first, second] = next
    if (!isPair) onChange({ options: next })
    else if (first && second) onChange({ pair: [first, second] })
  }
  const change = (id: string, part: Partial<DraftOption>) => set(options.map((one) => (one.id === id ? { ...one, ...part } : one)))
  const helpId = useId()
  return (
    <div className="answers">
      {question.type === 'order' && <p className="muted">{editorWords.orderHelp}</p>}
      {question.type === 'poll' && <p className="muted">{editorWords.pollHelp}</p>}
      <ul className={question.type === 'order' ? 'answers__list answers__list--order' : 'answers__list'}>
        {options.map((option, index) => (
          <OptionEdit
            key={option.id}
            option={option}
            index={index}
            type={question.type}
            placeholder={index < 2 ? editorWords.answerPlaceholder : editorWords.optional}
            error={problems[`options.${option.id}`]}
            onChange={(part) => change(option.id, part)}
            onMark={keyed ? () => set(marked(options, option.id, many)) : null}
            onMove={question.type === 'order' ? (by) => set(moved(options, option.id, by)) : null}
            onRemove={!isPair && options.length > 2 ? () => set(options.filter((one) => one.id !== option.id)) : null}
            isLast={index === options.length - 1}
          />
        ))}
      </ul>
      <FieldError id={helpId}>{problems.options}</FieldError>
      {!isPair && options.length < MOST_OPTIONS && (
        <Button kind="plain" icon="plus" onClick={() => set([...options, newOption()])}>
          {editorWords.addAnswer}
        </Button>
      )}
    </div>
  )
}

interface OptionProps {
  option: DraftOption
  index: number
  type: DraftQuestion['type']
  placeholder: string
  error: string | undefined
  isLast: boolean
  onChange: (part: Partial<DraftOption>) => void
  onMark: (() => void) | null
  onMove: ((by: -1 | 1) => void) | null
  onRemove: (() => void) | null
}

function OptionEdit({ option, index, type, placeholder, error, isLast, onChange, onMark, onMove, onRemove }: OptionProps) {
  const id = useId()
  const letter = letterAt(index)
  const name = type === 'order' ? editorWords.place(index + 1) : editorWords.answer(letter)
  return (
    <li className={option.correct && onMark ? 'answer answer--right' : 'answer'} style={{ '--fill': answerColour(letter) }}>
      <div className="answer__tile">
        <span className="answer__mark" aria-hidden="true">
          {type === 'order' ? (
            <b>{index + 1}</b>
          ) : (
            <>
              <Shape letter={letter} size="1.5rem" />
              <b>{letter}</b>
            </>
          )}
        </span>
        <textarea
          className="answer__text"
          rows={1}
          aria-label={name}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? `${id}-error` : undefined}
          maxLength={500}
          placeholder={placeholder}
          value={option.text}
          onChange={(event) => onChange({ text: event.target.value.replace(/\n/g, ' ') })}
        />
        {onMark && (
          <label className="answer__key" title={editorWords.right(letter)}>
            <input type={type === 'multiple_choice' ? 'checkbox' : 'radio'} className="visually-hidden" name={`key-${id}`} aria-label={editorWords.right(letter)} checked={option.correct} onChange={onMark} />
            <span className="answer__check">{option.correct && <Icon name="check" />}</span>
          </label>
        )}
      </div>
      <div className="answer__tools">
        <PictureField small media={option.media} name={editorWords.pictureAnswer(letter)} onChange={(media) => onChange({ media })} />
        {onMove && (
          <>
            <Tool icon="up" name={`${editorWords.up}: ${option.text || name}`} off={index === 0} onClick={() => onMove(-1)} />
            <Tool icon="down" name={`${editorWords.down}: ${option.text || name}`} off={isLast} onClick={() => onMove(1)} />
          </>
        )}
        {onRemove && <Tool icon="cross" name={editorWords.removeAnswer(letter)} onClick={onRemove} />}
      </div>
      <FieldError id={`${id}-error`}>{error}</FieldError>
    </li>
  )
}

export function Tool({ icon, name, off = false, onClick }: { icon: 'up' | 'down' | 'cross' | 'copy' | 'trash' | 'left' | 'right'; name: string; off?: boolean; onClick: () => void }) {
  return (
    <button type="button" className="icon-button" aria-label={name} title={name} aria-disabled={off || undefined} onClick={() => !off && onClick()}>
      <Icon name={icon} />
    </button>
  )
}

/** A label over several lines of text, with its hint and error. */
export function Area({ label, hint, error, rows = 3, value, maxLength, onChange }: { label: string; hint?: string; error?: string | undefined; rows?: number; value: string; maxLength?: number; onChange: (value: string) => void }) {
  const id = useId()
  const notes = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      {hint && (
        <span className="field__hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      <textarea className="input" id={id} rows={rows} maxLength={maxLength} aria-invalid={error ? true : undefined} aria-describedby={notes || undefined} value={value} onChange={(event) => onChange(event.target.value)} />
      <FieldError id={`${id}-error`}>{error}</FieldError>
    </div>
  )
}

function Accepted({ question, problems, onChange }: Props) {
  return <Area label={editorWords.accepted} hint={editorWords.acceptedHint} rows={4} value={question.accepted} error={problems.accepted} onChange={(accepted) => onChange({ accepted })} />
}

function NumberKey({ question, problems, onChange }: Props) {
  const { number } = question
  const set = (change: Partial<DraftNumber>) => onChange({ number: { ...number, ...change } })
  const field = (key: 'answer' | 'tolerance' | 'min' | 'max' | 'step', label: ReactNode) => (
    <Field label={label} inputMode="decimal" autoComplete="off" error={problems[`number.${key}`]} value={number[key]} onChange={(event) => set({ [key]: event.target.value })} />
  )
  const near = number.scoring === 'proximity'
  return (
    <div className="number-key">
      <div className="number-key__row">
        {field('answer', editorWords.numberAnswer)}
        <Field label={editorWords.unit} maxLength={40} value={number.unit} onChange={(event) => set({ unit: event.target.value })} />
      </div>
      <fieldset className="form__choice number-key__scoring">
        <legend>{editorWords.numberScoring}</legend>
        {(['within', 'proximity'] as const).map((scoring) => (
          <label key={scoring}>
            <input type="radio" checked={number.scoring === scoring} onChange={() => set({ scoring })} />
            {editorWords[scoring]}
          </label>
        ))}
      </fieldset>
      {field('tolerance', near ? editorWords.toleranceNear : editorWords.tolerance)}
      <div className="number-key__row">
        {field('min', editorWords.min)}
        {field('max', editorWords.max)}
        {field('step', editorWords.step)}
      </div>
      <p className="muted">{editorWords.numberHelp}</p>
    </div>
  )
}

/** The place where players will type. */
function Preview({ help, tall = false }: { help: string; tall?: boolean }) {
  return (
    <>
      <div className={tall ? 'ghost ghost--tall' : 'ghost'} aria-hidden="true" />
      <p className="muted">{help}</p>
    </>
  )
}
