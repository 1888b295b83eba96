import { avatarOf } from '@/player/avatar'
import type { ScreenProps } from '@/player/screen'
import { useHeading } from '@/player/useHeading'
import { markColour, Shape } from '@/ui/Shape'
import { words } from '@/words'

export function LobbyScreen({ game }: ScreenProps) {
  const heading = useHeading('lobby')
  const nickname = game.me?.nickname ?? ''
  const letter = avatarOf(game.me?.player_id ?? '')
  return (
    <section className="lobby">
      <div className="lobby__avatar" style={{ color: markColour(letter) }}>
        <Shape letter={letter} size="100%" />
      </div>
      <div className="lobby__words">
        <h1 ref={heading} tabIndex={-1}>
          {words.lobby.youAreIn(nickname)}
        </h1>
        {game.me?.team && <p className="lobby__team">{words.lobby.team(game.me.team)}</p>}
        <p className="lobby__wait">{words.lobby.wait}</p>
      </div>
    </section>
  )
}
