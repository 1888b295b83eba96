import type { ReactNode } from 'react'

const ICONS = {
  bell: <path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 20.5h4" />,
  chip: (
    <>
      <rect x="6.5" y="6.5" width="11" height="11" rx="2" />
      <path d="M10 3.5v3M14 3.5v3M10 17.5v3M14 17.5v3M3.5 10h3M3.5 14h3M17.5 10h3M17.5 14h3" />
    </>
  ),
  text: <path d="M5 6h14M5 10.5h14M5 15h9M5 19.5h6" />,
  check: <path d="m5 12.5 4.5 4.5L19 7" />,
  cross: <path d="M6.5 6.5l11 11m0-11-11 11" />,
  dash: <path d="M6 12h12" />,
  half: <path d="M5 15c2.3-5 4.6-5 7-2.5s4.7 2.5 7-3.5" />,
  up: <path d="m6 14.5 6-6 6 6" />,
  down: <path d="m6 9.5 6 6 6-6" />,
  left: <path d="m14.5 6-6 6 6 6" />,
  right: <path d="m9.5 6 6 6-6 6" />,
  clock: (
    <>
      <circle cx="12" cy="12.5" r="8.5" />
      <path d="M12 7.5v5.5l3.5 2" />
    </>
  ),
  pause: <path d="M9 6v12M15 6v12" />,
  play: <path d="M8 5.5v13l10.5-6.5z" />,
  lock: (
    <>
      <rect x="5" y="11" width="14" height="9" rx="2" />
      <path d="M8.5 11V8a3.5 3.5 0 0 1 7 0v3" />
    </>
  ),
  people: (
    <>
      <circle cx="9" cy="8.5" r="3.5" />
      <path d="M2.5 19.5c.8-3.6 3.2-5.5 6.5-5.5s5.7 1.9 6.5 5.5M15.5 5.5a3.5 3.5 0 0 1 0 6M17.5 14.5c2.2.7 3.5 2.4 4 5" />
    </>
  ),
  link: <path d="M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1" />,
  unlinked: <path d="M9 15a4 4 0 0 1-3.7-4M13 5.3A4 4 0 0 1 19 11M3.5 3.5l17 17M15 9l1-1M11 18.7A4 4 0 0 1 6 17" />,
  again: <path d="M19.5 12a7.5 7.5 0 1 1-2.4-5.5M19.5 3.5v4h-4" />,
  send: <path d="M4 12h15m-6-6.5 6.5 6.5-6.5 6.5" />,
  plus: <path d="M12 5v14M5 12h14" />,
  search: (
    <>
      <circle cx="10.5" cy="10.5" r="6.5" />
      <path d="m15.5 15.5 5 5" />
    </>
  ),
  more: <path d="M5 12h.01M12 12h.01M19 12h.01" strokeWidth="3" />,
  trash: <path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 12.5h9l1-12.5M10.5 11v5M13.5 11v5" />,
  edit: <path d="m4.5 19.5.9-4L16 4.9a1.5 1.5 0 0 1 2.1 0l1 1a1.5 1.5 0 0 1 0 2.1L8.5 18.6z" />,
  copy: (
    <>
      <rect x="8.5" y="8.5" width="11.5" height="11.5" rx="2" />
      <path d="M5 15.5A1.5 1.5 0 0 1 3.5 14V5A1.5 1.5 0 0 1 5 3.5h9A1.5 1.5 0 0 1 15.5 5" />
    </>
  ),
  download: <path d="M12 4v11m-5-4.5 5 5 5-5M4.5 20h15" />,
  upload: <path d="M12 16V5M7 9.5l5-5 5 5M4.5 20h15" />,
  picture: (
    <>
      <rect x="3.5" y="5" width="17" height="14" rx="2" />
      <circle cx="8.5" cy="10" r="1.5" />
      <path d="m4 17 5-4.5 3.5 3 3.5-3.5 4 4" />
    </>
  ),
  full: <path d="M4 9V4.5h5M20 9V4.5h-5M4 15v4.5h5M20 15v4.5h-5" />,
  leave: <path d="M14 4.5H6A1.5 1.5 0 0 0 4.5 6v12A1.5 1.5 0 0 0 6 19.5h8M10 12h10.5m-4-4 4 4-4 4" />,
  person: (
    <>
      <circle cx="12" cy="8" r="4" />
      <path d="M4.5 20c1-4.2 3.7-6 7.5-6s6.5 1.8 7.5 6" />
    </>
  ),
  info: <path d="M12 11v6M12 7.5h.01" />,
  alert: <path d="M12 4 2.8 19.5h18.4zM12 10v4.5M12 17h.01" />,
  flame: <path d="M12 21a6.5 6.5 0 0 0 6.5-6.5c0-4.5-4-6-4.5-11-3 1.5-4.5 4.5-4.3 7.3-1-.4-1.7-1.3-2-2.5A9 9 0 0 0 5.5 14.5 6.5 6.5 0 0 0 12 21z" />,
  board: (
    <>
      <rect x="3" y="4" width="18" height="12" rx="2" />
      <path d="M12 16v3.5M8 20h8" />
    </>
  ),
} satisfies Record<string, ReactNode>

export type IconName = keyof typeof ICONS

/** An icon of our set, in the colour of the text around it. Decorative: give the control a name of its own. */
export function Icon({ name, size = '1.25em' }: { name: IconName; size?: number | string }) {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} fill="none" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      {ICONS[name]}
    </svg>
  )
}
