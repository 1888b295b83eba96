import Dialog from '@mui/material/Dialog'
import { useState } from 'react'
import { messageOf } from '@/api/problem'
import type { Quiz } from '@/teacher/api'
import { editorWords } from '@/teacher/editor/editor.en'
import type { Editing } from '@/teacher/editor/useEditor'
import { tell } from '@/teacher/parts/snack'
import { ago } from '@/teacher/when'
import { Button } from '@/ui/Button'
import { Notice } from '@/ui/Notice'

/** The same quiz was written twice. Nothing is dropped before one of the two is chosen. */
export function Conflict({ theirs, editing }: { theirs: Quiz | null; editing: Editing }) {
  const { conflict } = editorWords
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const keep = async () => {
    setBusy(true)
    try {
      await editing.keepMine()
      tell(conflict.copied)
    } catch (error) {
      setProblem(messageOf(error))
      setBusy(false)
    }
  }
  return (
    <Dialog open aria-labelledby="conflict-title" maxWidth="xs" fullWidth>
      <div className="dialog">
        <h2 id="conflict-title">{theirs ? conflict.title : conflict.gone}</h2>
        <p>{theirs ? conflict.help(ago(theirs.updated_at)) : conflict.goneHelp}</p>
        {problem && <Notice kind="negative">{problem}</Notice>}
        <div className="conflict__ways">
          <Button wide busy={busy} onClick={() => void keep()}>
            {conflict.mine}
          </Button>
          <p className="muted">{conflict.mineHelp}</p>
          <Button kind="quiet" wide onClick={() => (theirs ? editing.takeTheirs(theirs) : editing.letGo())}>
            {theirs ? conflict.theirs : conflict.letGo}
          </Button>
          {theirs && <p className="muted">{conflict.theirsHelp}</p>}
        </div>
      </div>
    </Dialog>
  )
}
