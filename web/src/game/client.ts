import { accessToken } from '@/api/client'
import { Connection, FINAL, NoAnswer, Refused, type Link } from '@/game/connection'
import { isFinal, Outbox, type Kept } from '@/game/outbox'
import { fold, foldState, lacksOwnResult, type Game } from '@/game/reducer'
import { Seats } from '@/game/seats'
import { browserTimers, type Timers } from '@/game/timers'
import { openSocket, type OpenWire } from '@/game/wire'
import type { Answer, Choice, ClientEvent, Payload, ReceiptStatus, Refusal, ServerEvent, ServerEvents, State } from '@/protocol'
import { kept, type Store } from '@/storage'

/** As whom this client is in a game. A newcomer is nobody until `join`; a host has a key or is the signed-in owner. */
export type Role = { kind: 'newcomer' } | { kind: 'player'; gameId: string; resumeToken: string } | { kind: 'host'; gameId?: string; hostKey?: string }

/** Why there is no way back into the game with what this browser holds. */
export type Gone = { why: 'kicked'; ban: boolean } | { why: 'unknown'; message: string }

/** Where this device's answer to a question stands. `again`: sent at least twice, or waiting for the connection. */
export interface Sent {
  question_id: string
  answer_id: string
  choice: Choice
  status: 'sending' | 'again' | Extract<ReceiptStatus, 'accepted' | 'duplicate' | 'late' | 'closed' | 'invalid'>
}

export interface GameView {
  game: Game | null
  link: Link
  gone: Gone | null
  /** The answer to the question now in the game, if one was chosen. */
  sent: Sent | null
}

export interface Ports {
  open: OpenWire
  timers: Timers
  store: Store
  token: (renew: boolean) => Promise<string | null>
}

const browserPorts: Ports = { open: openSocket, timers: browserTimers, store: kept, token: (renew) => accessToken({ renew }) }

/** Refusals that may be about the access token, which a player can do without. */
const TOKEN_CODES = new Set(['bad_token', 'token_expired', 'unauthenticated'])
/** After connecting with a resume token the server speaks first; if it does not, we ask. */
const STATE_MS = 3000
/** How long a player's connection waits for an access token. */
const TOKEN_MS = 2000
/** Between two sendings of what was not taken. */
const AGAIN_MS = 250
/** A question that should have closed is asked about after this long. */
const OVERDUE_MS = 2000

/** How long to wait before the same event is sent again; null when a repetition would be refused too. */
function pause(error: unknown): number | null {
  if (error instanceof NoAnswer) return AGAIN_MS
  if (!(error instanceof Refused)) return null
  // The new connection is open and not yet back in the game: what we are is being told to the server right now.
  if (error.code === 'not_in_game') return AGAIN_MS
  return error.code === 'too_many' ? null : (error.refusal.retry_after_ms ?? null)
}

/** One viewer of one game: what is known, what was sent, and the connection that keeps both true. */
export class GameClient {
  readonly #ports: Ports
  readonly #connection: Connection
  #role: Role
  #view: GameView = { game: null, link: 'connecting', gone: null, sent: null }
  #listeners = new Set<() => void>()
  #outbox: Outbox | null = null
  #sending = new Set<string>()
  #syncing = false
  /** The seq for which an own result was asked, so that it is asked once. */
  #askedResultAt = -1
  #cancelOverdue: (() => void) | null = null
  #cancelRetry: (() => void) | null = null
  /** An access token was sent with the last handshake; after a refusal it is renewed, then left out. */
  #token: 'use' | 'renew' | 'omit' = 'use'
  #sentToken = false

  constructor(role: Role, ports: Partial<Ports> = {}) {
    this.#ports = { ...browserPorts, ...ports }
    this.#role = role
    this.#connection = new Connection(this.#ports.open, this.#ports.timers, () => this.#credentials(), {
      link: (link) => this.#linked(link),
      event: (name, payload) => this.#heard(name, payload),
      refused: (refusal) => this.#refused(refusal),
    })
    if (typeof window !== 'undefined') {
      window.addEventListener('online', this.#wake)
      window.addEventListener('pageshow', this.#wake)
      document.addEventListener('visibilitychange', this.#visible)
    }
    this.#connection.connect()
  }

  /** Stable between changes, so that it serves `useSyncExternalStore`. */
  readonly view = (): GameView => this.#view

  readonly subscribe = (tell: () => void): (() => void) => {
    this.#listeners.add(tell)
    return () => this.#listeners.delete(tell)
  }

  close(): void {
    window.removeEventListener('online', this.#wake)
    window.removeEventListener('pageshow', this.#wake)
    document.removeEventListener('visibilitychange', this.#visible)
    this.#cancelOverdue?.()
    this.#cancelRetry?.()
    this.#connection.close()
  }

  /** Takes a seat. The same `join_id` over retries makes one player. Throws `Refused`, or `NoAnswer` after 20 s. */
  async join(payload: Payload<'join_game'>): Promise<string> {
    const joined = await this.#insist('join_game', payload, 20_000)
    const { game_id, pin } = joined.state
    this.#role = { kind: 'player', gameId: game_id, resumeToken: joined.resume_token }
    const nickname = joined.state.me?.nickname ?? payload.nickname
    new Seats(this.#ports.store).take({ game_id, pin, nickname, player_id: joined.player_id, resume_token: joined.resume_token })
    this.#take(joined.state)
    return game_id
  }

  /** Opens a game of a quiz as its host. The same `op_id` over retries makes one game. */
  async create(payload: Payload<'create_game'>): Promise<Answer<'create_game'>> {
    const created = await this.#insist('create_game', payload, 20_000)
    this.#role = { kind: 'host', gameId: created.game_id, hostKey: created.host_key }
    this.#take({ ...created.state, host_key: created.host_key })
    return created
  }

  /** A host's command, repeated with the same `op_id` until it is answered. Throws `Refused`, or `NoAnswer` after 10 s. */
  async command<E extends Exclude<ClientEvent, 'join_game' | 'create_game' | 'submit_answer' | 'probe_clock'>>(event: E, payload: Payload<E>): Promise<Answer<E>> {
    const answer = await this.#insist(event, payload, 10_000)
    const { state } = answer as { state?: State }
    if (state) this.#take(state)
    return answer
  }

  /** Chooses for the open question. Written down first, then sent until a receipt comes. The first choice stands. */
  answer(choice: Choice): void {
    const { game } = this.#view
    if (!game?.question || !this.#outbox || game.me?.answer) return
    const elapsed = this.#ports.timers.now() - game.opensAt
    const entry = this.#outbox.put(game.question.id, choice, elapsed)
    this.#setSent(entry, 'sending')
    void this.#deliver(entry)
  }

  /** The network or the reader came back. A clock that slept with the phone is set right by a fresh snapshot. */
  readonly #wake = (): void => {
    this.#connection.wake()
    if (this.#connection.link === 'open' && this.#view.game) void this.#sync()
  }
  readonly #visible = (): void => {
    if (document.visibilityState === 'visible') this.#wake()
  }

  async #credentials(): Promise<{ token?: string; resume?: string }> {
    // A player needs no token, so a slow answer about one holds nobody up.
    const late = new Promise<null>((give) => void this.#ports.timers.after(TOKEN_MS, () => give(null)))
    const wanted = this.#token === 'omit' ? null : this.#ports.token(this.#token === 'renew').catch(() => null)
    const token = await (this.#role.kind === 'host' ? wanted : Promise.race([wanted, late]))
    this.#sentToken = token !== null
    return { ...(token && { token }), ...(this.#role.kind === 'player' && { resume: this.#role.resumeToken }) }
  }

  /** Sends until answered, over reconnects, at most `patienceMs`. */
  async #insist<E extends ClientEvent>(event: E, payload: Payload<E>, patienceMs: number): Promise<Answer<E>> {
    const until = this.#ports.timers.now() + patienceMs
    for (;;) {
      try {
        return await this.#connection.request(event, payload)
      } catch (error) {
        const wait = pause(error)
        if (!wait || this.#ports.timers.now() + wait > until || this.#view.gone) throw error
        await new Promise<void>((resume) => void this.#ports.timers.after(wait, resume))
      }
    }
  }

  #linked(link: Link): void {
    this.#set({ link })
    if (link === 'open') {
      this.#token = 'use'
      this.#enter()
    } else if (this.#view.sent?.status === 'sending') this.#set({ sent: { ...this.#view.sent, status: 'again' } })
  }

  /** On every new connection: become who we are. */
  #enter(): void {
    const role = this.#role
    if (role.kind === 'player') {
      const before = this.#view.game?.seq
      let heard = false
      const stop = this.subscribe(() => {
        heard ||= this.#view.game?.seq !== before
      })
      this.#ports.timers.after(STATE_MS, () => {
        stop()
        if (!heard && this.#connection.link === 'open') void this.#resume({ resume_token: role.resumeToken })
      })
      this.#flush()
    } else if (role.kind === 'host' && role.gameId) {
      void this.#resume({ game_id: role.gameId, ...(role.hostKey && { host_key: role.hostKey }) })
    }
  }

  async #resume(payload: Payload<'resume_game'>): Promise<void> {
    try {
      const { state } = await this.#connection.request('resume_game', payload)
      this.#take(state)
    } catch (error) {
      if (!(error instanceof Refused)) return
      if (FINAL.has(error.code)) this.#refused(error.refusal)
      else this.#ports.timers.after(error.refusal.retry_after_ms ?? 1000, () => this.#connection.reconnect())
    }
  }

  #refused(refusal: Refusal): void {
    if (TOKEN_CODES.has(refusal.code) && this.#sentToken) {
      this.#token = this.#token === 'use' ? 'renew' : 'omit'
      this.#connection.reconnect()
      return
    }
    this.#leave(refusal.code === 'kicked' || refusal.code === 'banned' ? { why: 'kicked', ban: refusal.code === 'banned' } : { why: 'unknown', message: refusal.message })
  }

  #leave(gone: Gone): void {
    if (this.#role.kind === 'player') new Seats(this.#ports.store).leave(this.#role.gameId)
    this.#outbox?.clear()
    this.#set({ gone })
    this.#connection.close()
  }

  #heard(name: string, payload: unknown): void {
    if (name === 'state') {
      this.#take(payload as State)
    } else if (name === 'kicked') {
      this.#leave({ why: 'kicked', ban: (payload as ServerEvents['kicked']).ban })
    } else {
      const { game, hole } = fold(this.#view.game, name as Exclude<ServerEvent, 'state' | 'kicked'>, payload as never, this.#ports.timers.now())
      this.#accept(game)
      if (hole) void this.#sync()
    }
  }

  #take(state: State): void {
    this.#accept(foldState(this.#view.game, state, this.#ports.timers.now()).game)
  }

  /** The one place where the game changes. */
  #accept(game: Game | null): void {
    const before = this.#view.game
    if (!game || game === before) return
    if (game.me && !this.#outbox) this.#outbox = new Outbox(this.#ports.store, game.id, game.me.player_id)
    this.#set({ game, sent: this.#sentFor(game) })
    this.#watchDeadline(game)
    if (lacksOwnResult(game) && this.#askedResultAt !== game.seq) {
      this.#askedResultAt = game.seq
      void this.#sync()
    }
    const released = before?.paused && !game.paused
    if (released || before?.question?.id !== game.question?.id) this.#flush()
  }

  /** What the server says of the answer wins over what this device believes. */
  #sentFor(game: Game): Sent | null {
    const question = game.question
    if (!question) return null
    const known = game.me?.answer
    if (known?.question_id === question.id) {
      const { answer_id, option_ids, text, number } = known
      return { question_id: question.id, answer_id, choice: { option_ids: option_ids ?? null, text: text ?? null, number: number ?? null }, status: 'accepted' }
    }
    if (this.#view.sent?.question_id === question.id) return this.#view.sent
    const entry = this.#outbox?.waiting().find((one) => one.question_id === question.id)
    return entry ? { question_id: question.id, answer_id: entry.answer_id, choice: entry, status: 'again' } : null
  }

  #watchDeadline(game: Game): void {
    this.#cancelOverdue?.()
    this.#cancelOverdue = null
    if (game.closesAt === null) return
    const wait = Math.max(OVERDUE_MS, game.closesAt - this.#ports.timers.now() + OVERDUE_MS)
    this.#cancelOverdue = this.#ports.timers.after(wait, () => {
      void this.#sync().then(() => {
        if (this.#view.game) this.#watchDeadline(this.#view.game)
      })
    })
  }

  async #sync(): Promise<void> {
    if (this.#syncing) return
    this.#syncing = true
    try {
      const seq = this.#view.game?.seq
      const { state } = await this.#connection.request('sync_game', seq === undefined ? {} : { last_seq: seq })
      this.#syncing = false
      this.#take(state)
    } catch (error) {
      if (error instanceof Refused) this.#ports.timers.after(error.refusal.retry_after_ms ?? 1000, () => void this.#sync())
      // Without an answer the connection is replaced, and a new one begins with a snapshot.
    } finally {
      this.#syncing = false
    }
  }

  #flush(): void {
    for (const entry of this.#outbox?.waiting() ?? []) void this.#deliver(entry)
  }

  async #deliver(entry: Kept): Promise<void> {
    if (this.#sending.has(entry.answer_id) || this.#view.gone) return
    this.#sending.add(entry.answer_id)
    const { answer_id, question_id, elapsed_ms, option_ids, text, number } = entry
    const choice: Choice = { ...(option_ids && { option_ids }), ...(typeof text === 'string' && { text }), ...(typeof number === 'number' && { number }) }
    try {
      const receipt = await this.#connection.request('submit_answer', { answer_id, question_id, elapsed_ms, ...choice }, 3000)
      if (isFinal(receipt.status) || receipt.status === 'invalid') this.#outbox?.settle(receipt)
      if (receipt.status === 'early') this.#later(Math.max(100, (this.#view.game?.opensAt ?? 0) - this.#ports.timers.now()))
      else this.#received(entry, receipt)
    } catch (error) {
      this.#undelivered(entry, error)
    } finally {
      this.#sending.delete(answer_id)
    }
  }

  #received(entry: Kept, receipt: Answer<'submit_answer'>): void {
    const { game } = this.#view
    if (receipt.status === 'accepted' && game?.me && game.question?.id === entry.question_id) {
      const { option_ids, text, number } = entry
      const answer = { ...receipt, option_ids: option_ids ?? null, text: text ?? null, number: number ?? null }
      this.#accept({ ...game, me: { ...game.me, answer } })
    } else if (receipt.status !== 'early' && receipt.status !== 'accepted') {
      this.#setSent(entry, receipt.status)
      // Another answer of this player stands, given on another tab: the snapshot says which.
      if (receipt.status === 'duplicate') void this.#sync()
    }
  }

  #undelivered(entry: Kept, error: unknown): void {
    if (!(error instanceof Refused)) {
      this.#setSent(entry, 'again')
      if (this.#connection.link === 'open') this.#later(500)
      return
    }
    const { code, retry_after_ms } = error.refusal
    if (code === 'kicked' || code === 'banned') this.#leave({ why: 'kicked', ban: code === 'banned' })
    else if (code === 'paused') this.#setSent(entry, 'sending')
    else if (code === 'malformed' || code === 'invalid') {
      this.#outbox?.settle(entry)
      this.#setSent(entry, 'invalid')
    } else {
      this.#setSent(entry, 'again')
      this.#later(retry_after_ms ?? 1000)
    }
  }

  #later(ms: number): void {
    this.#cancelRetry?.()
    this.#cancelRetry = this.#ports.timers.after(ms, () => this.#flush())
  }

  #setSent(entry: Kept, status: Sent['status']): void {
    if (this.#view.game?.question?.id !== entry.question_id) return
    if (status === 'sending' && this.#connection.link !== 'open') status = 'again'
    this.#set({ sent: { question_id: entry.question_id, answer_id: entry.answer_id, choice: entry, status } })
  }

  #set(change: Partial<GameView>): void {
    this.#view = { ...this.#view, ...change }
    this.#listeners.forEach((tell) => tell())
  }
}
