import type { Game } from '@/game/reducer'
import { hostWords } from '@/host/host.en'
import { SCORED, type Step } from '@/host/steps'
import { Button } from '@/ui/Button'
import { Icon, type IconName } from '@/ui/Icon'

type Control = 'pause' | 'lock' | 'extend' | 'players' | 'end' | 'regrade' | 'keys' | 'full'

interface Props {
  game: Game
  step: Step
  busy: boolean
  onStep: () => void
  on: Record<Control, () => void>
}

/** Every control of the host, in one bar: what comes next is the one large button, and is always said in words. */
export function ControlBar({ game, step, busy, onStep, on }: Props) {
  const { bar } = hostWords
  const { phase } = game
  const playing = phase !== 'ended'
  const regradable = phase === 'result' && game.result !== null && game.question !== null && SCORED.has(game.question.type)
  return (
    <nav className="controls" aria-label={bar.keys}>
      <div className="controls__small">
        {playing && <Small icon={game.paused ? 'play' : 'pause'} label={game.paused ? bar.unpause : bar.pause} keyName="P" onClick={on.pause} />}
        {playing && <Small icon="lock" label={game.locked ? bar.unlock : bar.lock} keyName="L" pressed={game.locked} onClick={on.lock} />}
        {phase === 'question' && game.question?.type !== 'slide' && <Small icon="clock" label={bar.extend} name={bar.extendName} keyName="T" onClick={on.extend} />}
        {regradable && <Small icon="edit" label={bar.regrade} onClick={on.regrade} />}
        <Small icon="people" label={`${bar.players} ${game.playerCount}`} keyName="N" onClick={on.players} />
        <Small icon="full" label={bar.full} keyName="F" onClick={on.full} />
        <Small icon="info" label={bar.keys} keyName="?" onClick={on.keys} />
        {playing && <Small icon="leave" label={bar.end} keyName="E" onClick={on.end} />}
      </div>
      {step.event && (
        <div className="controls__next">
          <p className="controls__hint">{step.hint}</p>
          <Button large data-busy={busy || undefined} onClick={onStep} aria-keyshortcuts="Space">
            {step.label}
            <kbd>{hostWords.keys.space}</kbd>
          </Button>
        </div>
      )}
    </nav>
  )
}

interface SmallProps {
  icon: IconName
  label: string
  name?: string
  keyName?: string
  pressed?: boolean
  onClick: () => void
}

function Small({ icon, label, name, keyName, pressed, onClick }: SmallProps) {
  return (
    <button type="button" className="control" onClick={onClick} aria-label={name ?? label} aria-pressed={pressed} aria-keyshortcuts={keyName}>
      <Icon name={icon} />
      <span className="control__label">{label}</span>
      {keyName && <kbd aria-hidden="true">{keyName}</kbd>}
    </button>
  )
}
