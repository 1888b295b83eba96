import type { ReactNode } from 'react'
import { words } from '@/words'

/** What was answered in words, kept in sight. */
export function Chosen({ children }: { children: ReactNode }) {
  return (
    <div className="chosen">
      <p className="muted">{words.sent.chose}</p>
      <p className="chosen__what">{children}</p>
    </div>
  )
}
