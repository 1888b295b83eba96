import { useId, type KeyboardEvent, type ReactNode } from 'react'

interface Props<T extends string> {
  name: string
  tabs: readonly (readonly [value: T, label: string])[]
  value: T
  onChange: (value: T) => void
  children: ReactNode
}

/** One of several views of the same thing. Arrow keys go from tab to tab. */
export function Tabs<T extends string>({ name, tabs, value, onChange, children }: Props<T>) {
  const id = useId()
  const press = (event: KeyboardEvent<HTMLDivElement>) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const at = tabs.findIndex(([one]) => one === value)
    const next = tabs[(at + by + tabs.length) % tabs.length]
    if (by === 0 || !next) return
    event.preventDefault()
    onChange(next[0])
    document.getElementById(`${id}-${next[0]}`)?.focus()
  }
  return (
    <div className="tabs">
      {/* eslint-disable-next-line jsx-a11y/interactive-supports-focus -- the tabs inside take the focus, one of them at a time */}
      <div role="tablist" aria-label={name} className="tabs__row" onKeyDown={press}>
        {tabs.map(([one, label]) => (
          <button key={one} type="button" role="tab" id={`${id}-${one}`} aria-selected={one === value} aria-controls={`${id}-panel`} tabIndex={one === value ? 0 : -1} className="tab" onClick={() => onChange(one)}>
            {label}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${value}`} className="tabs__panel">
        {children}
      </div>
    </div>
  )
}
