/** Time as the game client sees it. `now` is monotonic, in ms; wall clocks play no part. */
export interface Timers {
  now(): number
  after(ms: number, run: () => void): () => void
  random(): number
}

export const browserTimers: Timers = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}
