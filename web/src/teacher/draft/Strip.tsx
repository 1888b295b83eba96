import { useEffect, useRef } from 'react'
import type { DraftItem } from '@/teacher/api'
import { say } from '@/teacher/draft/draft.en'
import { countsOf } from '@/teacher/draft/review'
import { Button } from '@/ui/Button'
import { Icon } from '@/ui/Icon'

interface Props {
  items: readonly DraftItem[]
  /** What could not be done. */
  remarks: readonly string[]
  at: number
  onGo: (to: number) => void
  onFinish: (which: 'kept' | 'rest') => void
}

/** Where one is, what is decided, and the way out of here. */
export function Strip({ items, remarks, at, onGo, onFinish }: Props) {
  const counts = countsOf(items)
  const decided = counts.all - counts.open
  const current = useRef<HTMLButtonElement>(null)
  const ready = useRef<HTMLButtonElement>(null)
  const dots = useRef<HTMLElement>(null)
  const seen = useRef({ at, open: counts.open })
  useEffect(() => {
    // In braces: new browsers answer with a promise, which is no clean-up.
    current.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    // The next question begins at the top of a screen that is too small for all of it.
    if (seen.current.at !== at && document.documentElement.scrollHeight > innerHeight) dots.current?.scrollIntoView({ block: 'start' })
    seen.current.at = at
  }, [at])
  useEffect(() => {
    // The last decision is made: the way on is one more key.
    if (seen.current.open > 0 && counts.open === 0 && counts.kept > 0) ready.current?.focus({ preventScroll: true })
    seen.current.open = counts.open
  }, [counts.open, counts.kept])
  return (
    <section className="strip" aria-label={say.list}>
      <p role="status" className="strip__count tabular">
        {counts.open === 0 ? say.allDecided(counts.kept) : say.decided(decided, counts.all)}
      </p>
      <nav ref={dots} className="strip__dots" aria-label={say.list}>
        {items.map((item, place) => (
          <button
            key={item.id}
            ref={place === at ? current : undefined}
            type="button"
            className={`dot dot--${item.state}`}
            aria-current={place === at ? 'true' : undefined}
            aria-label={say.dot(place + 1, item.job_id ? say.making : say.states[item.state])}
            onClick={() => onGo(place)}
          >
            {item.job_id ? <span className="spinner" aria-hidden="true" /> : item.state === 'kept' ? <Icon name="check" /> : item.state === 'dropped' ? <Icon name="cross" /> : place + 1}
          </button>
        ))}
      </nav>
      <div className="strip__ways">
        {counts.open > 0 && (
          <Button kind="plain" aria-keyshortcuts="A" onClick={() => onFinish('rest')}>
            {say.rest(counts.open)} <kbd aria-hidden="true">A</kbd>
          </Button>
        )}
        <Button ref={ready} kind={counts.open === 0 ? 'primary' : 'quiet'} disabled={counts.kept === 0} {...(counts.kept === 0 && { title: say.none })} onClick={() => onFinish('kept')}>
          {say.finish}
        </Button>
      </div>
      {remarks.length > 0 && <p className="muted strip__remark">{remarks.join(' ')}</p>}
    </section>
  )
}
