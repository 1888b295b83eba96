import { kept, readJson, type Store } from '@/storage'
import type { Draft } from '@/teacher/editor/draft'

/** What is not stored on the server yet, kept in this browser over reloads: the draft and the version it was made of. */
export interface KeptDraft {
  version: number
  draft: Draft
}

const nameOf = (quizId: string | undefined) => `draft.${quizId ?? 'new'}`

export function keepDraft(quizId: string | undefined, value: KeptDraft, store: Store = kept): void {
  store.write(nameOf(quizId), JSON.stringify(value))
}

export function dropDraft(quizId: string | undefined, store: Store = kept): void {
  store.drop(nameOf(quizId))
}

/** The kept draft, or null when there is none or it is of another build. */
export function keptDraft(quizId: string | undefined, store: Store = kept): KeptDraft | null {
  const value = readJson(store, nameOf(quizId))
  if (typeof value !== 'object' || value === null || !('version' in value) || !('draft' in value)) return null
  const { version, draft } = value
  return typeof version === 'number' && isDraft(draft) ? { version, draft } : null
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== 'object' || value === null) return false
  const { title, description, language, tags, questions } = value as Record<string, unknown>
  return [title, description, language, tags].every((text) => typeof text === 'string') && Array.isArray(questions) && questions.every(isQuestion)
}

function isQuestion(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const one = value as Record<string, unknown>
  const texts = [one.id, one.type, one.text, one.time_limit_s, one.points, one.accepted, one.explanation, one.topic]
  return texts.every((text) => typeof text === 'string') && Array.isArray(one.options) && Array.isArray(one.pair) && one.pair.length === 2 && typeof one.number === 'object' && one.number !== null
}
