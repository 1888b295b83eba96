import { useId } from 'react'
import { say } from '@/teacher/generate/generate.en'
import { DIFFICULTIES, LANGUAGES, TYPES, type Form, type Problems } from '@/teacher/generate/wish'
import { Segments } from '@/teacher/parts/Segments'
import { Field, FieldError } from '@/ui/Field'

const names = new Intl.DisplayNames(['en'], { type: 'language' })

/** How the quiz should be: how many questions, of which kinds, how hard, in which language. */
export function Options({ form, problems, onChange }: { form: Form; problems: Problems; onChange: (change: Partial<Form>) => void }) {
  const id = useId()
  const toggle = (type: (typeof TYPES)[number], on: boolean) => onChange({ types: TYPES.filter((one) => (one === type ? on : form.types.includes(one))) })
  return (
    <>
      <Field label={say.count} hint={say.countHint} inputMode="numeric" autoComplete="off" maxLength={2} className="options__count" error={problems.count} value={form.count} onChange={(event) => onChange({ count: event.target.value })} />
      <fieldset className="options__types" aria-describedby={`${id}-types`}>
        <legend className="field__label">{say.types}</legend>
        {TYPES.map((type) => (
          <label key={type} className="tick">
            <input type="checkbox" checked={form.types.includes(type)} onChange={(event) => toggle(type, event.target.checked)} /> {say.typeNames[type]}
          </label>
        ))}
        <FieldError id={`${id}-types`}>{problems.types}</FieldError>
      </fieldset>
      <Segments labelled name={say.difficulty} options={DIFFICULTIES.map((one) => [one, say.difficulties[one]] as const)} value={form.difficulty} onChange={(difficulty) => onChange({ difficulty })} />
      <div className="field">
        <label className="field__label" htmlFor={`${id}-language`}>
          {say.language}
        </label>
        <select id={`${id}-language`} className="input" value={form.language} onChange={(event) => onChange({ language: event.target.value })}>
          <option value="">{form.source === 'topic' ? say.languageOfTopic : say.languageOfText}</option>
          {LANGUAGES.map((one) => (
            <option key={one} value={one}>
              {names.of(one)}
            </option>
          ))}
        </select>
        <FieldError id={`${id}-language-error`}>{problems.language}</FieldError>
      </div>
      <Field label={say.titleField} hint={say.titleHint} maxLength={200} error={problems.title} value={form.title} onChange={(event) => onChange({ title: event.target.value })} />
    </>
  )
}
