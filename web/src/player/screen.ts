import type { ReactNode } from 'react'
import type { Sent } from '@/game/client'
import type { Game } from '@/game/reducer'
import type { Choice } from '@/protocol'

export interface ScreenProps {
  game: Game
  sent: Sent | null
  onAnswer: (choice: Choice) => void
}

export type Screen = (props: ScreenProps) => ReactNode
