import { readJson, type Store } from '@/storage'

/** How many ids are remembered; far more than anybody is told of while away. */
const MOST = 500
/** A page that nobody looks at leaves it to one that somebody looks at for so long. */
const HIDDEN_MS = 1500

export interface Surroundings {
  store: Store
  after: (ms: number, run: () => void) => () => void
  hidden: () => boolean
}

/** Which notifications were shown in this browser, so that each is shown once, in one tab, whatever comes twice. */
export class Shown {
  readonly #key: string

  constructor(
    userId: string,
    private readonly around: Surroundings,
  ) {
    this.#key = `shown.${userId}`
  }

  has(id: string): boolean {
    return this.#read().includes(id)
  }

  /** True for the one who may show it. */
  async claim(id: string): Promise<boolean> {
    if (this.around.hidden()) await new Promise<void>((resolve) => this.around.after(HIDDEN_MS, resolve))
    // Plain http on a LAN has no locks; there two tabs in the same moment may both show it.
    if (!('locks' in navigator)) return this.#take(id)
    return navigator.locks.request('edtech.shown', () => this.#take(id))
  }

  #take(id: string): boolean {
    const known = this.#read()
    if (known.includes(id)) return false
    this.around.store.write(this.#key, JSON.stringify([...known, id].slice(-MOST)))
    return true
  }

  #read(): string[] {
    const value = readJson(this.around.store, this.#key)
    return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
  }
}
