import { useSyncExternalStore } from 'react'

let text = ''
const listeners = new Set<() => void>()

/** Says `message` to a screen reader, after what it is saying now. Use it sparingly: for what changes without the reader's doing. */
export function announce(message: string): void {
  // The same words twice are spoken twice only if the text differs.
  text = message === text ? `${message}\u00a0` : message
  listeners.forEach((tell) => tell())
}

/** The one live region of the page. */
export function Announcer() {
  const message = useSyncExternalStore(
    (tell) => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    () => text,
  )
  return (
    <div className="visually-hidden announcer" aria-live="polite">
      {message}
    </div>
  )
}
