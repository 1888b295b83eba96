import Dialog from '@mui/material/Dialog'
import { useId, useState, type ReactNode } from 'react'
import { messageOf } from '@/api/problem'
import { say } from '@/teacher/teacher.en'
import { Button } from '@/ui/Button'
import { Notice } from '@/ui/Notice'

interface Props {
  title: string
  confirm: string
  danger?: boolean
  /** May throw; then the dialog stays and says why. */
  onConfirm: () => Promise<void>
  onClose: () => void
  children?: ReactNode
}

/** Asks once, with the name of the thing in its title, and does it. */
export function Ask({ title, confirm, danger = false, onConfirm, onClose, children }: Props) {
  const id = useId()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const go = async () => {
    setBusy(true)
    setProblem(null)
    try {
      await onConfirm()
    } catch (error) {
      setProblem(messageOf(error))
      setBusy(false)
    }
  }
  return (
    <Dialog open onClose={onClose} aria-labelledby={id} maxWidth="xs" fullWidth>
      <form
        className="dialog"
        onSubmit={(event) => {
          event.preventDefault()
          if (!busy) void go()
        }}
      >
        <h2 id={id}>{title}</h2>
        {children}
        {problem && <Notice kind="negative">{problem}</Notice>}
        <div className="dialog__actions">
          <Button kind="quiet" onClick={onClose}>
            {say.cancel}
          </Button>
          <Button type="submit" kind={danger ? 'danger' : 'primary'} busy={busy}>
            {confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
