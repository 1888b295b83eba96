import { useEffect, useState } from 'react'
import type { GameView } from '@/game/client'
import { EndedScreen } from '@/player/EndedScreen'
import { GonePage } from '@/player/GonePage'
import { LobbyScreen } from '@/player/LobbyScreen'
import { PausedScreen } from '@/player/PausedScreen'
import { QuestionScreen } from '@/player/QuestionScreen'
import { ResultScreen } from '@/player/ResultScreen'
import type { Screen } from '@/player/screen'
import { TopBar } from '@/player/TopBar'
import type { Choice, Phase } from '@/protocol'
import { useTitle } from '@/router'
import { Loading } from '@/ui/Loading'
import { words } from '@/words'
import '@/player/player.css'

/** What a player sees in each phase. */
export const SCREENS: Record<Phase, Screen> = {
  lobby: LobbyScreen,
  question: QuestionScreen,
  result: ResultScreen,
  ended: EndedScreen,
}

/** The player's whole page as a function of what the game client knows. */
export function PlayerView({ view, onAnswer }: { view: GameView; onAnswer: (choice: Choice) => void }) {
  const { game, link, gone, sent } = view
  useTitle(game ? `${game.title} · ${words.product}` : words.product)
  if (gone) return <GonePage gone={gone} pin={game?.pin ?? null} />
  if (!game) {
    return (
      <main>
        <Loading what={words.link.connecting} />
      </main>
    )
  }
  const CurrentScreen = SCREENS[game.phase]
  return (
    <div className="player" data-phase={game.phase}>
      <TopBar game={game} />
      <LinkBar lost={link === 'lost'} />
      <main className="player__main">{game.paused && game.phase !== 'ended' ? <PausedScreen game={game} sent={sent} /> : <CurrentScreen game={game} sent={sent} onAnswer={onAnswer} />}</main>
    </div>
  )
}

/** A quiet bar once a loss has lasted long enough to be noticed. */
function LinkBar({ lost }: { lost: boolean }) {
  const [noticed, setNoticed] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setNoticed(lost), lost ? 700 : 0)
    return () => clearTimeout(timer)
  }, [lost])
  return (
    <div role="status" className="player__link">
      {lost && noticed && (
        <p>
          <span className="spinner" aria-hidden="true" />
          {words.link.lost}
        </p>
      )}
    </div>
  )
}
