import { useEffect, useState } from 'react'
import { kept, readJson } from '@/storage'
import { EMPTY, formIn, type Form } from '@/teacher/generate/wish'

const SAVE_AFTER_MS = 400

const keyOf = (userId: string) => `generate.${userId}`

/** Puts this form before whoever comes to the page next. */
export function keepForm(userId: string, form: Form): void {
  kept.write(keyOf(userId), JSON.stringify(form))
}

/** What was typed, kept in this browser over reloads until the quiz is asked for. */
export function useForm(userId: string): { form: Form; set: (change: Partial<Form>) => void; forget: () => void } {
  const key = keyOf(userId)
  const [form, setForm] = useState<Form>(() => formIn(readJson(kept, key)) ?? EMPTY)
  useEffect(() => {
    const timer = setTimeout(() => {
      if (form === EMPTY) kept.drop(key)
      else kept.write(key, JSON.stringify(form))
    }, SAVE_AFTER_MS)
    return () => clearTimeout(timer)
  }, [form, key])
  return { form, set: (change) => setForm((before) => ({ ...before, ...change })), forget: () => kept.drop(key) }
}
