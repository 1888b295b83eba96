import { useEffect, useSyncExternalStore, type ComponentProps, type MouseEvent } from 'react'

/** The address bar as state: enough of a router for a few dozen pages, in one screen of code. */

const MOVED = 'edtech:moved'

/** Goes to a path of this app. `replace` leaves no step to come back to. */
export function navigate(to: string, { replace = false }: { replace?: boolean } = {}): void {
  if (to === currentPath() + location.search) return
  if (replace) history.replaceState(null, '', to)
  else history.pushState(null, '', to)
  dispatchEvent(new Event(MOVED))
  if (!replace) scrollTo(0, 0)
}

function currentPath(): string {
  return location.pathname
}

function subscribe(tell: () => void): () => void {
  addEventListener('popstate', tell)
  addEventListener(MOVED, tell)
  return () => {
    removeEventListener('popstate', tell)
    removeEventListener(MOVED, tell)
  }
}

/** The path now shown, without the query. */
export function usePath(): string {
  return useSyncExternalStore(subscribe, currentPath)
}

/** The query now shown. */
export function useSearch(): URLSearchParams {
  return new URLSearchParams(useSyncExternalStore(subscribe, () => location.search))
}

export type Params = Readonly<Record<string, string>>

/** The named parts of `path` if it fits `pattern` (`/play/:gameId`), else null. */
export function match(pattern: string, path: string): Params | null {
  const wanted = pattern.split('/').filter(Boolean)
  const given = path.split('/').filter(Boolean)
  if (wanted.length !== given.length) return null
  const params: Record<string, string> = {}
  for (const [i, part] of wanted.entries()) {
    const value = given[i] ?? ''
    if (part.startsWith(':')) {
      try {
        params[part.slice(1)] = decodeURIComponent(value)
      } catch {
        return null
      }
    } else if (part !== value) return null
  }
  return params
}

/** An ordinary link that changes the page without loading it anew; new tabs and downloads stay the browser's. */
export function Link({ to, onClick, children, ...rest }: ComponentProps<'a'> & { to: string }) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    navigate(to)
  }
  return (
    <a {...rest} href={to} onClick={follow}>
      {children}
    </a>
  )
}

/** Names the page in the tab and in the history. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title
  }, [title])
}
