import { editorWords } from '@/teacher/editor/editor.en'
import type { Saved } from '@/teacher/editor/saver'
import { Icon, type IconName } from '@/ui/Icon'

interface Props {
  saved: Saved
  todo: { id: string; number: number; message: string }[]
  restored: boolean
  onShow: (id: string) => void
}

/** Where what was typed is now: stored, on its way, or only here, and what to do about it. */
export function StatusLine({ saved, todo, restored, onShow }: Props) {
  const { status } = editorWords
  const [icon, text, kind] = said(saved)
  const first = saved.status.at === 'saved' ? todo[0] : undefined
  return (
    <p className={`status status--${kind}`}>
      <span role="status" className="status__words">
        <Icon name={icon} /> {text}
        {restored && saved.status.at === 'saved' && ` ${status.restored}`}
      </span>
      {first && (
        <button type="button" className="link" onClick={() => onShow(first.id)}>
          {status.heldFirst(first.number, first.message)}
        </button>
      )}
    </p>
  )
}

function said({ status, stored, held }: Saved): [icon: IconName, text: string, kind: 'good' | 'busy' | 'bad'] {
  const words = editorWords.status
  switch (status.at) {
    case 'saving':
      return ['again', words.saving, 'busy']
    case 'retrying':
      return ['unlinked', words.retrying, 'bad']
    case 'refused':
      return ['alert', Object.keys(status.problems).length ? words.refused : status.message, 'bad']
    case 'conflict':
      return ['alert', status.theirs ? words.conflict : words.gone, 'bad']
    case 'saved':
      if (held.length) return ['info', stored ? words.held(held.length) : words.heldNew, 'busy']
      return stored ? ['check', words.saved, 'good'] : ['info', words.empty, 'busy']
  }
}
