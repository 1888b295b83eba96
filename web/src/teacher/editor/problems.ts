import { hasKey, hasOptions, linesIn, numberIn, optionsOf, type Draft, type DraftNumber, type DraftQuestion } from '@/teacher/editor/draft'
import { editorWords } from '@/teacher/editor/editor.en'

/** Messages by field of one question, such as `text`, `options`, `options.<option id>`, `number.answer`. */
export type Problems = Readonly<Record<string, string>>

const { wrong } = editorWords

/** What keeps a question from being played; empty when nothing does. The server checks the same again. */
export function problemsOf(question: DraftQuestion): Problems {
  return {
    ...(!question.text.trim() && { text: wrong.text }),
    ...between('time_limit_s', question.time_limit_s, 1, 600, wrong.time),
    ...between('points', question.points, 0, 10_000, wrong.points),
    ...(hasOptions(question.type) && optionProblems(question)),
    ...(question.type === 'typed' && linesIn(question.accepted).length === 0 && { accepted: wrong.accepted }),
    ...(question.type === 'number' && numberProblems(question.number)),
  }
}

function between(field: string, text: string, low: number, high: number, message: string): Problems {
  const value = numberIn(text)
  return value !== null && Number.isInteger(value) && value >= low && value <= high ? {} : { [field]: message }
}

function optionProblems(question: DraftQuestion): Problems {
  const options = optionsOf(question)
  const found: Record<string, string> = {}
  const seen = new Set<string>()
  for (const option of options) {
    const text = option.text.trim()
    if (!text && !option.media && question.type !== 'true_false') found[`options.${option.id}`] = wrong.option
    else if (option.media && !text && !option.media.alt.trim()) found[`options.${option.id}`] = wrong.alt
    const looks = JSON.stringify([text, option.media?.url ?? ''])
    if ((text || option.media) && seen.has(looks)) found[`options.${option.id}`] = wrong.same
    seen.add(looks)
  }
  if (hasKey(question.type) && !options.some((option) => option.correct)) found.options = question.type === 'multiple_choice' ? wrong.keys : wrong.key
  return found
}

function numberProblems(number: DraftNumber): Problems {
  const found: Record<string, string> = {}
  const answer = numberIn(number.answer)
  const tolerance = numberIn(number.tolerance || '0')
  if (answer === null) found['number.answer'] = wrong.answer
  if (tolerance === null || tolerance < 0) found['number.tolerance'] = wrong.tolerance
  else if (number.scoring === 'proximity' && tolerance === 0) found['number.tolerance'] = wrong.proximity
  for (const field of ['min', 'max', 'step'] as const) if (number[field].trim() && numberIn(number[field]) === null) found[`number.${field}`] = wrong.number
  const [min, max, step] = [numberIn(number.min), numberIn(number.max), numberIn(number.step)]
  if (step !== null && step <= 0) found['number.step'] = wrong.step
  if (min !== null && max !== null && min >= max) found['number.max'] = wrong.range
  else if (answer !== null && ((min !== null && answer < min) || (max !== null && answer > max))) found['number.answer'] = wrong.outside
  return found
}

/** The first thing to do in each unfinished question, by the question's number. */
export function unfinished(draft: Draft): { id: string; number: number; message: string }[] {
  return draft.questions.flatMap((question, index) => {
    const [message] = Object.values(problemsOf(question))
    return message === undefined ? [] : [{ id: question.id, number: index + 1, message }]
  })
}
