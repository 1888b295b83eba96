import type { ReactNode } from 'react'

/** Geometric pictures of our own: what would be here, drawn with the answers' shapes. */
const ART = {
  quizzes: (
    <>
      <rect x="34" y="16" width="92" height="68" rx="10" fill="var(--surface)" stroke="var(--edge)" strokeWidth="2" transform="rotate(-5 80 50)" />
      <rect x="34" y="16" width="92" height="68" rx="10" fill="var(--surface)" stroke="var(--edge)" strokeWidth="2" />
      <rect x="48" y="28" width="52" height="6" rx="3" fill="var(--line)" />
      <circle cx="56" cy="52" r="8" fill="var(--mark-a)" />
      <path d="m88 43 8 4.6v9.2l-8 4.6-8-4.6v-9.2z" fill="var(--mark-b)" />
      <rect x="104" y="44" width="14" height="16" rx="4" fill="var(--line)" />
      <rect x="48" y="68" width="64" height="5" rx="2.5" fill="var(--line)" />
    </>
  ),
  games: (
    <>
      <rect x="30" y="60" width="28" height="28" rx="4" fill="var(--mark-b)" />
      <rect x="66" y="40" width="28" height="48" rx="4" fill="var(--mark-a)" />
      <rect x="102" y="70" width="28" height="18" rx="4" fill="var(--mark-c)" />
      <circle cx="80" cy="24" r="8" fill="var(--mark-d)" />
      <circle cx="44" cy="46" r="6" fill="var(--line)" />
      <circle cx="116" cy="56" r="6" fill="var(--line)" />
    </>
  ),
  notifications: (
    <>
      <path d="M56 68V46a24 24 0 0 1 48 0v22l8 10H48z" fill="var(--surface)" stroke="var(--edge)" strokeWidth="2" />
      <path d="M70 84a10 10 0 0 0 20 0z" fill="var(--mark-a)" />
      <circle cx="108" cy="28" r="9" fill="var(--mark-b)" />
      <rect x="18" y="52" width="20" height="6" rx="3" fill="var(--line)" />
      <rect x="124" y="60" width="20" height="6" rx="3" fill="var(--line)" />
    </>
  ),
  jobs: (
    <>
      <rect x="24" y="22" width="112" height="14" rx="7" fill="var(--line)" />
      <rect x="24" y="22" width="112" height="14" rx="7" fill="var(--mark-c)" />
      <rect x="24" y="46" width="112" height="14" rx="7" fill="var(--line)" />
      <rect x="24" y="46" width="72" height="14" rx="7" fill="var(--mark-a)" />
      <rect x="24" y="70" width="112" height="14" rx="7" fill="var(--line)" />
      <circle cx="31" cy="77" r="7" fill="var(--mark-d)" />
    </>
  ),
  classes: (
    <>
      <circle cx="54" cy="40" r="12" fill="var(--mark-a)" />
      <path d="M32 82a22 22 0 0 1 44 0z" fill="var(--mark-a)" />
      <circle cx="106" cy="40" r="12" fill="var(--mark-c)" />
      <path d="M84 82a22 22 0 0 1 44 0z" fill="var(--mark-c)" />
      <circle cx="80" cy="52" r="13" fill="var(--mark-b)" stroke="var(--paper)" strokeWidth="4" />
      <path d="M54 94a26 24 0 0 1 52 0z" fill="var(--mark-b)" stroke="var(--paper)" strokeWidth="4" />
    </>
  ),
}

/** A list with nothing in it yet: what it is for, and how to begin. */
export function Empty({ art, title, children }: { art: keyof typeof ART; title: string; children: ReactNode }) {
  return (
    <section className="empty">
      <svg viewBox="0 0 160 100" width="160" height="100" aria-hidden="true" focusable="false">
        {ART[art]}
      </svg>
      <h2>{title}</h2>
      {children}
    </section>
  )
}
