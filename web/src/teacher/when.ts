/** Times in the reader's zone and words. */

const STEPS: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]

/** "2 days ago", "yesterday", "now". */
export function ago(time: string, now = Date.now()): string {
  const seconds = (new Date(time).getTime() - now) / 1000
  const [unit, size] = STEPS.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1]
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(unit === 'second' ? 0 : Math.round(seconds / size), unit)
}

/** "Mon, 3 Mar 2026, 14:05" as the reader's own zone has it. */
export function onDay(time: string, zone?: string): string {
  const style: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false }
  return new Intl.DateTimeFormat('en-GB', { ...style, ...(zone && { timeZone: zone }) }).format(new Date(time))
}

/** "1 min 20 s", "45 s". */
export function lasted(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const rest = whole % 60
  return whole >= 3600 ? `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min` : `${Math.floor(whole / 60)} min${rest ? ` ${rest} s` : ''}`
}
