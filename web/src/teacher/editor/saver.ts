import { Problem } from '@/api/problem'
import { randomId } from '@/storage'
import type { Quiz } from '@/teacher/api'
import type { Draft, WireFields } from '@/teacher/editor/draft'
import type { Problems } from '@/teacher/editor/problems'
import { refusedFields, saysTheSame, storable } from '@/teacher/editor/storable'

/** The server, as the saver needs it. All throw `Problem`. */
export interface QuizStore {
  create(fields: WireFields, key: string): Promise<Quiz>
  replace(id: string, version: number, fields: WireFields): Promise<Quiz>
  read(id: string): Promise<Quiz>
}

export type Status =
  | { at: 'saved' }
  | { at: 'saving' }
  /** No answer; tried again by itself. */
  | { at: 'retrying' }
  /** The server wants something changed first. */
  | { at: 'refused'; message: string; problems: Record<string, Problems> }
  /** Somebody else wrote it in between; `theirs` is that, or null when it was deleted. */
  | { at: 'conflict'; theirs: Quiz | null }

export interface Saved {
  status: Status
  stored: Quiz | null
  /** Questions that are only in this browser, or newer here. */
  held: string[]
}

const PAUSE_MS = 700
const RETRY_MS = 4000

/**
 * Stores a quiz as it is typed: one request at a time, the latest text always last. It never writes over what somebody
 * else wrote, and never makes a quiz twice. After a conflict it waits for `adopt`.
 */
export class Saver {
  private draft: Draft | null = null
  private timer: ReturnType<typeof setTimeout> | null = null
  private busy = false
  /** Requests go one after another. */
  private line: Promise<void> = Promise.resolve()
  /** A creation whose answer is not known: the same key and body are sent until there is one. */
  private creating: { key: string; draft: Draft; fields: WireFields } | null = null
  /** The draft that is stored. */
  private written: Draft | null = null
  private readonly listeners = new Set<() => void>()
  private now: Saved

  constructor(
    private readonly store: QuizStore,
    stored: Quiz | null,
    /** What the server has, when it is known from the beginning to be another than `stored`. */
    theirs?: Quiz,
  ) {
    this.now = { status: theirs ? { at: 'conflict', theirs } : { at: 'saved' }, stored, held: [] }
  }

  get snapshot(): Saved {
    return this.now
  }

  subscribe(tell: () => void): () => void {
    this.listeners.add(tell)
    return () => this.listeners.delete(tell)
  }

  /** Takes the draft as it now is, and stores it after a pause in typing. */
  change(draft: Draft): void {
    this.draft = draft
    if (this.now.status.at === 'conflict') return
    const { fields, held } = storable(draft, this.now.stored)
    const upToDate = !this.busy && !this.creating && this.isUpToDate(draft, fields)
    this.set({ held, status: { at: upToDate ? 'saved' : 'saving' } })
    if (upToDate) this.wait(null)
    else this.wait(PAUSE_MS)
  }

  /** Stores at once what waits; resolves when nothing is on the way. */
  async flush(): Promise<void> {
    this.wait(null)
    await this.save()
  }

  /** Goes on from another state of the server, after a conflict. */
  adopt(stored: Quiz | null): void {
    this.creating = null
    this.written = null
    this.set({ stored, status: { at: 'saved' }, held: [] })
    if (this.draft) this.change(this.draft)
  }

  /** Sends what waits a last time, and nothing after it. */
  close(): void {
    if (this.timer !== null && this.now.status.at !== 'conflict') void this.flush()
    this.wait(null)
  }

  private set(change: Partial<Saved>): void {
    this.now = { ...this.now, ...change }
    this.listeners.forEach((tell) => tell())
  }

  private wait(ms: number | null): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = ms === null ? null : setTimeout(() => void this.save(), ms)
  }

  private isUpToDate(draft: Draft, fields: WireFields): boolean {
    // An empty page is not worth a quiz yet.
    const isNothing = !this.now.stored && !draft.title.trim() && fields.questions.length === 0
    return isNothing || saysTheSame(this.now.stored, fields)
  }

  private save(): Promise<void> {
    this.timer = null
    this.line = this.line.then(() => this.saveOnce())
    return this.line
  }

  private async saveOnce(): Promise<void> {
    const { draft } = this
    if (!draft || this.now.status.at === 'conflict') return
    const { fields, held } = storable(draft, this.now.stored)
    if (!this.creating && (draft === this.written || this.isUpToDate(draft, fields))) {
      this.set({ held, status: { at: 'saved' } })
      return
    }
    this.busy = true
    this.set({ held, status: { at: 'saving' } })
    try {
      const [stored, written] = await this.send(draft, fields)
      this.busy = false
      this.settle(stored, written)
    } catch (error) {
      this.busy = false
      await this.fail(error, draft, fields)
    }
  }

  /** What is stored now, and the draft it was made of. */
  private async send(draft: Draft, fields: WireFields): Promise<[Quiz, Draft]> {
    const { stored } = this.now
    if (stored) return [await this.store.replace(stored.id, stored.version, fields), draft]
    const creating = (this.creating ??= { key: randomId(), draft, fields })
    const made = await this.store.create(creating.fields, creating.key)
    this.creating = null
    return [made, creating.draft]
  }

  private settle(stored: Quiz, written: Draft): void {
    this.written = written
    const draft = this.draft ?? written
    const { fields, held } = storable(draft, stored)
    // The server may put a text in order; that is not written again. What was typed meanwhile is.
    const upToDate = draft === written || saysTheSame(stored, fields)
    this.set({ stored, held, status: { at: upToDate ? 'saved' : 'saving' } })
    if (!upToDate && this.timer === null) this.wait(PAUSE_MS)
  }

  private async fail(error: unknown, draft: Draft, fields: WireFields): Promise<void> {
    const problem = error instanceof Problem ? error : new Problem(0, 'unexpected', '')
    if ((problem.status === 409 || problem.status === 404) && this.now.stored) return this.lookAt(this.now.stored.id, draft, fields)
    if (problem.status === 422 || problem.status === 413 || problem.status === 400 || problem.status === 403) {
      this.creating = null
      this.set({ status: { at: 'refused', message: problem.message, problems: refusedFields(problem.errors, fields) } })
      return
    }
    this.set({ status: { at: 'retrying' } })
    this.wait(problem.retryAfter ? problem.retryAfter * 1000 : RETRY_MS)
  }

  /** A stale version may be our own write whose answer was lost: then all is well. */
  private async lookAt(id: string, draft: Draft, fields: WireFields): Promise<void> {
    try {
      const theirs = await this.store.read(id)
      if (saysTheSame(theirs, fields)) this.settle(theirs, draft)
      else this.set({ status: { at: 'conflict', theirs } })
    } catch (error) {
      if (error instanceof Problem && error.status === 404) this.set({ status: { at: 'conflict', theirs: null } })
      else {
        this.set({ status: { at: 'retrying' } })
        this.wait(RETRY_MS)
      }
    }
  }
}
