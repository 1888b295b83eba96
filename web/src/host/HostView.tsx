import { useState } from 'react'
import type { Game } from '@/game/reducer'
import { useCommands, type Command } from '@/host/commands'
import { ControlBar } from '@/host/ControlBar'
import { EndDialog } from '@/host/EndDialog'
import { hostWords } from '@/host/host.en'
import { KeysDialog } from '@/host/KeysDialog'
import { PlayersDrawer } from '@/host/PlayersDrawer'
import { RegradeDialog } from '@/host/RegradeDialog'
import { BoardScreen } from '@/host/screens/BoardScreen'
import { EndedScreen } from '@/host/screens/EndedScreen'
import { LobbyScreen } from '@/host/screens/LobbyScreen'
import { QuestionScreen } from '@/host/screens/QuestionScreen'
import { ResultScreen } from '@/host/screens/ResultScreen'
import { nextStep } from '@/host/steps'
import { toggleFullScreen, useKeys } from '@/host/useKeys'
import type { Phase } from '@/protocol'
import { useTitle } from '@/router'
import { Notice } from '@/ui/Notice'
import { words } from '@/words'

const SCREENS: Record<Phase, (props: { game: Game }) => React.JSX.Element | null> = {
  lobby: LobbyScreen,
  question: QuestionScreen,
  result: ResultScreen,
  ended: EndedScreen,
}

type Open = 'players' | 'end' | 'regrade' | 'keys' | null

/** The host's page as a function of the game: a screen for the room, and one bar of controls. */
export function HostView({ game, lost, command }: { game: Game; lost: boolean; command: Command }) {
  useTitle(`${game.title} · ${words.product}`)
  const commands = useCommands(game, command)
  const [open, setOpen] = useState<Open>(null)
  const [boardFor, setBoardFor] = useState<string | null>(null)
  const [regraded, setRegraded] = useState<{ question: string; changes: number } | null>(null)
  const boardShown = game.phase === 'result' && boardFor === game.question?.id
  const step = nextStep(game, boardShown)

  const act = () => {
    if (step.event === 'board') setBoardFor(game.question?.id ?? null)
    else if (step.event) void commands.send(step.event)
  }
  const pause = () => void commands.send(game.paused ? 'unpause_game' : 'pause_game')
  const lock = () => void commands.send('lock_game', { locked: !game.locked })
  const extend = () => void commands.send('extend_question', { ms: 10_000 })
  const playing = game.phase !== 'ended'
  useKeys(open === null, {
    ' ': act,
    p: playing ? pause : null,
    l: playing ? lock : null,
    t: game.phase === 'question' ? extend : null,
    n: () => setOpen('players'),
    f: toggleFullScreen,
    e: playing ? () => setOpen('end') : null,
    '?': () => setOpen('keys'),
  })

  const Screen = boardShown ? BoardScreen : SCREENS[game.phase]
  return (
    <div className="host" data-phase={game.phase}>
      <main className="host__room">
        {lost && <Notice kind="warning">{hostWords.lost}</Notice>}
        {commands.refusal && <Notice kind="negative">{commands.refusal}</Notice>}
        {regraded && regraded.question === game.question?.id && <Notice kind="positive">{hostWords.regrade.changed(regraded.changes)}</Notice>}
        <Screen game={game} />
      </main>
      <ControlBar
        game={game}
        step={step}
        busy={commands.busy}
        onStep={act}
        on={{ pause, lock, extend, players: () => setOpen('players'), end: () => setOpen('end'), regrade: () => setOpen('regrade'), keys: () => setOpen('keys'), full: toggleFullScreen }}
      />
      <PlayersDrawer game={game} open={open === 'players'} commands={commands} onClose={() => setOpen(null)} />
      {open === 'keys' && <KeysDialog onClose={() => setOpen(null)} />}
      {open === 'end' && <EndDialog game={game} onClose={() => setOpen(null)} onEnd={() => void commands.send('end_game').then(() => setOpen(null))} />}
      {open === 'regrade' && game.question && (
        <RegradeDialog
          game={game}
          question={game.question}
          commands={commands}
          onClose={(changes) => {
            setOpen(null)
            if (changes !== null && game.question) setRegraded({ question: game.question.id, changes })
          }}
        />
      )}
    </div>
  )
}
