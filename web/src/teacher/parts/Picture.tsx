import { useEffect, useState } from 'react'
import { authorisedFetch } from '@/api/client'

/** A picture of one's own quiz. Ours need the sign-in, which an `img` cannot send, so the bytes are fetched. */
export function Picture({ url, alt, className, gone }: { url: string; alt: string; className?: string; gone: string }) {
  const [shown, setShown] = useState<{ of: string; src: string | null } | null>(null)
  const ours = url.startsWith('/api/files/')
  useEffect(() => {
    if (!ours) return
    const stop = new AbortController()
    let made: string | null = null
    const load = async () => {
      const response = await authorisedFetch(url, { signal: stop.signal })
      if (!response.ok) throw new Error('not there')
      made = URL.createObjectURL(await response.blob())
      if (stop.signal.aborted) URL.revokeObjectURL(made)
      else setShown({ of: url, src: made })
    }
    load().catch(() => {
      if (!stop.signal.aborted) setShown({ of: url, src: null })
    })
    return () => {
      stop.abort()
      if (made) URL.revokeObjectURL(made)
    }
  }, [ours, url])
  const src = ours ? (shown?.of === url ? shown.src : undefined) : url
  if (src === null) return <span className="picture-gone muted">{gone}</span>
  if (src === undefined) return <span className={`picture-soon ${className ?? ''}`} aria-hidden="true" />
  return <img className={className} src={src} alt={alt} />
}
