import type { Choice, Receipt, ReceiptStatus } from '@/protocol'
import { randomId, readJson, type Store } from '@/storage'

/** An answer chosen on this device. It is written down before it is first sent and kept until a receipt settles it. */
export interface Kept extends Choice {
  answer_id: string
  question_id: string
  elapsed_ms: number
}

/** How a receipt settles an answer: `early` and `invalid` leave its id free, all others are the last word. */
export function isFinal(status: ReceiptStatus): boolean {
  return status !== 'early' && status !== 'invalid'
}

function isKept(value: unknown): value is Kept {
  const one = value as Partial<Kept> | null
  return typeof one === 'object' && typeof one?.answer_id === 'string' && typeof one.question_id === 'string'
}

/** The answers of one game that wait for their receipt, at most one per question, shared by all tabs and kept over reloads. */
export class Outbox {
  readonly #key: string

  constructor(
    private readonly store: Store,
    gameId: string,
    playerId: string,
  ) {
    this.#key = `outbox.${gameId}.${playerId}`
  }

  waiting(): Kept[] {
    const value = readJson(this.store, this.#key)
    return Array.isArray(value) ? value.filter(isKept) : []
  }

  /** Writes an answer down. One that waits for the same question stands: its id and its choice never change. */
  put(questionId: string, choice: Choice, elapsedMs: number): Kept {
    const all = this.waiting()
    const standing = all.find((one) => one.question_id === questionId)
    if (standing) return standing
    const fresh: Kept = { ...choice, answer_id: randomId(), question_id: questionId, elapsed_ms: Math.max(0, Math.round(elapsedMs)) }
    this.#write([...all, fresh])
    return fresh
  }

  settle(receipt: Pick<Receipt, 'answer_id'>): void {
    this.#write(this.waiting().filter((one) => one.answer_id !== receipt.answer_id))
  }

  clear(): void {
    this.store.drop(this.#key)
  }

  #write(all: Kept[]): void {
    if (all.length === 0) this.store.drop(this.#key)
    else this.store.write(this.#key, JSON.stringify(all))
  }
}
