import { showNumber } from '@/player/answers/numbers'
import type { Choice, Question, Solution } from '@/protocol'
import { answerColour, letterAt, Shape } from '@/ui/Shape'
import { words } from '@/words'

/** What was right, in the shapes and letters of the question. */
export function Solved({ question, solution }: { question: Question; solution: Solution }) {
  if (solution.void) return <p className="fact">{words.result.voided}</p>
  if (solution.order_ids?.length) return <Fact title={words.result.rightOrder} options={solution.order_ids} question={question} ordered />
  if (solution.option_ids?.length) return <Fact title={solution.option_ids.length > 1 ? words.result.rightAnswers : words.result.rightAnswer} options={solution.option_ids} question={question} />
  const text = solutionText(question, solution)
  return text ? <Fact title={words.result.rightAnswer} text={text} question={question} /> : null
}

function solutionText(question: Question, { number, tolerance, accepted }: Solution): string {
  const unit = question.unit ? ` ${question.unit}` : ''
  if (typeof number === 'number') return tolerance ? `${showNumber(number)}${unit} ± ${showNumber(tolerance)}` : `${showNumber(number)}${unit}`
  return (accepted ?? []).slice(0, 3).join(' · ')
}

/** What this player answered. */
export function Given({ question, answer }: { question: Question; answer: Choice }) {
  if (answer.option_ids) return <Fact title={words.result.yourAnswer} options={answer.option_ids} question={question} ordered={question.type === 'order'} />
  const text = typeof answer.number === 'number' ? solutionText(question, { number: answer.number }) : (answer.text ?? '')
  return text ? <Fact title={words.result.yourAnswer} text={text} question={question} /> : null
}

function Fact({ title, options, text, question, ordered = false }: { title: string; options?: string[]; text?: string; question: Question; ordered?: boolean }) {
  const all = question.options ?? []
  const Box = ordered ? 'ol' : 'ul'
  return (
    <div className="fact">
      <h2>{title}</h2>
      {text !== undefined && <p className="fact__text">{text}</p>}
      {options && (
        <Box className="fact__options">
          {options.map((id) => {
            const index = all.findIndex((option) => option.id === id)
            const option = all[index]
            if (!option) return null
            const letter = letterAt(index)
            return (
              <li key={id}>
                <span className="chip" style={{ background: answerColour(letter) }}>
                  <Shape letter={letter} size="1rem" />
                  {letter}
                </span>
                {option.text || option.media?.alt}
              </li>
            )
          })}
        </Box>
      )}
    </div>
  )
}
