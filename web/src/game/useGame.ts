import { useCallback, useSyncExternalStore } from 'react'
import type { GameClient, GameView } from '@/game/client'

/** What a game client knows, as state of a component. */
export function useGame(client: GameClient): GameView {
  return useSyncExternalStore(client.subscribe, client.view)
}

/** The monotonic clock in steps of `everyMs`. */
export function useNow(everyMs: number): number {
  const subscribe = useCallback(
    (tell: () => void) => {
      const timer = setInterval(tell, everyMs)
      return () => clearInterval(timer)
    },
    [everyMs],
  )
  return useSyncExternalStore(subscribe, () => Math.floor(performance.now() / everyMs) * everyMs)
}

/** Whether a moment of the monotonic clock has come; renders anew when it does. */
export function useReached(moment: number): boolean {
  const subscribe = useCallback(
    (tell: () => void) => {
      const timer = setTimeout(tell, Math.max(0, moment - performance.now()) + 1)
      return () => clearTimeout(timer)
    },
    [moment],
  )
  return useSyncExternalStore(subscribe, () => performance.now() >= moment)
}
