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
  useEffect(() => {
    // In braces: new browsers answer with a promise, which is no clean-up.
    current.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [at])
  return (
    <section className="strip" aria-label={say.list}>
      <div className="strip__head">
        <p role="status" className="strip__count tabular">
          {counts.open === 0 ? say.allDecided(counts.kept) : say.decided(decided, counts.all)}
        </p>
        {remarks.length > 0 && <p className="muted strip__remark">{remarks.join(' ')}</p>}
        <div className="actions strip__ways">
          {counts.open > 0 && (
            <Button kind="plain" onClick={() => onFinish('rest')}>
              {say.rest(counts.open)}
            </Button>
          )}
          <Button kind={counts.open === 0 ? 'primary' : 'quiet'} disabled={counts.kept === 0} {...(counts.kept === 0 && { title: say.none })} onClick={() => onFinish('kept')}>
            {say.finish}
          </Button>
        </div>
      </div>
      <nav className="strip__dots" aria-label={say.list}>
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
    </section>
  )
}
