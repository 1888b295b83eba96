import { useEffect, useState, useSyncExternalStore } from 'react'
import type { GameClient, GameView } from '@/game/client'

/** What a game client knows, as state of a component. */
export function useGame(client: GameClient): GameView {
  return useSyncExternalStore(client.subscribe, client.view)
}

/** The monotonic clock, read again every `everyMs` while `running`. */
export function useNow(everyMs: number, running = true): number {
  const [now, setNow] = useState(() => performance.now())
  useEffect(() => {
    if (!running) return
    const timer = setInterval(() => setNow(performance.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs, running])
  return now
}
