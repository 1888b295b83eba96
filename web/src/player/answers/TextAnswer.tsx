import { useEffect, useId, useRef, useState, type SyntheticEvent } from 'react'
import type { AnswerProps } from '@/player/answers/answers'
import { Chosen } from '@/player/answers/Chosen'
import { SendButton } from '@/player/answers/SendButton'
import { words } from '@/words'

const LABEL = { typed: words.question.yourAnswer, word_cloud: words.question.yourWord, open: words.question.yourThought }
const LONGEST = { typed: 200, word_cloud: 40, open: 500 }

/** Words of the player's own: a short answer, a word for the cloud, a few sentences. */
export function TextAnswer({ question, sent, labelledBy, onAnswer }: AnswerProps) {
  const kind = question.type === 'word_cloud' || question.type === 'open' ? question.type : 'typed'
  const [text, setText] = useState('')
  const [empty, setEmpty] = useState(false)
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null)
  const id = useId()
  const done = sent !== null
  useEffect(() => {
    // With a keyboard at hand the field is ready to type in; on a phone the question stays in sight.
    if (!done && matchMedia('(pointer: fine)').matches) field.current?.focus({ preventScroll: true })
  }, [done])

  if (sent) return <Chosen>{sent.choice.text}</Chosen>

  const send = (event: SyntheticEvent) => {
    event.preventDefault()
    if (text.trim()) onAnswer({ text: text.trim() })
    else {
      setEmpty(true)
      field.current?.focus()
    }
  }
  const shared = {
    id,
    ref: field,
    className: 'input write__field',
    maxLength: LONGEST[kind],
    value: text,
    'aria-labelledby': `${labelledBy} ${id}-label`,
    'aria-describedby': `${id}-error`,
    'aria-invalid': empty || undefined,
    autoComplete: 'off',
  }
  const type = (value: string) => {
    setText(value)
    setEmpty(false)
  }
  return (
    <form className="write" onSubmit={send} noValidate>
      <label className="field__label" htmlFor={id} id={`${id}-label`}>
        {LABEL[kind]}
      </label>
      {kind === 'open' ? (
        <>
          <textarea {...shared} rows={4} onChange={(event) => type(event.target.value)} />
          <p className="write__count muted tabular">
            {text.length} / {LONGEST.open}
          </p>
        </>
      ) : (
        <input {...shared} autoCapitalize="off" autoCorrect="off" spellCheck={false} enterKeyHint="send" onChange={(event) => type(event.target.value)} />
      )}
      <SendButton error={empty ? words.question.typeFirst : null} errorId={`${id}-error`} />
    </form>
  )
}
