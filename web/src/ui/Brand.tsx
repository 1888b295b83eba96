import { Link } from '@/router'
import { words } from '@/words'

/** The mark: a question's four shapes make one square. */
export function Mark({ size = 28 }: { size?: number | string }) {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" focusable="false">
      <circle cx="6.2" cy="6.2" r="4.9" fill="var(--mark-a)" />
      <path d="m17.8 1.2 4.4 2.5v5l-4.4 2.5-4.4-2.5v-5z" fill="var(--mark-b)" />
      <path d="M1.4 13h4.8a4.8 4.8 0 0 1 4.8 4.8v4.8H6.2a4.8 4.8 0 0 1-4.8-4.8z" fill="var(--mark-c)" />
      <path d="M17.8 12.3c2.9 3 4.6 4.9 4.6 6.9a4.6 4.4 0 0 1-9.2 0c0-2 1.7-3.9 4.6-6.9z" fill="var(--mark-d)" />
    </svg>
  )
}

export function Brand({ to = '/' }: { to?: string }) {
  return (
    <Link to={to} className="brand">
      <Mark />
      {words.product}
    </Link>
  )
}
