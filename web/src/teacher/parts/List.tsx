import { useEffect, useState, type ReactNode } from 'react'
import { navigate, useSearch } from '@/router'
import { say } from '@/teacher/teacher.en'
import type { Pages } from '@/teacher/usePages'
import { Button } from '@/ui/Button'
import { Icon } from '@/ui/Icon'
import { Notice } from '@/ui/Notice'

/** What is searched for, kept in the address so that back and reload bring it again. */
export function useQuery(): [q: string, setQ: (q: string) => void] {
  const q = useSearch().get('q') ?? ''
  return [
    q,
    (next) => {
      const search = new URLSearchParams(location.search)
      if (next) search.set('q', next)
      else search.delete('q')
      const tail = search.toString()
      navigate(location.pathname + (tail && `?${tail}`), { replace: true })
    },
  ]
}

export function SearchField({ label, q, onChange }: { label: string; q: string; onChange: (q: string) => void }) {
  const [typed, setTyped] = useState(q)
  const [seen, setSeen] = useState(q)
  if (q !== seen) {
    setSeen(q)
    if (q !== typed.trim()) setTyped(q)
  }
  return (
    <div className="search">
      <Icon name="search" />
      <input
        className="input"
        type="search"
        placeholder={label}
        aria-label={label}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value)
          onChange(event.target.value.trim())
        }}
      />
    </div>
  )
}

/** A list in every state: on the way, failed, empty, nothing found, there, and more of it. */
export function List<T>({ pages, q, empty, className = 'rows', children }: { pages: Pages<T>; q: string; empty: ReactNode; className?: string; children: (item: T) => ReactNode }) {
  return (
    <>
      {pages.problem && <Failed message={pages.problem} onAgain={pages.items?.length && pages.hasMore ? pages.more : pages.reload} />}
      {pages.items === null ? !pages.problem && <Skeleton /> : pages.items.length === 0 ? q ? <p className="muted nothing" role="status">{say.list.noMatch(q)}</p> : empty : <ul className={className}>{pages.items.map(children)}</ul>}
      {pages.hasMore && !pages.problem && (
        <div className="actions actions--centre">
          <Button kind="quiet" busy={pages.loading} onClick={pages.more}>
            {say.list.more}
          </Button>
        </div>
      )}
    </>
  )
}

/** What could not be loaded, why, and the way to try again. */
export function Failed({ message, onAgain }: { message: string; onAgain: () => void }) {
  return (
    <Notice kind="negative">
      <p>
        {say.list.failed} {message}
      </p>
      <button type="button" className="link" onClick={onAgain}>
        {say.list.again}
      </button>
    </Notice>
  )
}

/** The shape of what is coming, after a moment; nothing jumps when it is there. */
export function Skeleton({ rows = 4 }: { rows?: number }) {
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 300)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div className={late ? 'skeleton' : 'skeleton skeleton--soon'} role="status">
      <span className="visually-hidden">{late ? say.list.loading : ''}</span>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} className="skeleton__row" />
      ))}
    </div>
  )
}
