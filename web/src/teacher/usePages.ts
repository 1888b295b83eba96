import { useCallback, useEffect, useRef, useState } from 'react'
import { call } from '@/api/client'
import { messageOf } from '@/api/problem'
import type { Page } from '@/teacher/api'

export interface Pages<T> {
  /** Null until the first page is there. */
  items: T[] | null
  problem: string | null
  hasMore: boolean
  loading: boolean
  more: () => void
  reload: () => void
  change: (change: (items: T[]) => T[]) => void
}

/** A list of the API, a page at a time, begun anew when `path` or `q` changes. */
export function usePages<T>(path: string, q = '', limit = 20): Pages<T> {
  const [items, setItems] = useState<T[] | null>(null)
  const [cursor, setCursor] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [loading, setLoading] = useState(true)
  const asked = useRef(0)

  const load = useCallback(
    async (from: string | null) => {
      const mine = ++asked.current
      setLoading(true)
      setProblem(null)
      try {
        const page = await call<Page<T>>('GET', path, { query: { q: q || null, cursor: from, limit } })
        if (mine !== asked.current) return
        setItems((before) => (from ? [...(before ?? []), ...page.items] : page.items))
        setCursor(page.next_cursor ?? null)
      } catch (error) {
        if (mine === asked.current) setProblem(messageOf(error))
      }
      if (mine === asked.current) setLoading(false)
    },
    [path, q, limit],
  )
  useEffect(() => {
    // A pause in typing, then one request; an answer that comes after the page has gone is dropped.
    const timer = setTimeout(() => void load(null), q ? 200 : 0)
    const asks = asked
    return () => {
      clearTimeout(timer)
      asks.current++
    }
  }, [load, q])

  const reload = useCallback(() => void load(null), [load])

  return {
    items,
    problem,
    hasMore: cursor !== null,
    loading,
    more: () => void load(cursor),
    reload,
    change: (change) => setItems((before) => before && change(before)),
  }
}
