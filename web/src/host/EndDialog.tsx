import Dialog from '@mui/material/Dialog'
import type { Game } from '@/game/reducer'
import { hostWords } from '@/host/host.en'
import { Button } from '@/ui/Button'

/** Asks once before a game ends early. */
export function EndDialog({ game, onClose, onEnd }: { game: Game; onClose: () => void; onEnd: () => void }) {
  const { end } = hostWords
  const played = game.phase === 'lobby' ? 0 : (game.question?.index ?? -1) + 1
  return (
    <Dialog open onClose={onClose} aria-labelledby="end-title">
      <div className="dialog">
        <h2 id="end-title">{end.title}</h2>
        <p>{end.help(game.questionCount - played)}</p>
        <div className="dialog__actions">
          <Button kind="quiet" onClick={onClose}>
            {end.cancel}
          </Button>
          <Button kind="danger" onClick={onEnd}>
            {end.confirm}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
