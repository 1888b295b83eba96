import type { RefObject } from 'react'
import type { YourResult } from '@/protocol'
import { Icon, type IconName } from '@/ui/Icon'
import { words } from '@/words'

const ICON: Record<YourResult['status'], IconName> = { correct: 'check', partial: 'half', wrong: 'cross', none: 'dash', survey: 'check' }

/** A credit below this changes no more than a point or two. */
const WORTH_SAYING_MS = 20

interface Props {
  heading: RefObject<HTMLHeadingElement | null>
  slide: boolean
  own: YourResult | null
  scored: boolean
}

/** The first thing seen: a mark, a word, the points. */
export function Verdict({ heading, slide, own, scored }: Props) {
  return (
    <div className="verdict">
      {own && !slide && (
        <span className="verdict__mark">
          <Icon name={ICON[own.status]} size="3rem" />
        </span>
      )}
      <h1 ref={heading} tabIndex={-1}>
        {slide ? words.result.slide : own ? words.result[own.status] : words.question.timeUp}
      </h1>
      {own && scored && own.status !== 'survey' && !slide && <Points own={own} />}
    </div>
  )
}

function Points({ own }: { own: YourResult }) {
  const { base, speed, streak, latency_credit_ms: credit } = own.parts
  const parts = [
    { n: base, what: words.result.base },
    { n: speed, what: words.result.speed },
    { n: streak, what: words.result.streak },
  ].filter((part) => part.n > 0)
  return (
    <>
      <p className="verdict__points tabular">{own.points > 0 ? `+${words.result.points(own.points)}` : words.result.points(0)}</p>
      {parts.length > 0 && (
        <ul className="verdict__parts tabular">
          {parts.map((part) => (
            <li key={part.what}>
              <b>{part.n.toLocaleString()}</b> {part.what}
            </li>
          ))}
        </ul>
      )}
      {credit >= WORTH_SAYING_MS && own.points > 0 && <p className="verdict__credit muted">{words.result.credit(credit)}</p>}
    </>
  )
}
