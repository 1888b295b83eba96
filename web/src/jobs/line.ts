import type { Timers } from '@/game/timers'
import type { Credentials, OpenWire, Wire } from '@/game/wire'
import type { Refusal } from '@/protocol'

/** What the line tells. `event` is handed everything that is not for the line itself. */
export interface LineEvents {
  opened(): void
  /** It is closed now, or an attempt has failed; the next one follows by itself. */
  lost(): void
  event(name: string, payload: unknown, answer: (value: unknown) => void): void
}

const BACKOFF_MS = [300, 1000, 2000, 4000, 8000, 15_000] as const
const LONGEST_MOVE_MS = 15_000
/** Refusals after which only a fresh token helps. */
const STALE = new Set(['bad_token', 'token_expired', 'unauthenticated', 'signed_out'])
/** Too many windows: another one has to be closed first. */
const CROWDED_MS = 60_000

/** The one socket on which pushes come. It comes back after every loss, and asks for a fresh token when the old one is refused. */
export class Line {
  #wire: Wire
  #attempt = 0
  #renew = false
  #closed = false
  #cancel: (() => void) | null = null

  constructor(
    open: OpenWire,
    private readonly timers: Timers,
    token: (renew: boolean) => Promise<string | null>,
    private readonly events: LineEvents,
  ) {
    const credentials = async (): Promise<Credentials> => {
      const renew = this.#renew
      this.#renew = false
      const known = await token(renew)
      return known === null ? {} : { token: known }
    }
    this.#wire = open(credentials, {
      opened: () => {
        this.#attempt = 0
        events.opened()
      },
      lost: () => {
        if (this.#closed) return
        events.lost()
        this.#later(this.#backoff())
      },
      failed: (refusal) => this.#failed(refusal),
      event: (name, payload, answer) => this.#heard(name, payload, answer),
    })
  }

  connect(): void {
    this.#wire.connect()
  }

  close(): void {
    this.#closed = true
    this.#cancel?.()
    this.#wire.close()
  }

  /** The network came back, or the page is looked at again: no reason to wait. */
  wake(): void {
    if (this.#closed || this.#wire.open) return
    this.#attempt = 0
    this.#later(0)
  }

  #failed(refusal: Refusal | null): void {
    if (this.#closed) return
    this.events.lost()
    if (refusal && STALE.has(refusal.code)) this.#renew = true
    const least = refusal?.code === 'too_many_windows' ? CROWDED_MS : (refusal?.retry_after_ms ?? 0)
    this.#later(Math.max(this.#backoff(), least))
  }

  #heard(name: string, payload: unknown, answer: (value: unknown) => void): void {
    if (name === 'ended') {
      // Whether it was the token or the whole sign-in, a renewal tells; the server hangs up by itself.
      this.#renew = true
    } else if (name === 'move') {
      const { retry_after_ms: asked } = payload as { retry_after_ms: number }
      this.#later(Math.min(Math.max(0, asked), LONGEST_MOVE_MS), true)
    } else this.events.event(name, payload, answer)
  }

  #backoff(): number {
    const most = BACKOFF_MS[Math.min(this.#attempt, BACKOFF_MS.length - 1)] ?? 15_000
    this.#attempt += 1
    return most * (0.5 + this.timers.random() / 2)
  }

  #later(wait: number, anew = false): void {
    this.#cancel?.()
    this.#cancel = this.timers.after(wait, () => {
      if (this.#closed) return
      if (anew && this.#wire.open) {
        this.#wire.close()
        this.#later(0)
      } else if (!this.#wire.open) this.#wire.connect()
    })
  }
}
