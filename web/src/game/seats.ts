import { kept, readJson, type Store } from '@/storage'

/** A place in a game that this browser holds: enough to come back after a reload, from a second tab, after sleep. */
export interface Seat {
  game_id: string
  pin: string
  nickname: string
  player_id: string
  resume_token: string
  /** Wall clock, ms: only to forget old seats. */
  taken_at: number
}

const DAY_MS = 24 * 60 * 60 * 1000

function isSeat(value: unknown): value is Seat {
  const seat = value as Partial<Seat> | null
  return typeof seat === 'object' && typeof seat?.game_id === 'string' && typeof seat.resume_token === 'string' && typeof seat.pin === 'string'
}

/** Seats are kept a day, as long as a PIN is not used again. */
export class Seats {
  constructor(private readonly store: Store = kept) {}

  all(): Seat[] {
    const value = readJson(this.store, 'seats')
    return Array.isArray(value) ? value.filter(isSeat).filter((seat) => Date.now() - seat.taken_at < DAY_MS) : []
  }

  inGame(gameId: string): Seat | null {
    return this.all().find((seat) => seat.game_id === gameId) ?? null
  }

  atPin(pin: string): Seat | null {
    return this.all().find((seat) => seat.pin === pin) ?? null
  }

  take(seat: Omit<Seat, 'taken_at'>): void {
    this.#write([{ ...seat, taken_at: Date.now() }, ...this.all().filter((one) => one.game_id !== seat.game_id)])
  }

  leave(gameId: string): void {
    this.#write(this.all().filter((seat) => seat.game_id !== gameId))
  }

  #write(seats: Seat[]): void {
    this.store.write('seats', JSON.stringify(seats.slice(0, 20)))
  }
}
