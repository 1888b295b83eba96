import { encode } from 'uqr'
import { useMemo } from 'react'
import type { Game } from '@/game/reducer'
import { hostWords } from '@/host/host.en'
import { Icon } from '@/ui/Icon'

/** How to get in, as large as the room needs, and who is in. */
export function LobbyScreen({ game }: { game: Game }) {
  const { lobby } = hostWords
  const address = location.host
  return (
    <section className="lobby-host">
      <div className="ticket">
        <Qr text={`${location.origin}/join/${game.pin}`} />
        <div className="ticket__words">
          <p className="ticket__go">
            {lobby.go} <b>{address}</b> {lobby.orScan}
          </p>
          <p className="ticket__label">{lobby.pin}</p>
          <p className="ticket__pin tabular" aria-label={game.pin.split('').join(' ')}>
            {game.pin.slice(0, 3)} {game.pin.slice(3)}
          </p>
        </div>
      </div>
      <h1 className="lobby-host__title">{game.title}</h1>
      <p className="lobby-host__count tabular" role="status">
        <Icon name="people" /> {lobby.players(game.playerCount)}
        {game.locked && (
          <span className="lobby-host__locked">
            <Icon name="lock" size="1em" /> {lobby.lockedHint}
          </span>
        )}
      </p>
      {game.players.length === 0 ? (
        <p className="muted lobby-host__empty">{lobby.waiting}</p>
      ) : (
        <ul className="names" aria-label={lobby.players(game.playerCount)}>
          {game.players.map((player) => (
            <li key={player.id} className={player.connected ? 'names__one' : 'names__one names__one--away'}>
              {player.nickname}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** A QR code as one path: dark on white in every theme, so that cameras read it. */
function Qr({ text }: { text: string }) {
  const { path, size } = useMemo(() => {
    const code = encode(text, { ecc: 'M', border: 2 })
    const cells = code.data.flatMap((row, y) => row.map((on, x) => (on ? `M${x} ${y}h1v1h-1z` : '')))
    return { path: cells.join(''), size: code.size }
  }, [text])
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={hostWords.lobby.qr(text)} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#16202e" />
    </svg>
  )
}
