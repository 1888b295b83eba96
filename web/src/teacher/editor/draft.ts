import { randomId } from '@/storage'
import type { Quiz } from '@/teacher/api'
import type { components } from '@/generated/api'

/** A quiz as the editor holds it: texts as typed, and for each question everything of every type, so that changing the
 * type back and forth loses nothing. Pure. */

export type WireQuestion = components['schemas']['Question']
export type WireFields = components['schemas']['QuizFields']
export type Media = components['schemas']['Media']
export type QuestionType = WireQuestion['type']

export const TYPES: readonly QuestionType[] = ['single_choice', 'multiple_choice', 'true_false', 'typed', 'number', 'order', 'poll', 'word_cloud', 'open', 'slide']
export const MOST_QUESTIONS = 200
export const MOST_OPTIONS = 10

export interface DraftOption {
  id: string
  text: string
  media: Media | null
  correct: boolean
}

/** Numbers as typed. */
export interface DraftNumber {
  answer: string
  tolerance: string
  scoring: 'within' | 'proximity'
  min: string
  max: string
  step: string
  unit: string
}

export interface DraftQuestion {
  id: string
  type: QuestionType
  text: string
  media: Media | null
  time_limit_s: string
  points: string
  /** Of choices, polls and orders. */
  options: DraftOption[]
  /** Of true or false: always two. */
  pair: [DraftOption, DraftOption]
  /** One per line. */
  accepted: string
  number: DraftNumber
  explanation: string
  topic: string
}

export interface Draft {
  title: string
  description: string
  language: string
  /** Separated by commas. */
  tags: string
  questions: DraftQuestion[]
}

export function newOption(text = ''): DraftOption {
  return { id: randomId(), text, media: null, correct: false }
}

const NO_NUMBER: DraftNumber = { answer: '', tolerance: '0', scoring: 'within', min: '', max: '', step: '', unit: '' }

export function newQuestion(type: QuestionType): DraftQuestion {
  return {
    id: randomId(),
    type,
    text: '',
    media: null,
    time_limit_s: type === 'open' || type === 'slide' || type === 'order' ? '60' : '20',
    points: '1000',
    options: [newOption(), newOption(), newOption(), newOption()].slice(0, type === 'poll' || type === 'order' ? 3 : 4),
    pair: [newOption('True'), newOption('False')],
    accepted: '',
    number: NO_NUMBER,
    explanation: '',
    topic: '',
  }
}

export const NEW_DRAFT: Draft = { title: '', description: '', language: '', tags: '', questions: [] }

/** The stored quiz as a draft. */
export function draftOf(quiz: Quiz): Draft {
  return { title: quiz.title, description: quiz.description, language: quiz.language ?? '', tags: quiz.tags.join(', '), questions: quiz.questions.map(draftQuestion) }
}

/** A stored question as a draft of it. */
export function draftQuestion(question: WireQuestion): DraftQuestion {
  const fresh = newQuestion(question.type)
  const options = question.options.map((option): DraftOption => ({ id: option.id ?? randomId(), text: option.text, media: option.media ?? null, correct: option.correct }))
  const [first, second] = options
  const isPair = question.type === 'true_false' && first && second
  const { number } = question
  return {
    ...fresh,
    id: question.id ?? fresh.id,
    text: question.text,
    media: question.media ?? null,
    time_limit_s: String(question.time_limit_s),
    points: String(question.points),
    ...(isPair ? { pair: [first, second] } : options.length > 0 && { options }),
    accepted: question.accepted.join('\n'),
    number: number
      ? { answer: String(number.answer), tolerance: String(number.tolerance), scoring: number.scoring, min: shown(number.min), max: shown(number.max), step: shown(number.step), unit: number.unit ?? '' }
      : NO_NUMBER,
    explanation: question.explanation ?? '',
    topic: question.topic ?? '',
  }
}

function shown(value: number | null | undefined): string {
  return value == null ? '' : String(value)
}

/** A number as people type it, comma or point; null when it is none. */
export function numberIn(text: string): number | null {
  const plain = text.trim().replace(/\s/g, '').replace(',', '.').replace('−', '-')
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) && Number.isFinite(Number(plain)) ? Number(plain) : null
}

export function linesIn(text: string): string[] {
  return [...new Set(text.split('\n').map((line) => line.trim()))].filter(Boolean)
}

export function tagsIn(text: string): string[] {
  return [...new Set(text.split(/[,\n]/).map((tag) => tag.trim().slice(0, 40)))].filter(Boolean).slice(0, 20)
}

/** The options a question of this type shows now; none for the types without. Options left wholly empty do not count
 * beyond the second: they are places to write in. */
export function optionsOf(question: DraftQuestion): DraftOption[] {
  if (question.type === 'true_false') return question.pair
  if (!hasOptions(question.type)) return []
  const written = question.options.filter((option) => option.text.trim() !== '' || option.media !== null || option.correct)
  return written.length >= 2 ? written : question.options.slice(0, 2)
}

export function hasOptions(type: QuestionType): boolean {
  return type === 'single_choice' || type === 'multiple_choice' || type === 'order' || type === 'poll' || type === 'true_false'
}

/** Whether somebody marks right options of this type. */
export function hasKey(type: QuestionType): boolean {
  return type === 'single_choice' || type === 'multiple_choice' || type === 'true_false'
}

/** The question as the server takes it; only sensible when `problemsOf` finds nothing. */
export function wireQuestion(question: DraftQuestion): WireQuestion {
  const { number, type } = question
  const picture = (media: Media | null) => (media ? { url: media.url, alt: media.alt.trim() } : null)
  return {
    id: question.id,
    type,
    text: question.text.trim(),
    media: picture(question.media),
    time_limit_s: numberIn(question.time_limit_s) ?? 20,
    points: numberIn(question.points) ?? 1000,
    options: optionsOf(question).map((option) => ({ id: option.id, text: option.text.trim(), media: picture(option.media), correct: option.correct && hasKey(type) })),
    accepted: type === 'typed' ? linesIn(question.accepted) : [],
    number:
      type === 'number'
        ? { answer: numberIn(number.answer) ?? 0, tolerance: numberIn(number.tolerance) ?? 0, scoring: number.scoring, min: numberIn(number.min), max: numberIn(number.max), step: numberIn(number.step), unit: number.unit.trim() || null }
        : null,
    explanation: question.explanation.trim() || null,
    topic: question.topic.trim() || null,
  }
}

/** A change of a quiz in the editor. */
export type Edit =
  | { kind: 'quiz'; change: Partial<Omit<Draft, 'questions'>> }
  | { kind: 'question'; id: string; change: Partial<DraftQuestion> }
  | { kind: 'insert'; question: DraftQuestion; at: number }
  | { kind: 'remove'; id: string }
  | { kind: 'move'; id: string; by: -1 | 1 }
  | { kind: 'all'; draft: Draft }

export function edited(draft: Draft, edit: Edit): Draft {
  switch (edit.kind) {
    case 'quiz':
      return { ...draft, ...edit.change }
    case 'question':
      return { ...draft, questions: draft.questions.map((one) => (one.id === edit.id ? { ...one, ...edit.change } : one)) }
    case 'insert':
      if (draft.questions.some((one) => one.id === edit.question.id) || draft.questions.length >= MOST_QUESTIONS) return draft
      return { ...draft, questions: [...draft.questions.slice(0, edit.at), edit.question, ...draft.questions.slice(edit.at)] }
    case 'remove':
      return { ...draft, questions: draft.questions.filter((one) => one.id !== edit.id) }
    case 'move':
      return { ...draft, questions: moved(draft.questions, edit.id, edit.by) }
    case 'all':
      return edit.draft
  }
}

/** The list with one item a place up or down; at the end it stays. */
export function moved<T extends { id: string }>(items: T[], id: string, by: -1 | 1): T[] {
  const from = items.findIndex((one) => one.id === id)
  const to = from + by
  const item = items[from]
  if (!item || to < 0 || to >= items.length) return items
  const rest = items.filter((one) => one.id !== id)
  return [...rest.slice(0, to), item, ...rest.slice(to)]
}

/** The same question again, with ids of its own. */
export function copyOf(question: DraftQuestion): DraftQuestion {
  const fresh = (option: DraftOption): DraftOption => ({ ...option, id: randomId() })
  return { ...question, id: randomId(), options: question.options.map(fresh), pair: [fresh(question.pair[0]), fresh(question.pair[1])] }
}

/** Another type for the question; what both have stays. A single choice keeps one right option at most. */
export function withType(question: DraftQuestion, type: QuestionType): Partial<DraftQuestion> {
  if (type !== 'single_choice') return { type }
  const first = question.options.findIndex((option) => option.correct)
  return { type, options: question.options.map((option, index) => ({ ...option, correct: index === first })) }
}

/** The options after one was marked right: the only one, where there can be only one. */
export function marked(options: DraftOption[], id: string, many: boolean): DraftOption[] {
  return options.map((option) => ({ ...option, correct: option.id === id ? !many || !option.correct : many && option.correct }))
}
