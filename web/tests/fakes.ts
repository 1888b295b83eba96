import type { Timers } from '@/game/timers'
import type { Credentials, OpenWire, WireEvents } from '@/game/wire'
import type { Store } from '@/storage'

/** Time that passes only when told to. */
export class ManualTimers implements Timers {
  #now = 1000
  #due: { at: number; run: () => void }[] = []

  now = () => this.#now

  after = (ms: number, run: () => void) => {
    const item = { at: this.#now + ms, run }
    this.#due.push(item)
    return () => {
      this.#due = this.#due.filter((one) => one !== item)
    }
  }

  random = () => 0.5

  /** Runs what falls due, in order, and lets promises settle in between. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms
    await settle()
    for (;;) {
      const next = this.#due.filter((one) => one.at <= until).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      this.#due = this.#due.filter((one) => one !== next)
      this.#now = Math.max(this.#now, next.at)
      next.run()
      await settle()
    }
    this.#now = until
    await settle()
  }
}

export async function settle(): Promise<void> {
  for (let i = 0; i < 12; i += 1) await Promise.resolve()
}

export interface SentPacket {
  event: string
  payload: Record<string, unknown>
  answer: (value: unknown) => void
}

/** A network that opens, loses and refuses when the test says so, and keeps what was sent. */
export class FakeNetwork {
  events!: WireEvents
  credentials!: () => Promise<Credentials>
  isOpen = false
  /** Connection attempts so far. */
  attempts = 0
  /** Whether an attempt opens at once. */
  up = true
  sent: SentPacket[] = []
  answered: Record<string, unknown>[] = []

  readonly open: OpenWire = (credentials, events) => {
    this.credentials = credentials
    this.events = events
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    const network = this
    return {
      get open() {
        return network.isOpen
      },
      connect: () => {
        this.attempts += 1
        if (this.up) {
          this.isOpen = true
          events.opened()
        } else events.failed(null)
      },
      close: () => {
        if (this.isOpen) this.lose()
      },
      send: (event, payload, answer) => {
        this.sent.push({ event, payload: payload as Record<string, unknown>, answer })
      },
    }
  }

  lose(): void {
    this.isOpen = false
    this.events.lost()
  }

  say(name: string, payload: unknown): void {
    this.events.event(name, payload, (value) => this.answered.push(value as Record<string, unknown>))
  }

  /** The packets of one kind, oldest first. */
  of(event: string): SentPacket[] {
    return this.sent.filter((packet) => packet.event === event)
  }
}

export function memoryStore(): Store & { all: Map<string, string> } {
  const all = new Map<string, string>()
  return {
    all,
    read: (key) => all.get(key) ?? null,
    write: (key, value) => void all.set(key, value),
    drop: (key) => void all.delete(key),
  }
}
