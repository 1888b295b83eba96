import { useId } from 'react'
import { DropFiles } from '@/teacher/generate/DropFiles'
import { say } from '@/teacher/generate/generate.en'
import type { Files } from '@/teacher/generate/useFiles'
import type { Form, Problems, SourceKind } from '@/teacher/generate/wish'
import { Tabs } from '@/teacher/parts/Tabs'
import { Field, FieldError } from '@/ui/Field'
import { Notice } from '@/ui/Notice'

const KINDS: readonly SourceKind[] = ['text', 'files', 'topic']

interface Props {
  form: Form
  sending: Files
  problems: Problems
  /** No model answers: a topic alone makes no quiz. */
  offline: boolean
  onChange: (change: Partial<Form>) => void
}

/** What the quiz is made of: a text, files, or a topic. */
export function Source({ form, sending, problems, offline, onChange }: Props) {
  const toText = () => onChange({ source: 'text' })
  return (
    <Tabs name={say.sources} tabs={KINDS.map((one) => [one, say.source[one]] as const)} value={form.source} onChange={(source) => onChange({ source })}>
      {form.source === 'text' && <Text text={form.text} error={problems.text} onChange={(text) => onChange({ text })} />}
      {form.source === 'files' && <DropFiles sending={sending} error={problems.files} />}
      {form.source === 'topic' &&
        (offline ? (
          <Notice kind="warning">
            <b>{say.topicOffline}</b>
            <p>{say.topicOfflineHelp}</p>
            <button type="button" className="link" onClick={toText}>
              {say.toText}
            </button>
          </Notice>
        ) : (
          <Field label={say.topic} hint={say.topicHint} maxLength={200} error={problems.topic} value={form.topic} onChange={(event) => onChange({ topic: event.target.value })} />
        ))}
    </Tabs>
  )
}

function Text({ text, error, onChange }: { text: string; error: string | undefined; onChange: (text: string) => void }) {
  const id = useId()
  const words = text.trim() ? text.trim().split(/\s+/).length : 0
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {say.text}
      </label>
      <span className="field__hint source__hint" id={`${id}-hint`}>
        <span>{say.textHint}</span>
        <span className="tabular">{words > 0 && say.textLength(words)}</span>
      </span>
      <textarea id={id} className="input source__text" rows={12} aria-invalid={error ? true : undefined} aria-describedby={`${id}-hint ${id}-error`} value={text} onChange={(event) => onChange(event.target.value)} />
      <FieldError id={`${id}-error`}>{error}</FieldError>
    </div>
  )
}
