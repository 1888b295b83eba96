/** Reads a number as people type it: a comma or a point, spaces between thousands. Null if it is none. */
export function readNumber(text: string): number | null {
  const plain = text.trim().replace(/[\s\u00a0\u202f']/g, '').replace(',', '.').replace('\u2212', '-')
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain)) return null
  const value = Number(plain)
  return Number.isFinite(value) ? value : null
}

/** A number in the reader's own way of writing, without rounding what was given. */
export function showNumber(value: number): string {
  return value.toLocaleString(undefined, { maximumFractionDigits: 10 })
}

/** A step for a slider: the one given, else a hundredth of the range as a round number. */
export function stepOf(min: number, max: number, step: number | null | undefined): number {
  if (step) return step
  const rough = (max - min) / 100
  if (rough >= 1) return 1
  return 10 ** Math.floor(Math.log10(rough))
}
