import Dialog from '@mui/material/Dialog'
import Drawer from '@mui/material/Drawer'
import { useState } from 'react'
import type { Game } from '@/game/reducer'
import type { Commands } from '@/host/commands'
import { hostWords } from '@/host/host.en'
import type { Player } from '@/protocol'
import { Button } from '@/ui/Button'
import { Icon } from '@/ui/Icon'

const EXTRA_MS = 30_000

/** Who is here, who is away, and what can be done for or about one of them. */
export function PlayersDrawer({ game, open, commands, onClose }: { game: Game; open: boolean; commands: Commands; onClose: () => void }) {
  const [asked, setAsked] = useState<Player | null>(null)
  const [filter, setFilter] = useState('')
  const { players } = hostWords
  const shown = game.players.filter((player) => player.nickname.toLowerCase().includes(filter.trim().toLowerCase()))
  return (
    <Drawer anchor="right" open={open} onClose={onClose} aria-labelledby="players-title">
      <section className="roster">
        <header className="roster__head">
          <h2 id="players-title">{players.title(game.playerCount)}</h2>
          <Button kind="plain" onClick={onClose}>
            {players.close}
          </Button>
        </header>
        {game.players.length > 8 && <input className="input" type="search" aria-label={players.search} placeholder={players.search} value={filter} onChange={(event) => setFilter(event.target.value)} />}
        {game.players.length === 0 ? <p className="muted">{players.empty}</p> : shown.length === 0 && <p className="muted">{players.noMatch}</p>}
        <ul className="roster__list">
          {shown.map((player) => (
            <li key={player.id}>
              <span className="roster__name">
                {player.nickname}
                {player.team && <span className="muted"> · {player.team}</span>}
                {!player.connected && (
                  <span className="roster__away">
                    <Icon name="unlinked" size="1em" /> {players.away}
                  </span>
                )}
              </span>
              {game.phase === 'question' && (
                <Button kind="plain" aria-label={players.moreName(player.nickname)} onClick={() => void commands.send('extend_question', { ms: EXTRA_MS, player_ids: [player.id] })}>
                  {players.more}
                </Button>
              )}
              {game.phase !== 'ended' && (
                <Button kind="plain" aria-label={players.kickName(player.nickname)} onClick={() => setAsked(player)}>
                  {players.kick}
                </Button>
              )}
            </li>
          ))}
        </ul>
      </section>
      {asked && (
        <KickDialog
          player={asked}
          onClose={() => setAsked(null)}
          onKick={(ban) => void commands.send('kick_player', { player_id: asked.id, ban }).then(() => setAsked(null))}
        />
      )}
    </Drawer>
  )
}

function KickDialog({ player, onClose, onKick }: { player: Player; onClose: () => void; onKick: (ban: boolean) => void }) {
  const [ban, setBan] = useState(false)
  const { players } = hostWords
  return (
    <Dialog open onClose={onClose} aria-labelledby="kick-title">
      <div className="dialog">
        <h2 id="kick-title">{players.kickTitle(player.nickname)}</h2>
        <p>{players.kickHelp}</p>
        <label className="tick">
          <input type="checkbox" checked={ban} onChange={(event) => setBan(event.target.checked)} />
          {players.ban}
        </label>
        <div className="dialog__actions">
          <Button kind="quiet" onClick={onClose}>
            {players.cancel}
          </Button>
          <Button kind="danger" onClick={() => onKick(ban)}>
            {players.kick}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
