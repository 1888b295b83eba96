import type { ReactNode } from 'react'
import { Icon, type IconName } from '@/ui/Icon'

const ICON: Record<Kind, IconName> = { plain: 'info', positive: 'check', warning: 'alert', negative: 'alert' }
type Kind = 'plain' | 'positive' | 'warning' | 'negative'

/** A short message in its place. `negative` is announced at once, the others politely. */
export function Notice({ kind = 'plain', children }: { kind?: Kind; children: ReactNode }) {
  return (
    <div className={`notice notice--${kind}`} role={kind === 'negative' ? 'alert' : 'status'}>
      <Icon name={ICON[kind]} />
      <div>{children}</div>
    </div>
  )
}
