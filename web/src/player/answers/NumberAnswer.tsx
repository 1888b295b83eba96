import { useId, useRef, useState, type SyntheticEvent } from 'react'
import type { AnswerProps } from '@/player/answers/answers'
import { Chosen } from '@/player/answers/Chosen'
import { readNumber, showNumber, stepOf } from '@/player/answers/numbers'
import { SendButton } from '@/player/answers/SendButton'
import type { Question } from '@/protocol'
import { words } from '@/words'

function withUnit(value: string, unit: string | null | undefined): string {
  return unit ? `${value} ${unit}` : value
}

/** What is wrong with a typed number, or null. */
function wrongWith(value: number | null, { min, max }: Question): string | null {
  if (value === null) return words.question.typeNumber
  const low = typeof min === 'number' && value < min
  const high = typeof max === 'number' && value > max
  if (!low && !high) return null
  if (typeof min === 'number' && typeof max === 'number') return words.question.numberRange(showNumber(min), showNumber(max))
  return low ? words.question.numberMin(showNumber(min)) : words.question.numberMax(showNumber(max ?? 0))
}

/** A number typed, or slid where the question has bounds; field and slider follow each other. */
export function NumberAnswer({ question, sent, labelledBy, onAnswer }: AnswerProps) {
  const { min, max, step, unit } = question
  const [text, setText] = useState('')
  const [wrong, setWrong] = useState<string | null>(null)
  const field = useRef<HTMLInputElement>(null)
  const id = useId()
  if (sent) return <Chosen>{withUnit(showNumber(sent.choice.number ?? 0), unit)}</Chosen>

  const bounded = typeof min === 'number' && typeof max === 'number' && min < max
  const value = readNumber(text)
  const send = (event: SyntheticEvent) => {
    event.preventDefault()
    const problem = wrongWith(value, question)
    setWrong(problem)
    if (problem || value === null) field.current?.focus()
    else onAnswer({ number: value })
  }
  const type = (next: string) => {
    setText(next)
    setWrong(null)
  }
  return (
    <form className="write" onSubmit={send} noValidate>
      <label className="field__label" htmlFor={id} id={`${id}-label`}>
        {words.question.yourNumber}
      </label>
      <div className="number">
        <input
          ref={field}
          id={id}
          className="input number__field tabular"
          inputMode={typeof min === 'number' && min >= 0 ? 'decimal' : 'text'}
          autoComplete="off"
          maxLength={30}
          value={text}
          aria-labelledby={`${labelledBy} ${id}-label`}
          aria-describedby={`${id}-unit ${id}-error`}
          aria-invalid={wrong ? true : undefined}
          onChange={(event) => type(event.target.value)}
        />
        <span className="number__unit" id={`${id}-unit`}>
          {unit}
        </span>
      </div>
      {bounded && (
        <div className="number__slide">
          <input
            type="range"
            className="slider"
            min={min}
            max={max}
            step={stepOf(min, max, step)}
            value={value === null ? (min + max) / 2 : Math.min(max, Math.max(min, value))}
            aria-labelledby={`${id}-label`}
            aria-valuetext={value === null ? words.question.typeNumber : withUnit(showNumber(value), unit)}
            data-empty={value === null || undefined}
            onChange={(event) => type(event.target.value)}
          />
          <div className="number__ends tabular muted" aria-hidden="true">
            <span>{showNumber(min)}</span>
            <span>{showNumber(max)}</span>
          </div>
        </div>
      )}
      <SendButton error={wrong} errorId={`${id}-error`} />
    </form>
  )
}
