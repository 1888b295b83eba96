import type { DraftItem } from '@/teacher/api'
import { say } from '@/teacher/draft/draft.en'
import { Tool } from '@/teacher/editor/Answers'
import { Button } from '@/ui/Button'

interface Props {
  item: DraftItem
  isFirst: boolean
  isLast: boolean
  /** What was decided last, in words; null when nothing can be taken back. */
  last: string | null
  onKeep: () => void
  onDrop: () => void
  onEdit: () => void
  onAnother: () => void
  onTakeBack: () => void
  onUndo: () => void
  onStep: (by: -1 | 1) => void
}

/** What can be decided about the question shown. It stays where it is from question to question, and so does the focus. */
export function Bar({ item, isFirst, isLast, last, onKeep, onDrop, onEdit, onAnother, onTakeBack, onUndo, onStep }: Props) {
  const making = item.job_id != null
  const open = item.state === 'proposed' && !making
  return (
    <div className="foot decide">
      <Button icon="check" aria-keyshortcuts="K" kind={item.state === 'kept' ? 'quiet' : 'primary'} disabled={making || item.state === 'kept'} onClick={onKeep}>
        {item.state === 'kept' ? say.states.kept : say.keep} <kbd aria-hidden="true">K</kbd>
      </Button>
      <Button icon="cross" aria-keyshortcuts="D" kind="quiet" disabled={making || item.state === 'dropped'} onClick={onDrop}>
        {item.state === 'dropped' ? say.states.dropped : say.drop} <kbd aria-hidden="true">D</kbd>
      </Button>
      <Button icon="edit" aria-keyshortcuts="E" kind="quiet" disabled={making} onClick={onEdit}>
        {say.edit} <kbd aria-hidden="true">E</kbd>
      </Button>
      {item.state === 'proposed' ? (
        <Button icon="again" aria-keyshortcuts="R" kind="quiet" disabled={!open} onClick={onAnother}>
          {say.another} <kbd aria-hidden="true">R</kbd>
        </Button>
      ) : (
        <Button icon="again" aria-keyshortcuts="U" kind="quiet" onClick={onTakeBack}>
          {say.takeBack} <kbd aria-hidden="true">U</kbd>
        </Button>
      )}
      {last && (
        <p className="decide__last">
          <span className="muted">{last}</span>{' '}
          <button type="button" className="link" {...(item.state === 'proposed' && { 'aria-keyshortcuts': 'U' })} onClick={onUndo}>
            {say.undo}
          </button>{' '}
          {item.state === 'proposed' && <kbd aria-hidden="true">U</kbd>}
        </p>
      )}
      <div className="decide__steps">
        <Tool icon="left" name={say.previous} off={isFirst} onClick={() => onStep(-1)} />
        <kbd aria-hidden="true">←</kbd>
        <kbd aria-hidden="true">→</kbd>
        <Tool icon="right" name={say.next} off={isLast} onClick={() => onStep(1)} />
      </div>
    </div>
  )
}
