import { useEffect } from 'react'

/** One key for each decision, wherever the focus is, but not while somebody types or a dialog is open. */
export function useReviewKeys(off: boolean, keys: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    if (off) return
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return
      const where = event.target instanceof HTMLElement ? event.target : null
      if (where?.closest('input, textarea, select, [role=menu], [role=dialog], [role=tablist], [role=radiogroup]')) return
      const run = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key]
      if (!run) return
      event.preventDefault()
      run()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  })
}
