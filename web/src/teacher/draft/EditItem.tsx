import { useEffect, useId, useRef, useState } from 'react'
import type { Problem } from '@/api/problem'
import type { DraftQuestion as Proposed } from '@/teacher/api'
import { say } from '@/teacher/draft/draft.en'
import { Answers, Area } from '@/teacher/editor/Answers'
import { draftQuestion, wireQuestion, type DraftQuestion } from '@/teacher/editor/draft'
import { problemsOf, type Problems } from '@/teacher/editor/problems'
import { Button } from '@/ui/Button'
import { Field, FieldError } from '@/ui/Field'
import { Notice } from '@/ui/Notice'
import '@/teacher/editor/editor.css'

interface Props {
  question: Proposed
  onSave: (question: Proposed) => Promise<Problem | null>
  onEnd: () => void
}

/** A proposed question being written in, with the editor's own parts. What is saved is kept. */
export function EditItem({ question, onSave, onEnd }: Props) {
  const id = useId()
  const [written, setWritten] = useState<DraftQuestion>(() => draftQuestion(question))
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<string | null>(null)
  const text = useRef<HTMLTextAreaElement>(null)
  useEffect(() => text.current?.focus(), [])
  const found = problemsOf(written)
  const problems: Problems = tried ? found : {}
  const change = (part: Partial<DraftQuestion>) => setWritten((before) => ({ ...before, ...part }))
  const save = async () => {
    setTried(true)
    if (Object.keys(found).length > 0 || busy) return
    setBusy(true)
    setRefused(null)
    const problem = await onSave(wireQuestion(written))
    if (problem) {
      setRefused(problem.errors[0]?.message ?? problem.message)
      setBusy(false)
    } else onEnd()
  }
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys are shortcuts; both buttons are there
    <form
      className="form edit-item"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onEnd()
        else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save()
        else return
        event.preventDefault()
      }}
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <div className="field">
        <textarea
          ref={text}
          className="paper__text"
          rows={2}
          aria-label={say.question}
          maxLength={2000}
          aria-invalid={problems.text ? true : undefined}
          aria-describedby={`${id}-text`}
          value={written.text}
          onChange={(event) => change({ text: event.target.value })}
        />
        <FieldError id={`${id}-text`}>{problems.text}</FieldError>
      </div>
      <Answers question={written} problems={problems} onChange={change} />
      <Area label={say.explanation} rows={2} maxLength={2000} value={written.explanation} onChange={(explanation) => change({ explanation })} />
      <Field label={say.topic} maxLength={200} value={written.topic} onChange={(event) => change({ topic: event.target.value })} />
      {refused && <Notice kind="negative">{refused}</Notice>}
      <div className="actions">
        <Button type="submit" icon="check" busy={busy} aria-keyshortcuts="Control+Enter">
          {say.editSave} <kbd aria-hidden="true">Ctrl ↵</kbd>
        </Button>
        <Button kind="quiet" aria-keyshortcuts="Escape" onClick={onEnd}>
          {say.editCancel} <kbd aria-hidden="true">Esc</kbd>
        </Button>
      </div>
    </form>
  )
}
