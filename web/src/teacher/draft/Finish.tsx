import { useEffect, useRef, useState } from 'react'
import { say } from '@/teacher/draft/draft.en'
import type { Counts } from '@/teacher/draft/review'
import { Ask } from '@/teacher/parts/Ask'
import { Field } from '@/ui/Field'

/** The last step: how many questions, under which title. */
export function Finish({ title, counts, rest, onAccept, onClose }: { title: string; counts: Counts; rest: boolean; onAccept: (title: string) => Promise<void>; onClose: () => void }) {
  const [written, setWritten] = useState(title)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), []) // so that Enter is the only key left
  return (
    <Ask title={say.finishTitle(rest ? counts.kept + counts.open : counts.kept)} confirm={say.finish} onConfirm={() => onAccept(written)} onClose={onClose}>
      <Field ref={field} label={say.titleField} required maxLength={200} value={written} onChange={(event) => setWritten(event.target.value)} />
      {counts.open > 0 && <p>{rest ? say.finishRest(counts.open) : say.finishLeft(counts.open)}</p>}
      <p className="muted">{say.finishHelp}</p>
    </Ask>
  )
}
