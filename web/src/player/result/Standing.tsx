import type { YourResult } from '@/protocol'
import { Icon } from '@/ui/Icon'
import { words } from '@/words'

/** Where I stand, who is just ahead, and the row of right answers. */
export function Standing({ own, hidden }: { own: YourResult; hidden: boolean }) {
  const { rank, ahead, score } = own
  const streak = own.status === 'correct' ? own.streak : 0
  if (hidden && streak < 2) return null
  return (
    <div className="standing">
      {!hidden && rank > 0 && (
        <p className="standing__rank">
          <b>{words.result.rank(words.ordinal(rank))}</b>
          <span>{ahead ? words.result.behind(ahead.gap, ahead.nickname) : rank === 1 && score > 0 ? words.result.leading : ''}</span>
        </p>
      )}
      {streak >= 2 && (
        <p className="standing__streak">
          <Icon name="flame" />
          {words.result.inARow(streak)}
        </p>
      )}
    </div>
  )
}
