import type { Problem } from '@/api/problem'
import type { QuizWish } from '@/teacher/api'
import { say } from '@/teacher/generate/generate.en'

/** What is asked for, as the page holds it: every source keeps what was put in, whichever is shown. Pure. */

export type SourceKind = 'text' | 'files' | 'topic'
export type GeneratedType = NonNullable<QuizWish['types']>[number]
export type Difficulty = NonNullable<QuizWish['difficulty']>

export const TYPES: readonly GeneratedType[] = ['single_choice', 'multiple_choice', 'true_false', 'typed']
export const DIFFICULTIES: readonly Difficulty[] = ['easy', 'medium', 'hard']
export const LANGUAGES = ['en', 'vi', 'es', 'fr', 'de', 'pt', 'it', 'nl', 'pl', 'id'] as const
export const LONGEST_TEXT = 400_000
export const MOST_FILES = 5
export const LARGEST_FILE = 50 * 1024 * 1024
export const ENDINGS = ['.pdf', '.docx', '.md', '.markdown', '.txt', '.html', '.htm'] as const

export interface Form {
  source: SourceKind
  topic: string
  text: string
  count: string
  types: readonly GeneratedType[]
  difficulty: Difficulty
  language: string
  title: string
}

export const EMPTY: Form = { source: 'text', topic: '', text: '', count: '10', types: TYPES, difficulty: 'medium', language: '', title: '' }

/** A file on its way. `id` is the server's, once it is there. */
export interface Sent {
  key: string
  name: string
  size: number
  share: number
  id: string | null
  problem: string | null
}

export type Field = 'topic' | 'text' | 'files' | 'count' | 'types' | 'title' | 'language'
export type Problems = Partial<Record<Field, string>>

/** What keeps the wish from being asked for; empty when nothing does. */
export function problemsOf(form: Form, files: readonly Sent[]): Problems {
  const { missing } = say
  const source: Problems =
    form.source === 'topic'
      ? form.topic.trim() ? {} : { topic: missing.topic }
      : form.source === 'text'
        ? form.text.trim() ? (form.text.trim().length > LONGEST_TEXT ? { text: say.tooLong } : {}) : { text: missing.text }
        : fileProblems(files)
  const count = Number(form.count.trim())
  return {
    ...source,
    ...(!(form.count.trim() !== '' && Number.isInteger(count) && count >= 1 && count <= 30) && { count: missing.count }),
    ...(form.types.length === 0 && { types: missing.types }),
  }
}

function fileProblems(files: readonly Sent[]): Problems {
  const { missing } = say
  if (files.length === 0) return { files: missing.files }
  if (files.some((file) => file.problem !== null)) return { files: missing.filesFailed }
  return files.some((file) => file.id === null) ? { files: missing.filesUnderWay } : {}
}

/** The wish as the server takes it; only sensible when `problemsOf` finds nothing. All kinds ticked is no wish at all. */
export function wishOf(form: Form, files: readonly Sent[]): Partial<QuizWish> {
  return {
    ...(form.source === 'topic' && { topic: form.topic.trim() }),
    ...(form.source === 'text' && { text: form.text.trim() }),
    ...(form.source === 'files' && { file_ids: files.flatMap((file) => file.id ?? []) }),
    count: Number(form.count.trim()),
    types: form.types.length === TYPES.length ? [] : [...form.types],
    difficulty: form.difficulty,
    ...(form.language && { language: form.language }),
    ...(form.title.trim() && { title: form.title.trim() }),
  }
}

/** The form that such a wish came of. Files are not in it: they are chosen anew. */
export function formOf(wish: QuizWish): Form {
  const source = wish.topic != null ? 'topic' : wish.text != null ? 'text' : 'files'
  return {
    source,
    topic: wish.topic ?? '',
    text: wish.text ?? '',
    count: String(wish.count),
    types: wish.types.length > 0 ? wish.types : TYPES,
    difficulty: wish.difficulty,
    language: wish.language ?? '',
    title: wish.title ?? '',
  }
}

const FIELDS: Record<string, Field> = { topic: 'topic', text: 'text', file_ids: 'files', document_ids: 'files', count: 'count', types: 'types', title: 'title', language: 'language' }

/** A refusal's messages by field of the page. What belongs to none of them stays with the refusal itself. */
export function refusedFields(problem: Problem): Problems {
  const found: Problems = {}
  for (const { field, message } of problem.errors) {
    const name = field.split('.').find((part) => part in FIELDS)
    const place = name && FIELDS[name]
    if (place) found[place] ??= message
  }
  return found
}

/** What is wrong with a file before it is sent, or null. The server looks again, and closer. */
export function faultOf(file: { name: string; size: number }): string | null {
  const name = file.name.toLowerCase()
  if (!ENDINGS.some((ending) => name.endsWith(ending))) return say.wrongKind
  if (file.size === 0) return say.wrongEmpty
  return file.size > LARGEST_FILE ? say.wrongSize : null
}

/** A form kept by this browser, or null when there is none or it is of another build. */
export function formIn(value: unknown): Form | null {
  if (typeof value !== 'object' || value === null) return null
  const { source, topic, text, count, types, difficulty, language, title } = value as Record<string, unknown>
  const texts = [topic, text, count, language, title].every((one) => typeof one === 'string')
  const kinds = Array.isArray(types) && types.every((one) => TYPES.includes(one as GeneratedType))
  const known = ['text', 'files', 'topic'].includes(source as string) && DIFFICULTIES.includes(difficulty as Difficulty)
  return texts && kinds && known ? ({ source, topic, text, count, types, difficulty, language, title } as Form) : null
}
