import { call } from '@/api/client'
import { randomId } from '@/storage'
import type { Quiz, QuizSummary } from '@/teacher/api'

/** Deletes a quiz; `restoreQuiz` takes it back for 30 days. */
export async function deleteQuiz(id: string): Promise<void> {
  await call('DELETE', `/api/quizzes/${id}`)
}

export async function restoreQuiz(id: string): Promise<Quiz> {
  return call('POST', `/api/quizzes/${id}/restore`, { idempotencyKey: randomId() })
}

export async function duplicateQuiz(id: string): Promise<Quiz> {
  return call('POST', `/api/quizzes/${id}/duplicate`, { idempotencyKey: randomId() })
}

/** Saves a quiz as a file that can be imported again. */
export async function downloadQuiz(id: string): Promise<void> {
  const quiz = await call<Quiz>('GET', `/api/quizzes/${id}`)
  saveAs(`${fileNameOf(quiz.title)}.json`, JSON.stringify(quiz, null, 2), 'application/json')
}

/** `title` as a file's name, without what file systems refuse. */
export function fileNameOf(title: string): string {
  return title.replace(/[\p{Cc}\\/:*?"<>|.]+/gu, ' ').replace(/\s+/g, ' ').trim().slice(0, 80) || 'quiz'
}

/** Hands a file made here to the browser's downloads. */
export function saveAs(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** A quiz as lists show it. */
export function summaryOf(quiz: Quiz): QuizSummary {
  return { ...quiz, language: quiz.language ?? null, question_count: quiz.questions.length, played_at: null }
}
