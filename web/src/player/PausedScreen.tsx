import type { Sent } from '@/game/client'
import type { Game } from '@/game/reducer'
import { SentLine } from '@/player/SentLine'
import { useHeading } from '@/player/useHeading'
import { Icon } from '@/ui/Icon'
import { words } from '@/words'

export function PausedScreen({ game, sent }: { game: Game; sent: Sent | null }) {
  const heading = useHeading('paused')
  return (
    <section className="still">
      <span className="still__icon">
        <Icon name="pause" size="2.5rem" />
      </span>
      <h1 ref={heading} tabIndex={-1}>
        {words.paused.title}
      </h1>
      {game.pauseReason && <p className="still__reason">{game.pauseReason}</p>}
      <p className="muted">{words.paused.help}</p>
      {game.phase === 'question' && <SentLine sent={sent} />}
    </section>
  )
}
