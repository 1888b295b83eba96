import type { Sent } from '@/game/client'
import { Icon } from '@/ui/Icon'
import { words } from '@/words'

/** Where the answer is: on its way, there, or why it does not count. Says "Sent" only after the receipt. */
export function SentLine({ sent }: { sent: Sent | null }) {
  return (
    <div className="sent" role="status">
      {sent && <Line sent={sent} />}
    </div>
  )
}

function Line({ sent }: { sent: Sent }) {
  switch (sent.status) {
    case 'sending':
      return (
        <p className="sent__line">
          <span className="spinner" aria-hidden="true" />
          {words.sent.sending}
        </p>
      )
    case 'again':
      return (
        <p className="sent__line">
          <span className="spinner" aria-hidden="true" />
          <span>
            <b>{words.sent.again}</b> {words.sent.againHelp}
          </span>
        </p>
      )
    case 'accepted':
      return (
        <p className="sent__line sent__line--there">
          <Icon name="check" />
          <span>
            <b>{words.sent.accepted}.</b> {words.sent.acceptedHelp}
          </span>
        </p>
      )
    default:
      return (
        <p className="sent__line sent__line--not">
          <Icon name="alert" />
          {words.sent[sent.status]}
        </p>
      )
  }
}
