import type { ReactNode } from 'react'
import { TYPES, type QuestionType } from '@/teacher/editor/draft'
import { editorWords } from '@/teacher/editor/editor.en'
import { say } from '@/teacher/teacher.en'
import { Button } from '@/ui/Button'

const dot = (x: number, y: number, mark: string, r = 5) => <circle cx={x} cy={y} r={r} fill={`var(--mark-${mark})`} />
const line = (y: number, from = 12, to = 44) => <path d={`M${from} ${y}H${to}`} stroke="var(--edge)" strokeWidth="3" strokeLinecap="round" />
const tick = <path d="m27 25 5 5 9-10" fill="none" stroke="var(--positive)" strokeWidth="4" strokeLinecap="round" strokeLinejoin="round" />

/** What each kind looks like, in a stamp. */
const ART: Record<QuestionType, ReactNode> = {
  single_choice: <>{dot(14, 12, 'a')}{dot(40, 12, 'b')}{dot(14, 30, 'c')}{tick}</>,
  multiple_choice: <>{dot(14, 12, 'a')}<path d="m30 10 4 4 8-8" fill="none" stroke="var(--positive)" strokeWidth="4" strokeLinecap="round" strokeLinejoin="round" />{dot(14, 30, 'c')}{tick}</>,
  true_false: <>{dot(16, 20, 'c', 9)}{dot(40, 20, 'b', 9)}<path d="m12 20 3 3 5-6M37 17l6 6m0-6-6 6" fill="none" stroke="#fff" strokeWidth="2.5" strokeLinecap="round" /></>,
  typed: <><rect x="6" y="10" width="44" height="20" rx="5" fill="none" stroke="var(--edge)" strokeWidth="3" />{line(20, 14, 28)}<path d="M34 15v10" stroke="var(--primary)" strokeWidth="3" /></>,
  number: <>{line(20, 8, 48)}{dot(34, 20, 'a', 7)}</>,
  order: <>{dot(10, 9, 'a', 4)}{line(9, 20)}{dot(10, 20, 'b', 4)}{line(20, 20)}{dot(10, 31, 'c', 4)}{line(31, 20)}</>,
  poll: <><rect x="8" y="18" width="10" height="16" rx="2" fill="var(--mark-a)" /><rect x="23" y="8" width="10" height="26" rx="2" fill="var(--mark-b)" /><rect x="38" y="23" width="10" height="11" rx="2" fill="var(--mark-c)" /></>,
  word_cloud: <><path d="M10 14h18" stroke="var(--mark-d)" strokeWidth="7" strokeLinecap="round" /><path d="M38 13h8" stroke="var(--mark-a)" strokeWidth="4" strokeLinecap="round" /><path d="M10 28h8" stroke="var(--mark-c)" strokeWidth="4" strokeLinecap="round" /><path d="M28 28h18" stroke="var(--mark-b)" strokeWidth="5" strokeLinecap="round" /></>,
  open: <><path d="M8 6h40v24H24l-8 6v-6H8z" fill="none" stroke="var(--edge)" strokeWidth="3" strokeLinejoin="round" />{line(14, 16, 40)}{line(22, 16, 32)}</>,
  slide: <><rect x="6" y="6" width="44" height="28" rx="4" fill="none" stroke="var(--edge)" strokeWidth="3" />{line(15, 14, 34)}{dot(38, 24, 'd', 5)}</>,
}

/** The ten kinds of question, each with what it is for. */
export function TypePicker({ first, onPick, onCancel }: { first: boolean; onPick: (type: QuestionType) => void; onCancel: (() => void) | null }) {
  return (
    <div className="picker card">
      <h2>{first ? editorWords.addFirst : editorWords.add}</h2>
      <p className="muted">{editorWords.addFirstHelp}</p>
      <ul className="picker__types">
        {TYPES.map((type) => (
          <li key={type}>
            <button type="button" className="picker__type" onClick={() => onPick(type)}>
              <svg viewBox="0 0 56 40" width="56" height="40" aria-hidden="true" focusable="false">
                {ART[type]}
              </svg>
              <span>
                <b>{editorWords.types[type]}</b>
                <small>{editorWords.typeHelp[type]}</small>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {onCancel && (
        <div>
          <Button kind="quiet" onClick={onCancel}>
            {say.cancel}
          </Button>
        </div>
      )}
    </div>
  )
}
