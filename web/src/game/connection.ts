import type { Ack, Answer, ClientEvent, Payload, Refusal } from '@/protocol'
import type { Timers } from '@/game/timers'
import type { Credentials, OpenWire, Wire } from '@/game/wire'

/** The server said no: nothing was processed, nothing changed. */
export class Refused extends Error {
  override readonly name = 'Refused'
  constructor(readonly refusal: Refusal) {
    super(refusal.message)
  }
  get code(): string {
    return this.refusal.code
  }
}

/** No acknowledgement came: whether it was processed is unknown. Send the same again. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

/** `lost`: it was open and will be again; attempts are under way. */
export type Link = 'connecting' | 'open' | 'lost' | 'closed'

export interface ConnectionEvents {
  link(link: Link): void
  event(name: string, payload: unknown): void
  /** A server refused the connection for good: trying again would not help. */
  refused(refusal: Refusal): void
}

/** An acknowledgement is late after this long; the socket is then taken for dead. */
const ANSWER_MS = 4000
/** A server is heard at least every 10 s (`probe`); after this silence we ask. */
const SILENCE_MS = 13_000
const BACKOFF_MS = [0, 150, 300, 600, 1000] as const
/** A `move` asks for patience, but never for more than this. */
const LONGEST_MOVE_MS = 15_000
/** Codes after which the same handshake or resume never succeeds; after every other one it may, later. */
export const FINAL = new Set(['bad_token', 'token_expired', 'unauthenticated', 'forbidden', 'not_found', 'kicked', 'banned', 'malformed'])

/** Keeps one socket open: reconnects within a second of every loss, notices dead sockets, follows `move`. */
export class Connection {
  #wire: Wire
  #link: Link = 'connecting'
  #attempt = 0
  #cancelAttempt: (() => void) | null = null
  #cancelWatch: (() => void) | null = null
  #heardAt = 0
  /** Until then a server that is leaving wants us elsewhere, and nobody knocks. */
  #movingUntil = 0
  #waiting = new Set<(why: NoAnswer) => void>()

  constructor(
    open: OpenWire,
    private readonly timers: Timers,
    credentials: () => Promise<Credentials>,
    private readonly events: ConnectionEvents,
  ) {
    this.#wire = open(credentials, {
      opened: () => this.#opened(),
      lost: () => this.#lost(),
      failed: (refusal) => this.#failed(refusal),
      event: (name, payload, answer) => this.#heard(name, payload, answer),
    })
  }

  get link(): Link {
    return this.#link
  }

  connect(): void {
    this.#wire.connect()
  }

  close(): void {
    this.#cancelAttempt?.()
    this.#cancelWatch?.()
    this.#setLink('closed')
    this.#giveUpWaiting()
    this.#wire.close()
  }

  /** Now, not after the back-off: the network came back, or the phone woke. An open socket is asked whether it lives. */
  wake(): void {
    if (this.#link === 'closed') return
    if (this.#wire.open) this.#checkAlive(2000)
    else if (this.timers.now() >= this.#movingUntil) this.reconnect()
  }

  /** Drops the socket, dead or alive, and opens a new one at once. */
  reconnect(): void {
    if (this.#link === 'closed') return
    this.#giveUpWaiting()
    this.#wire.close()
    if (this.#link === 'open') this.#setLink('lost')
    this.#attempt = 0
    this.#schedule(0)
  }

  /** Sends once. Throws `Refused`, or `NoAnswer` when the socket is closed, closes, or stays silent. */
  request<E extends ClientEvent>(event: E, payload: Payload<E>, timeoutMs = ANSWER_MS): Promise<Answer<E>> {
    if (!this.#wire.open) return Promise.reject(new NoAnswer('not connected'))
    return new Promise((resolve, reject) => {
      const finish = () => {
        cancel()
        this.#waiting.delete(fail)
      }
      const fail = (why: NoAnswer) => {
        finish()
        reject(why)
      }
      const cancel = this.timers.after(timeoutMs, () => {
        fail(new NoAnswer(`${event} was not acknowledged`))
        this.reconnect()
      })
      this.#waiting.add(fail)
      this.#wire.send(event, payload, (answer) => {
        finish()
        this.#heardAt = this.timers.now()
        const ack = answer as Ack<Answer<E>>
        if (ack.ok) resolve(ack)
        else reject(new Refused(ack.error))
      })
    })
  }

  #opened(): void {
    this.#attempt = 0
    this.#movingUntil = 0
    this.#heardAt = this.timers.now()
    this.#setLink('open')
    this.#watch()
  }

  #lost(): void {
    this.#cancelWatch?.()
    this.#giveUpWaiting()
    if (this.#link === 'closed') return
    this.#setLink('lost')
    this.#schedule(this.#backoff())
  }

  #failed(refusal: Refusal | null): void {
    if (this.#link === 'closed') return
    if (refusal && FINAL.has(refusal.code)) {
      this.events.refused(refusal)
      return
    }
    this.#schedule(Math.max(this.#backoff(), refusal?.retry_after_ms ?? 0))
  }

  #heard(name: string, payload: unknown, answer: (value: unknown) => void): void {
    this.#heardAt = this.timers.now()
    if (name === 'probe') answer({ ok: true })
    else if (name === 'move') this.#move(payload)
    else this.events.event(name, payload)
  }

  #move(payload: unknown): void {
    const { retry_after_ms: asked } = payload as { retry_after_ms: number }
    const wait = Math.min(Math.max(0, asked), LONGEST_MOVE_MS)
    this.#movingUntil = this.timers.now() + wait
    this.#cancelAttempt?.()
    this.#cancelAttempt = this.timers.after(wait, () => this.reconnect())
  }

  #backoff(): number {
    const most = BACKOFF_MS[Math.min(this.#attempt, BACKOFF_MS.length - 1)] ?? 1000
    this.#attempt += 1
    return most * (0.5 + this.timers.random() / 2)
  }

  #schedule(delay: number): void {
    this.#cancelAttempt?.()
    const wait = Math.max(delay, this.#movingUntil - this.timers.now())
    this.#cancelAttempt = this.timers.after(wait, () => {
      if (!this.#wire.open && this.#link !== 'closed') this.#wire.connect()
    })
  }

  #watch(): void {
    this.#cancelWatch?.()
    const silence = this.timers.now() - this.#heardAt
    this.#cancelWatch = this.timers.after(Math.max(1000, SILENCE_MS - silence), () => {
      if (this.timers.now() - this.#heardAt >= SILENCE_MS) this.#checkAlive(ANSWER_MS)
      this.#watch()
    })
  }

  #checkAlive(timeoutMs: number): void {
    this.request('probe_clock', { t0: this.timers.now() }, timeoutMs).catch(() => undefined)
  }

  #giveUpWaiting(): void {
    for (const fail of [...this.#waiting]) fail(new NoAnswer('the connection was lost'))
  }

  #setLink(link: Link): void {
    if (this.#link === link) return
    this.#link = link
    this.events.link(link)
  }
}
