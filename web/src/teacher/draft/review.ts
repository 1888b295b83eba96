import type { DraftItem, DraftQuestion, QuizDraft } from '@/teacher/api'

/** Looking through a draft, without any screen. Pure. */

/** What was decided about one question. */
export interface Change {
  itemId: string
  state?: DraftItem['state']
  question?: DraftQuestion
}

/** The draft as it will be once these changes are stored. */
export function applied(draft: QuizDraft, changes: readonly Change[]): QuizDraft {
  if (changes.length === 0) return draft
  const items = draft.items.map((item) =>
    changes
      .filter((change) => change.itemId === item.id)
      .reduce<DraftItem>((now, { state, question }) => ({ ...now, ...(state && { state }), ...(question && { question, edited: true }) }), item),
  )
  return { ...draft, items }
}

export interface Counts {
  kept: number
  dropped: number
  /** Not decided on yet. */
  open: number
  all: number
}

export function countsOf(items: readonly DraftItem[]): Counts {
  const of = (state: DraftItem['state']) => items.filter((item) => item.state === state).length
  return { kept: of('kept'), dropped: of('dropped'), open: of('proposed'), all: items.length }
}

/** The place of the next question to decide on after `at`, from the beginning again at the end; `at` if none is left. */
export function nextOpen(items: readonly DraftItem[], at: number): number {
  for (let by = 1; by <= items.length; by++) {
    const place = (at + by) % items.length
    if (items[place]?.state === 'proposed') return place
  }
  return at
}

/** What somebody else has changed between two looks: this question, only others, or nothing that was decided. */
export function changedElsewhere(seen: QuizDraft, now: QuizDraft, itemId: string): 'item' | 'others' | 'nothing' {
  const looks = (item: DraftItem) => JSON.stringify([item.state, item.edited, item.question])
  const before = new Map(seen.items.map((item) => [item.id, looks(item)]))
  const other = now.items.filter((item) => before.get(item.id) !== looks(item))
  if (!now.items.some((item) => item.id === itemId) || other.some((item) => item.id === itemId)) return 'item'
  // Another question that was asked for has come in the place of a proposed one: nobody decided anything.
  return other.some((item) => item.state !== 'proposed' || item.edited || !seen.items.find((one) => one.id === item.id)?.job_id) || now.status !== seen.status ? 'others' : 'nothing'
}

export interface Around {
  before: string
  after: string
}

const CONTEXT = 240

/** What stands around a quotation in the text, cut at words; null when it is not found there. */
export function around(text: string | null | undefined, quote: string): Around | null {
  const at = text ? text.indexOf(quote) : -1
  if (!text || at < 0) return null
  const end = at + quote.length
  const before = text.slice(Math.max(0, at - CONTEXT), at)
  const after = text.slice(end, end + CONTEXT)
  return {
    before: at > CONTEXT ? `… ${before.replace(/^\S*\s/, '')}` : before,
    after: text.length > end + CONTEXT ? `${after.replace(/\s\S*$/, '')} …` : after,
  }
}

/** A text whose lines were broken in the middle of sentences, as it was meant: a line that goes on in small letters is none of its own. */
export function flowing(text: string): string {
  return text.replace(/\s*\n(?=\p{Ll})/gu, ' ')
}

/** A quotation in pieces; those that say the answer are `key`. */
export function pieces(quote: string, question: DraftQuestion): { text: string; key: boolean }[] {
  const answers = [...question.options.filter((option) => option.correct).map((option) => option.text), ...question.accepted]
    .map((answer) => answer.trim())
    .filter((answer) => answer.length > 1 && quote.toLowerCase().includes(answer.toLowerCase()))
    .sort((a, b) => b.length - a.length)
  if (question.type === 'true_false' || answers.length === 0) return [{ text: quote, key: false }]
  const any = new RegExp(`(${answers.map((answer) => answer.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`, 'giu')
  return quote
    .split(any)
    .map((text, index) => ({ text, key: index % 2 === 1 }))
    .filter(({ text }) => text !== '')
}
