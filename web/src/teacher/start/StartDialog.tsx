import Dialog from '@mui/material/Dialog'
import { useId, useState, type ReactNode } from 'react'
import { DEFAULTS, keepChoices, lastChoices, problemWith, settingsOf, type Choices } from '@/teacher/start/settings'
import { useStart } from '@/teacher/start/useStart'
import { say } from '@/teacher/teacher.en'
import { Button } from '@/ui/Button'
import { Field, FieldError } from '@/ui/Field'
import { Notice } from '@/ui/Notice'

/** Every setting of a game in plain words. What was chosen last is chosen again. */
export function StartDialog({ quiz, onClose }: { quiz: { id: string; title: string }; onClose: () => void }) {
  const id = useId()
  const [choices, setChoices] = useState(lastChoices)
  const { starting, problem, start } = useStart()
  const { settings } = say
  const set = (change: Partial<Choices>) => setChoices((before) => ({ ...before, ...change }))
  const wrong = problemWith(choices)
  const submit = () => {
    if (wrong) return
    keepChoices(choices)
    void start(quiz.id, settingsOf(choices))
  }
  return (
    <Dialog open onClose={onClose} aria-labelledby={id} maxWidth="sm" fullWidth>
      <form
        className="dialog"
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <h2 id={id}>{settings.title(quiz.title)}</h2>
        <fieldset className="settings__group">
          <legend>{settings.points}</legend>
          {(['kahoot', 'accuracy', 'survey'] as const).map((scoring) => (
            <label key={scoring} className="switch">
              <input type="radio" name="scoring" checked={choices.scoring === scoring} onChange={() => set({ scoring })} />
              <span>
                {settings.scoring[scoring]} <small>{settings.scoringHelp[scoring]}</small>
              </span>
            </label>
          ))}
          {choices.scoring !== 'survey' && <Switch on={choices.streak_bonus} onChange={(streak_bonus) => set({ streak_bonus })} label={settings.streak} help={settings.streakHelp} />}
        </fieldset>
        <fieldset className="settings__group">
          <legend>{settings.pace}</legend>
          <label className="settings__line">
            <span>{settings.reading}</span>
            <select className="input" value={choices.reading_s} onChange={(event) => set({ reading_s: Number(event.target.value) })}>
              {[0, 3, 5, 10, 20, 30, 60].map((seconds) => (
                <option key={seconds} value={seconds}>
                  {settings.seconds(seconds)}
                </option>
              ))}
            </select>
          </label>
          <label className="settings__line">
            <span>{settings.advance}</span>
            <select className="input" value={choices.auto_advance_s ?? ''} onChange={(event) => set({ auto_advance_s: event.target.value === '' ? null : Number(event.target.value) })}>
              <option value="">{settings.advanceSelf}</option>
              {[5, 10, 20, 30, 60].map((seconds) => (
                <option key={seconds} value={seconds}>
                  {settings.advanceAfter(seconds)}
                </option>
              ))}
            </select>
          </label>
          <Switch on={choices.question_on_phone} onChange={(question_on_phone) => set({ question_on_phone })} label={settings.phones} help={settings.phonesHelp} />
          <Switch on={choices.shuffle_options} onChange={(shuffle_options) => set({ shuffle_options })} label={settings.shuffle} help={settings.shuffleHelp} />
        </fieldset>
        <fieldset className="settings__group">
          <legend>{settings.ranking}</legend>
          <Switch on={choices.show_leaderboard} onChange={(show_leaderboard) => set({ show_leaderboard })} label={settings.board} help={settings.boardHelp} />
          {choices.show_leaderboard && (
            <label className="settings__line">
              <span>{settings.boardSize}</span>
              <select className="input" value={choices.leaderboard_size} onChange={(event) => set({ leaderboard_size: Number(event.target.value) })}>
                {[3, 5, 10, 20, 50, 100].map((size) => (
                  <option key={size} value={size}>
                    {settings.places(size)}
                  </option>
                ))}
              </select>
            </label>
          )}
        </fieldset>
        <fieldset className="settings__group">
          <legend>{settings.players}</legend>
          <Switch on={choices.late_join} onChange={(late_join) => set({ late_join })} label={settings.late} help={settings.lateHelp} />
          <Switch on={choices.nickname_filter} onChange={(nickname_filter) => set({ nickname_filter })} label={settings.filter} help={settings.filterHelp} />
          <Switch on={choices.nickname_generator} onChange={(nickname_generator) => set({ nickname_generator })} label={settings.generator} help={settings.generatorHelp} />
          <Field label={settings.identifier} hint={settings.identifierHint} maxLength={60} value={choices.identifier_label} onChange={(event) => set({ identifier_label: event.target.value })} />
          <TeamsField value={choices.teams} error={wrong && settings.wrong[wrong]} onChange={(teams) => set({ teams })} />
        </fieldset>
        {problem && <Notice kind="negative">{problem}</Notice>}
        <div className="dialog__actions dialog__actions--stuck">
          <Button kind="plain" onClick={() => setChoices(DEFAULTS)}>
            {settings.reset}
          </Button>
          <Button kind="quiet" onClick={onClose}>
            {say.cancel}
          </Button>
          <Button type="submit" icon="play" busy={starting !== null} disabled={wrong !== null}>
            {say.quizzes.start}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function Switch({ on, onChange, label, help }: { on: boolean; onChange: (on: boolean) => void; label: string; help: ReactNode }) {
  return (
    <label className="switch">
      <input type="checkbox" role="switch" checked={on} onChange={(event) => onChange(event.target.checked)} />
      <span>
        {label} <small>{help}</small>
      </span>
    </label>
  )
}

function TeamsField({ value, error, onChange }: { value: string; error: string | null; onChange: (value: string) => void }) {
  const id = useId()
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {say.settings.teams}
      </label>
      <span className="field__hint" id={`${id}-hint`}>
        {say.settings.teamsHint}
      </span>
      <textarea className="input" id={id} rows={3} aria-describedby={`${id}-hint ${id}-error`} aria-invalid={error ? true : undefined} value={value} onChange={(event) => onChange(event.target.value)} />
      <FieldError id={`${id}-error`}>{error}</FieldError>
    </div>
  )
}
