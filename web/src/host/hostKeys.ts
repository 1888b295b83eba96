import { kept, readJson } from '@/storage'

/** The keys of the games hosted from this browser, so that a reload or a second tab hosts on without signing in. */

const NAME = 'host_keys'
const MOST = 20

type Kept = [gameId: string, key: string][]

function all(): Kept {
  const value = readJson(kept, NAME)
  return Array.isArray(value) ? value.filter((pair): pair is [string, string] => Array.isArray(pair) && pair.every((one) => typeof one === 'string')) : []
}

export function hostKeyOf(gameId: string): string | null {
  return all().find(([id]) => id === gameId)?.[1] ?? null
}

export function keepHostKey(gameId: string, key: string): void {
  if (hostKeyOf(gameId) === key) return
  kept.write(NAME, JSON.stringify([[gameId, key], ...all().filter(([id]) => id !== gameId)].slice(0, MOST)))
}
