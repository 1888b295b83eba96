import type { FieldProblem } from '@/api/problem'
import type { Quiz } from '@/teacher/api'
import { tagsIn, wireQuestion, type Draft, type WireFields, type WireQuestion } from '@/teacher/editor/draft'
import { problemsOf, type Problems } from '@/teacher/editor/problems'
import { editorWords } from '@/teacher/editor/editor.en'

/** What of a draft the server can hold now. */
export interface Storable {
  fields: WireFields
  /** Questions that are not finished: their last stored form is sent, or nothing. */
  held: string[]
}

/**
 * The server takes only questions that can be played. So a question being rewritten stays there as it last was, and one
 * that was never finished stays in this browser until it is.
 */
export function storable(draft: Draft, stored: Quiz | null): Storable {
  const before = new Map((stored?.questions ?? []).map((question) => [question.id, question]))
  const held: string[] = []
  const questions = draft.questions.flatMap((question): WireQuestion[] => {
    if (Object.keys(problemsOf(question)).length === 0) return [wireQuestion(question)]
    held.push(question.id)
    const last = before.get(question.id)
    return last ? [last] : []
  })
  const language = draft.language.trim()
  return {
    fields: {
      title: draft.title.trim().slice(0, 200) || editorWords.untitled,
      description: draft.description.trim(),
      language: /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$/.test(language) ? language : null,
      tags: tagsIn(draft.tags),
      questions,
    },
    held,
  }
}

/** Whether the stored quiz says the same as the fields, apart from ids and the order of keys. */
export function saysTheSame(quiz: Quiz | null, fields: WireFields): boolean {
  return quiz !== null && canonical(quiz) === canonical(fields)
}

function canonical(fields: WireFields): string {
  const { title, description, language, tags, questions } = fields
  const media = (one: { url: string; alt: string } | null | undefined) => (one ? [one.url, one.alt] : null)
  const shown = questions.map((one) => [
    ...[one.id, one.type, one.text, media(one.media), one.time_limit_s, one.points, one.accepted, one.explanation ?? null, one.topic ?? null],
    one.options.map((option) => [option.id, option.text, media(option.media), option.correct]),
    one.number && [one.number.answer, one.number.tolerance, one.number.scoring, one.number.min ?? null, one.number.max ?? null, one.number.step ?? null, one.number.unit ?? null],
  ])
  return JSON.stringify([title, description, language ?? null, tags, shown])
}

/** A refusal's messages by question id, each by field; `''` holds those of the quiz itself. */
export function refusedFields(errors: readonly FieldProblem[], sent: WireFields): Record<string, Problems> {
  const found: Record<string, Record<string, string>> = {}
  for (const { field, message } of errors) {
    const [, index, rest] = /(?:^|\.)questions\.(\d+)(?:\.(.+))?$/.exec(field) ?? []
    const question = index === undefined ? undefined : sent.questions[Number(index)]
    const of = (found[question?.id ?? ''] ??= {})
    const [, place] = /^options\.(\d+)/.exec(rest ?? '') ?? []
    const option = place === undefined ? undefined : question?.options[Number(place)]
    of[option?.id ? `options.${option.id}` : question ? (rest ?? 'text') : field.replace(/^(body|fields)\./, '')] ??= message
  }
  return found
}
