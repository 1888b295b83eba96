import Dialog from '@mui/material/Dialog'
import { useState } from 'react'
import type { Game } from '@/game/reducer'
import type { Commands } from '@/host/commands'
import { hostWords } from '@/host/host.en'
import type { Payload, Question } from '@/protocol'
import { Button } from '@/ui/Button'
import { Notice } from '@/ui/Notice'
import { letterAt } from '@/ui/Shape'

type Key = Omit<Payload<'regrade_question'>, 'op_id' | 'seq' | 'question_id'>

/** Puts another key in force for the question just closed. `onClose` gets the number of changed scores, or null. */
export function RegradeDialog({ game, question, commands, onClose }: { game: Game; question: Question; commands: Commands; onClose: (changes: number | null) => void }) {
  const { regrade } = hostWords
  const [chosen, setChosen] = useState<string[]>(game.solution?.option_ids ?? game.solution?.order_ids ?? [])
  const [typed, setTyped] = useState((game.solution?.accepted ?? []).join('\n'))
  const [number, setNumber] = useState(String(game.solution?.number ?? ''))
  const [away, setAway] = useState(false)
  const [fault, setFault] = useState<string | null>(null)

  const key = (): Key | string => {
    if (away) return { void: true }
    if (question.type === 'typed') {
      const accepted = typed.split('\n').map((line) => line.trim()).filter(Boolean)
      return accepted.length ? { accepted } : regrade.chooseOne
    }
    if (question.type === 'number') {
      const value = Number(number.replace(',', '.'))
      return number.trim() && Number.isFinite(value) ? { number: value } : regrade.needNumber
    }
    if (question.type === 'order') return { order_ids: chosen }
    return chosen.length ? { correct_option_ids: chosen } : regrade.chooseOne
  }
  const save = async () => {
    const wanted = key()
    if (typeof wanted === 'string') {
      setFault(wanted)
      return
    }
    const answer = await commands.send('regrade_question', { question_id: question.id, ...wanted })
    onClose(answer ? (answer.changes?.length ?? 0) : null)
  }
  const single = question.type === 'single_choice' || question.type === 'true_false'
  return (
    <Dialog open onClose={() => onClose(null)} aria-labelledby="regrade-title">
      <div className="dialog">
        <h2 id="regrade-title">{regrade.title}</h2>
        <p>{regrade.help}</p>
        {question.type === 'typed' && (
          <label className="field">
            <span className="field__label">{regrade.accepted}</span>
            <textarea className="input" rows={4} value={typed} onChange={(event) => setTyped(event.target.value)} />
          </label>
        )}
        {question.type === 'number' && (
          <label className="field">
            <span className="field__label">{regrade.number}</span>
            <input className="input" inputMode="decimal" value={number} onChange={(event) => setNumber(event.target.value)} />
          </label>
        )}
        {question.type !== 'order' &&
          (question.options ?? []).map((option, index) => (
            <label key={option.id} className="tick">
              <input
                type={single ? 'radio' : 'checkbox'}
                name="regrade"
                checked={chosen.includes(option.id)}
                onChange={(event) => setChosen(single ? [option.id] : event.target.checked ? [...chosen, option.id] : chosen.filter((id) => id !== option.id))}
              />
              {letterAt(index)} · {option.text || option.media?.alt}
            </label>
          ))}
        <label className="tick">
          <input type="checkbox" checked={away} onChange={(event) => setAway(event.target.checked)} />
          {regrade.void}
        </label>
        {fault && <Notice kind="negative">{fault}</Notice>}
        <div className="dialog__actions">
          <Button kind="quiet" onClick={() => onClose(null)}>
            {regrade.cancel}
          </Button>
          <Button busy={commands.busy} onClick={() => void save()}>
            {regrade.save}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
