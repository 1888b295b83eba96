import { Problem } from '@/api/problem'
import type { ImportedQuiz } from '@/teacher/api'
import { say } from '@/teacher/teacher.en'
import { words } from '@/words'

/** What became of a file: how many questions came over, and everything that did not, by row. */
export interface Account {
  sentence: string
  whole: boolean
  rows: { where: string; messages: string[] }[]
}

/** The account of an import that made a quiz. Warnings are put together by row, in the order of the file. */
export function accountOf({ quiz, warnings }: ImportedQuiz): Account {
  const byRow = new Map<number, string[]>()
  for (const { row, message } of warnings) byRow.set(row, [...(byRow.get(row) ?? []), message])
  const rows = [...byRow].sort(([a], [b]) => a - b).map(([row, messages]) => ({ where: say.import.row(row), messages }))
  const kept = quiz.questions.length
  return { sentence: warnings.length ? say.import.partly(kept, rows.length) : say.import.whole(kept), whole: warnings.length === 0, rows }
}

/** The account of an import that made nothing. Fields of a refusal are rows, columns or names; they are shown as they are. */
export function refusalOf(error: unknown): Account {
  if (!(error instanceof Problem)) return { sentence: words.errors.unexpected, whole: false, rows: [] }
  return {
    sentence: error.message,
    whole: false,
    rows: error.errors.map(({ field, message }) => ({ where: /^\d+$/.test(field) ? say.import.row(Number(field)) : placeOf(field), messages: [message] })),
  }
}

/** `rows.7` and `row 7` are row 7; names of the request's own parts say nothing to a person. */
function placeOf(field: string): string {
  const row = /^(?:rows?|lines?)[ ._]?(\d+)/i.exec(field)?.[1]
  if (row) return say.import.row(Number(row))
  return field === 'file' || field === 'format' ? say.import.row(0) : field
}
