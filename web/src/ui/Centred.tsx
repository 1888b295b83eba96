import type { ReactNode } from 'react'
import { Brand } from '@/ui/Brand'

/** A page with one thing to do, in the middle. */
export function Centred({ head, foot, children }: { head?: ReactNode; foot?: ReactNode; children: ReactNode }) {
  return (
    <div className="centred">
      <header className="centred__head">
        <Brand />
        {head}
      </header>
      <main className="centred__main">{children}</main>
      <footer className="centred__foot">{foot}</footer>
    </div>
  )
}
