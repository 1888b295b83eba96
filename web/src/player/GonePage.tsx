import type { Gone } from '@/game/client'
import { Centred } from '@/ui/Centred'
import { LinkButton } from '@/ui/Button'
import { words } from '@/words'

/** No way back into this game with what the browser holds; the way forward is written here. */
export function GonePage({ gone, pin }: { gone: Gone; pin: string | null }) {
  const banned = gone.why === 'kicked' && gone.ban
  const [title, help] =
    gone.why === 'unknown'
      ? [words.gone.unknown, gone.message || words.gone.unknownHelp]
      : banned
        ? [words.gone.banned, words.gone.bannedHelp]
        : [words.gone.kicked, words.gone.kickedHelp]
  return (
    <Centred>
      <div role="alert" className="gone">
        <h1>{title}</h1>
        <p>{help}</p>
      </div>
      <LinkButton to={pin && !banned ? `/join/${pin}` : '/'} large wide>
        {words.gone.joinAgain}
      </LinkButton>
    </Centred>
  )
}
