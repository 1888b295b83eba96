import type { Question, Result } from '@/protocol'
import { letterAt, markColour, Shape } from '@/ui/Shape'
import { words } from '@/words'

/** What everyone said, for questions without a right answer: nobody needs to see the board for it. */
export function Counted({ question, result }: { question: Question; result: Result }) {
  const { counts } = result
  if (question.type === 'poll' && !Array.isArray(counts)) {
    const most = Math.max(1, ...Object.values(counts))
    return (
      <div className="fact">
        <h2>{words.result.everyone}</h2>
        <ul className="bars">
          {(question.options ?? []).map((option, index) => {
            const letter = letterAt(index)
            const n = counts[option.id] ?? 0
            return (
              <li key={option.id} style={{ '--mark': markColour(letter), '--share': n / most }}>
                <Shape letter={letter} size="1rem" />
                <span className="bars__text">{option.text || option.media?.alt}</span>
                <span className="bars__n tabular">{n}</span>
              </li>
            )
          })}
        </ul>
      </div>
    )
  }
  if ((question.type === 'word_cloud' || question.type === 'open') && Array.isArray(counts) && counts.length > 0) {
    return (
      <div className="fact">
        <h2>{words.result.everyone}</h2>
        <ul className="said">
          {counts.slice(0, 8).map(({ text, n }) => (
            <li key={text}>
              {text}
              {n > 1 && <span className="muted tabular"> × {n}</span>}
            </li>
          ))}
        </ul>
      </div>
    )
  }
  return null
}
