import { messageOf, Problem } from '@/api/problem'
import type { QuizDraft } from '@/teacher/api'
import { applied, changedElsewhere, type Change } from '@/teacher/draft/review'
import { say } from '@/teacher/draft/draft.en'
import { words } from '@/words'

/** What the desk asks of the server. `change` names the version that was seen. */
export interface DeskApi {
  get(): Promise<QuizDraft>
  change(change: Change, version: number): Promise<QuizDraft>
}

export interface DeskView {
  /** As it is here: what was decided is seen at once, also before it is stored. */
  draft: QuizDraft | null
  /** Why the draft could not be read. */
  problem: Problem | null
  /** What the reader should know about what was decided. */
  notice: string | null
  /** Decisions that wait because the server does not answer. */
  stuck: string | null
}

interface Waiting extends Change {
  settle: (problem: Problem | null) => void
}

const MOST_TRIES = 4

/** One draft being looked through: decisions go to the server one by one, in order, and none is lost on the way. */
export class Desk {
  #view: DeskView = { draft: null, problem: null, notice: null, stuck: null }
  #stored: QuizDraft | null = null
  #queue: Waiting[] = []
  #running: Promise<void> | null = null
  #listeners = new Set<() => void>()

  constructor(private readonly api: DeskApi) {}

  view = (): DeskView => this.#view

  subscribe = (tell: () => void): (() => void) => {
    this.#listeners.add(tell)
    return () => this.#listeners.delete(tell)
  }

  /** Reads the draft anew. What waits to be stored stays on top of it. */
  load = async (): Promise<void> => {
    try {
      const found = await this.api.get()
      if (!this.#stored || found.version >= this.#stored.version) this.#stored = found
      this.#set({ problem: null })
    } catch (error) {
      this.#set({ problem: problemIn(error) })
    }
  }

  /** Decides something. Resolves once it is stored, or to why it is not. */
  decide(change: Change): Promise<Problem | null> {
    return new Promise((settle) => {
      this.#queue.push({ ...change, settle })
      this.#set({ notice: null })
      void this.settled()
    })
  }

  /** Resolves when nothing waits any more, or the server does not answer. */
  settled = (): Promise<void> => {
    this.#running ??= this.#run()
    return this.#running
  }

  /** Stores all that waits. Throws `Problem` when that is not possible now. */
  async flush(): Promise<void> {
    await this.settled()
    if (this.#queue.length > 0) throw new Problem(0, 'offline', this.#view.stuck ?? words.errors.offline)
  }

  async #run(): Promise<void> {
    await Promise.resolve()
    this.#set({ stuck: null })
    for (let tries = 1; this.#queue[0] && this.#stored; ) {
      const [first] = this.#queue
      const seen = this.#stored
      try {
        this.#stored = await this.api.change(changeOf(first), seen.version)
        this.#drop(first, null)
        tries = 1
      } catch (error) {
        const problem = problemIn(error)
        if (problem.code === 'stale_version' && tries < MOST_TRIES && (await this.#again(seen, first))) tries += 1
        else if (problem.status === 0 || problem.status === 429 || problem.status >= 500) {
          this.#set({ stuck: say.stuck(problem.message) })
          break
        } else if (this.#queue.includes(first)) {
          this.#drop(first, problem)
          this.#set({ notice: problem.code === 'stale_version' ? say.stale : problem.message })
        }
      }
    }
    // In the same breath as the last look at the queue: who decides next finds nobody at work, and begins.
    this.#running = null
  }

  /** Somebody else wrote: true when what was decided still means the same and should be sent again. */
  async #again(seen: QuizDraft, change: Waiting): Promise<boolean> {
    try {
      this.#stored = await this.api.get()
    } catch {
      return false
    }
    const elsewhere = changedElsewhere(seen, this.#stored, change.itemId)
    if (elsewhere === 'others') this.#set({ notice: say.others })
    return elsewhere !== 'item'
  }

  #drop(change: Waiting, problem: Problem | null): void {
    this.#queue = this.#queue.filter((one) => one !== change)
    this.#set({})
    change.settle(problem)
  }

  #set(change: Partial<DeskView>): void {
    this.#view = { ...this.#view, ...change, draft: this.#stored && applied(this.#stored, this.#queue) }
    this.#listeners.forEach((tell) => tell())
  }
}

function changeOf({ itemId, state, question }: Waiting): Change {
  return { itemId, ...(state && { state }), ...(question && { question }) }
}

function problemIn(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(-1, 'unexpected', messageOf(error))
}
