/** The browser's storage, which may be full, blocked or absent: then a value lives as long as the page. */
export interface Store {
  read(key: string): string | null
  write(key: string, value: string): void
  drop(key: string): void
}

const PREFIX = 'edtech.'

export function browserStore(area: () => Storage): Store {
  const memory = new Map<string, string>()
  return {
    read(key) {
      const held = memory.get(key)
      if (held !== undefined) return held
      try {
        return area().getItem(PREFIX + key)
      } catch {
        return null
      }
    },
    write(key, value) {
      try {
        area().setItem(PREFIX + key, value)
        memory.delete(key)
      } catch {
        memory.set(key, value)
      }
    },
    drop(key) {
      memory.delete(key)
      try {
        area().removeItem(PREFIX + key)
      } catch {
        // Blocked: there was nothing to remove.
      }
    },
  }
}

/** Shared by all tabs of this browser, kept until dropped. */
export const kept: Store = browserStore(() => localStorage)

/** What `key` holds as JSON, or null if it is absent or not readable. The caller checks the shape. */
export function readJson(store: Store, key: string): unknown {
  const text = store.read(key)
  if (text === null) return null
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

/** A random id of 128 bits, url-safe. Works on plain http too, where `crypto.randomUUID` does not exist. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Names this browser to game servers; made once. */
export function deviceId(store: Store = kept): string {
  const known = store.read('device')
  if (known) return known
  const fresh = randomId()
  store.write('device', fresh)
  return fresh
}
