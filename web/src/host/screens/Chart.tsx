import { hostWords } from '@/host/host.en'
import { showNumber } from '@/player/answers/numbers'
import type { Option, Question, Result } from '@/protocol'
import { Icon } from '@/ui/Icon'
import { letterAt, markColour, Shape, type Letter } from '@/ui/Shape'

/** Bars for options and typed answers, words by size for a cloud, cards for open answers. */
export function Chart({ question, result }: { question: Question; result: Result }) {
  const { counts, solution } = result
  if (question.type === 'order') return <RightOrder question={question} ids={solution.order_ids ?? []} counts={counts} of={result.answered} />
  if (!Array.isArray(counts)) return <OptionBars question={question} counts={counts} right={new Set(solution.option_ids ?? [])} />
  if (question.type === 'word_cloud') return <Cloud words={counts} />
  if (question.type === 'open') return <Cards words={counts} />
  return <TextBars question={question} result={result} counts={counts} />
}

/** What an option is called: its text, or what its picture shows. */
function named(option: Option): string {
  return option.text || (option.media?.alt ?? '')
}

function OptionBars({ question, counts, right }: { question: Question; counts: Record<string, number>; right: Set<string> }) {
  const most = Math.max(1, ...Object.values(counts))
  return (
    <ul className="chart">
      {(question.options ?? []).map((option, index) => {
        const letter = letterAt(index)
        const correct = right.has(option.id)
        const n = counts[option.id] ?? 0
        return (
          <li key={option.id} className={correct ? 'chart__row chart__row--right' : right.size ? 'chart__row chart__row--other' : 'chart__row'}>
            <Label letter={letter} text={named(option)} correct={correct} />
            <Bar share={n / most} n={n} colour={markColour(letter)} />
          </li>
        )
      })}
    </ul>
  )
}

function Label({ letter, text, correct }: { letter?: Letter; text: string; correct: boolean }) {
  return (
    <span className="chart__label">
      {letter && (
        <span className="chart__mark" style={{ color: markColour(letter) }}>
          <Shape letter={letter} size="1.2em" />
          <b>{letter}</b>
        </span>
      )}
      <span className="chart__text">{text}</span>
      {correct && (
        <span className="chart__right">
          <Icon name="check" /> {hostWords.result.correct}
        </span>
      )}
    </span>
  )
}

function Bar({ share, n, colour }: { share: number; n: number; colour: string }) {
  return (
    <span className="chart__track">
      <span className="chart__bar" style={{ transform: `scaleX(${share})`, background: colour }} />
      <span className="chart__n tabular">{n}</span>
    </span>
  )
}

interface Said {
  text: string
  n: number
}

function TextBars({ question, result, counts }: { question: Question; result: Result; counts: Said[] }) {
  const { solution } = result
  const unit = question.unit ? ` ${question.unit}` : ''
  const right = typeof solution.number === 'number' ? `${showNumber(solution.number)}${unit}${solution.tolerance ? ` ± ${showNumber(solution.tolerance)}` : ''}` : (solution.accepted ?? []).slice(0, 4).join(' · ')
  const most = Math.max(1, ...counts.map((one) => one.n))
  return (
    <>
      {right && (
        <p className="outcome__key">
          <Icon name="check" /> {hostWords.result.accepted(right)}
        </p>
      )}
      {counts.length === 0 ? (
        <p className="muted">{hostWords.result.none}</p>
      ) : (
        <ul className="chart">
          {counts.slice(0, 8).map((one) => (
            <li key={one.text} className="chart__row">
              <Label text={`${one.text}${unit}`} correct={false} />
              <Bar share={one.n / most} n={one.n} colour="var(--primary)" />
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

/** The right order, and how many put each one in its place. */
function RightOrder({ question, ids, counts, of }: { question: Question; ids: string[]; counts: Result['counts']; of: number }) {
  const options = question.options ?? []
  return (
    <div className="order-host">
      <h2>{hostWords.result.order}</h2>
      <ol>
        {ids.map((id) => {
          const index = options.findIndex((option) => option.id === id)
          const option = options[index]
          return option ? (
            <li key={id}>
              <Label letter={letterAt(index)} text={named(option)} correct={false} />
              {!Array.isArray(counts) && <span className="order-host__n tabular">{hostWords.result.inPlace(counts[id] ?? 0, of)}</span>}
            </li>
          ) : null
        })}
      </ol>
    </div>
  )
}

function Cloud({ words: said }: { words: Said[] }) {
  const most = Math.max(1, ...said.map((one) => one.n))
  if (said.length === 0) return <p className="muted">{hostWords.result.none}</p>
  return (
    <ul className="cloud">
      {said.slice(0, 60).map((one, index) => (
        <li key={one.text} style={{ fontSize: `${1.1 + (2.6 * one.n) / most}rem`, color: markColour(letterAt(index)) }}>
          {one.text}
          <span className="visually-hidden"> × {one.n}</span>
        </li>
      ))}
    </ul>
  )
}

function Cards({ words: said }: { words: Said[] }) {
  if (said.length === 0) return <p className="muted">{hostWords.result.none}</p>
  return (
    <ul className="cards">
      {said.slice(0, 24).map((one) => (
        <li key={one.text}>
          {one.text}
          {one.n > 1 && <b className="tabular"> × {one.n}</b>}
        </li>
      ))}
    </ul>
  )
}
