import { useId } from 'react'
import { Answers, Tool } from '@/teacher/editor/Answers'
import type { DraftQuestion } from '@/teacher/editor/draft'
import { editorWords } from '@/teacher/editor/editor.en'
import { PictureField } from '@/teacher/editor/PictureField'
import type { Problems } from '@/teacher/editor/problems'
import { FieldError } from '@/ui/Field'

interface Props {
  question: DraftQuestion
  number: number
  of: number
  problems: Problems
  onChange: (change: Partial<DraftQuestion>) => void
  /** The focus has left the question: now is the time to say what it lacks. */
  onLeave: () => void
  onMove: (by: -1 | 1) => void
  onCopy: () => void
  onRemove: () => void
}

/** One question as players will see it, to be written in. */
export function QuestionEdit({ question, number, of, problems, onChange, onLeave, onMove, onCopy, onRemove }: Props) {
  const id = useId()
  const slide = question.type === 'slide'
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- it only notices that the focus has gone
    <div
      className="paper card"
      onBlur={(event) => {
        if (event.relatedTarget && !event.currentTarget.contains(event.relatedTarget)) onLeave()
      }}
    >
      <div className="paper__bar">
        <span className="muted tabular">
          {editorWords.ofAll(number, of)} · {editorWords.types[question.type]}
        </span>
        <div className="row__actions">
          <Tool icon="up" name={editorWords.up} off={number === 1} onClick={() => onMove(-1)} />
          <Tool icon="down" name={editorWords.down} off={number === of} onClick={() => onMove(1)} />
          <Tool icon="copy" name={editorWords.copy} onClick={onCopy} />
          <Tool icon="trash" name={editorWords.remove} onClick={onRemove} />
        </div>
      </div>
      <div className="field">
        <textarea
          className="paper__text"
          rows={2}
          aria-label={slide ? editorWords.slideText : editorWords.text}
          placeholder={slide ? editorWords.slidePlaceholder : editorWords.textPlaceholder}
          maxLength={2000}
          aria-invalid={problems.text ? true : undefined}
          aria-describedby={problems.text ? `${id}-error` : undefined}
          value={question.text}
          onChange={(event) => onChange({ text: event.target.value })}
        />
        <FieldError id={`${id}-error`}>{problems.text}</FieldError>
      </div>
      <PictureField media={question.media} name={editorWords.picture} onChange={(media) => onChange({ media })} />
      <FieldError id={`${id}-media`}>{problems['media.url'] ?? problems.media}</FieldError>
      <Answers question={question} problems={problems} onChange={onChange} />
    </div>
  )
}
