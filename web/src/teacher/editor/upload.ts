import { call } from '@/api/client'
import { randomId } from '@/storage'
import type { StoredFile } from '@/teacher/api'

export const PICTURES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']

/** Stores a picture for one's quizzes; its address. Throws `Problem` with words for what is wrong with it. */
export async function uploadPicture(file: File, signal?: AbortSignal): Promise<string> {
  const body = new FormData()
  body.append('file', file)
  const stored = await call<StoredFile>('POST', '/api/files', { body, query: { purpose: 'quiz_media' }, idempotencyKey: randomId(), ...(signal && { signal }) })
  return stored.url
}
