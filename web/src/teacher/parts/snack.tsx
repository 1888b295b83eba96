import { useEffect, useState, useSyncExternalStore } from 'react'
import { say } from '@/teacher/teacher.en'
import { Icon } from '@/ui/Icon'

/** One short message at the foot of the page, which stays over a change of page, with at most one thing to do. */
interface Snack {
  message: string
  action?: { label: string; run: () => void | Promise<void> }
}

/** Long enough to read it, find the button and press it. */
const SHOWN_MS = 12_000

let current: Snack | null = null
const listeners = new Set<() => void>()

function set(next: Snack | null): void {
  current = next
  listeners.forEach((tell) => tell())
}

/** Says what happened. */
export function tell(message: string): void {
  set({ message })
}

/** Says what happened, and offers to take it back. */
export function offerUndo(message: string, run: () => void | Promise<void>): void {
  set({ message, action: { label: say.undo, run } })
}

/** Where the message appears: once, in the frame. It stays while pointed at or focused. */
export function Snackbar() {
  const snack = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => current,
  )
  const [held, setHeld] = useState(false)
  useEffect(() => {
    if (!snack || held) return
    const timer = setTimeout(() => set(null), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [snack, held])
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- it only stays longer while it is looked at
    <div className="snack" onMouseEnter={() => setHeld(true)} onMouseLeave={() => setHeld(false)} onFocus={() => setHeld(true)} onBlur={() => setHeld(false)}>
      <div className={snack ? 'snack__box' : 'visually-hidden'}>
        <span role="status">{snack?.message}</span>
        {snack && <>
          {snack.action && (
            <button
              type="button"
              className="snack__action"
              onClick={() => {
                const action = snack.action
                set(null)
                setHeld(false)
                void action?.run()
              }}
            >
              {snack.action.label}
            </button>
          )}
          <button
            type="button"
            className="snack__close"
            aria-label={say.close}
            onClick={() => {
              set(null)
              setHeld(false)
            }}
          >
            <Icon name="cross" />
          </button>
        </>}
      </div>
    </div>
  )
}
