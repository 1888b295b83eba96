import type { CSSProperties, ReactNode } from 'react'

/** The six marks of answers, in the order of options: A circle, B hexagon, C leaf, D star, E wave, F drop. */
export const LETTERS = ['A', 'B', 'C', 'D', 'E', 'F'] as const
export type Letter = (typeof LETTERS)[number]

const PATHS: Record<Letter, ReactNode> = {
  A: <circle cx="12" cy="12" r="9.5" />,
  B: <path d="M12 1.8 20.8 6.9v10.2L12 22.2 3.2 17.1V6.9z" />,
  C: <path d="M3 3h8.5A9.5 9.5 0 0 1 21 12.5V21h-8.5A9.5 9.5 0 0 1 3 11.5z" />,
  D: <path d="m12 1.6 3.05 6.6 7.2.85-5.32 4.93 1.41 7.12L12 17.56 5.66 21.1l1.41-7.12L1.75 9.05l7.2-.85z" />,
  E: <path d="M1.5 9.6c3.5-5.8 7-5.8 10.5-2.4s7 3.4 10.5-2.4v9.6c-3.5 5.8-7 5.8-10.5 2.4s-7-3.4-10.5 2.4z" />,
  F: <path d="M12 1.4c4.3 5.3 7.2 8.9 7.2 13.1a7.2 7.2 0 0 1-14.4 0C4.8 10.3 7.7 6.7 12 1.4z" />,
}

/** The letter of the option at `index`; past six the marks repeat, and text tells them apart. */
export function letterAt(index: number): Letter {
  return LETTERS[index % LETTERS.length] ?? 'A'
}

/** The fill that carries white text. */
export function answerColour(letter: Letter): string {
  return `var(--answer-${letter.toLowerCase()})`
}

/** The colour that stands out on paper, light and dark. */
export function markColour(letter: Letter): string {
  return `var(--mark-${letter.toLowerCase()})`
}

/** An answer's shape. Decorative: its letter or text is always beside it. Takes the colour of the text around it. */
export function Shape({ letter, size = 24, style }: { letter: Letter; size?: number | string; style?: CSSProperties }) {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} fill="currentColor" aria-hidden="true" focusable="false" style={style}>
      {PATHS[letter]}
    </svg>
  )
}
