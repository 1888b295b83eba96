import { useId } from 'react'
import { Area } from '@/teacher/editor/Answers'
import { TYPES, withType, type Draft, type DraftQuestion, type QuestionType } from '@/teacher/editor/draft'
import { editorWords } from '@/teacher/editor/editor.en'
import type { Problems } from '@/teacher/editor/problems'
import { Field } from '@/ui/Field'

/** What belongs to one question but is not seen while it is answered. */
export function QuestionSettings({ question, problems, onChange }: { question: DraftQuestion; problems: Problems; onChange: (change: Partial<DraftQuestion>) => void }) {
  const id = useId()
  const scored = !['poll', 'word_cloud', 'open', 'slide'].includes(question.type)
  return (
    <section className="side card">
      <h2>{editorWords.settings}</h2>
      <div className="field">
        <label className="field__label" htmlFor={id}>
          {editorWords.type}
        </label>
        <select className="input" id={id} value={question.type} onChange={(event) => onChange(withType(question, event.target.value as QuestionType))}>
          {TYPES.map((type) => (
            <option key={type} value={type}>
              {editorWords.types[type]}
            </option>
          ))}
        </select>
      </div>
      {question.type !== 'slide' && <Field label={editorWords.time} inputMode="numeric" autoComplete="off" error={problems.time_limit_s} value={question.time_limit_s} onChange={(event) => onChange({ time_limit_s: event.target.value })} />}
      {scored && <Field label={editorWords.points} hint={editorWords.pointsHelp} inputMode="numeric" autoComplete="off" error={problems.points} value={question.points} onChange={(event) => onChange({ points: event.target.value })} />}
      <Area label={editorWords.explanation} hint={editorWords.explanationHint} rows={3} maxLength={2000} value={question.explanation} error={problems.explanation} onChange={(explanation) => onChange({ explanation })} />
      <Field label={editorWords.topic} hint={editorWords.topicHint} maxLength={100} value={question.topic} onChange={(event) => onChange({ topic: event.target.value })} />
    </section>
  )
}

/** What belongs to the whole quiz. */
export function AboutQuiz({ draft, onChange }: { draft: Draft; onChange: (change: Partial<Omit<Draft, 'questions'>>) => void }) {
  const id = useId()
  const known = Object.entries(editorWords.languages)
  const other = draft.language && !(draft.language in editorWords.languages)
  return (
    <details className="fold side">
      <summary>{editorWords.about}</summary>
      <div className="form">
        <Area label={editorWords.description} rows={3} maxLength={2000} value={draft.description} onChange={(description) => onChange({ description })} />
        <div className="field">
          <label className="field__label" htmlFor={id}>
            {editorWords.language}
          </label>
          <select className="input" id={id} value={draft.language} onChange={(event) => onChange({ language: event.target.value })}>
            <option value="">{editorWords.languageNone}</option>
            {known.map(([code, name]) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
            {other && <option value={draft.language}>{draft.language}</option>}
          </select>
        </div>
        <Field label={editorWords.tags} hint={editorWords.tagsHint} value={draft.tags} onChange={(event) => onChange({ tags: event.target.value })} />
      </div>
    </details>
  )
}
