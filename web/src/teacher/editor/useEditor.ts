import { useCallback, useEffect, useReducer, useState, useSyncExternalStore } from 'react'
import { call } from '@/api/client'
import { navigate } from '@/router'
import { randomId } from '@/storage'
import type { Quiz } from '@/teacher/api'
import { copyOf, draftOf, edited, NEW_DRAFT, type Draft, type Edit } from '@/teacher/editor/draft'
import { editorWords } from '@/teacher/editor/editor.en'
import { dropDraft, keepDraft, keptDraft } from '@/teacher/editor/kept'
import { Saver, type QuizStore, type Saved } from '@/teacher/editor/saver'
import { saysTheSame, storable } from '@/teacher/editor/storable'
import { madeInEditor } from '@/teacher/editorKeys'

const server: QuizStore = {
  create: (fields, key) => call('POST', '/api/quizzes', { body: fields, idempotencyKey: key }),
  replace: (id, version, fields) => call('PUT', `/api/quizzes/${id}`, { body: { ...fields, version } }),
  read: (id) => call('GET', `/api/quizzes/${id}`),
}

export interface Beginning {
  draft: Draft
  saver: Saver
  /** The draft is from this browser and not stored. */
  restored: boolean
}

/** Where editing begins: with the stored quiz, or with what this browser still holds of it. */
export function beginning(quiz: Quiz | null, store: QuizStore = server): Beginning {
  const mine = keptDraft(quiz?.id)
  if (!quiz) return { draft: mine?.draft ?? NEW_DRAFT, saver: new Saver(store, null), restored: mine !== null }
  const { fields, held } = mine ? storable(mine.draft, quiz) : { fields: null, held: [] }
  if (!mine || (fields && held.length === 0 && saysTheSame(quiz, fields))) return { draft: draftOf(quiz), saver: new Saver(store, quiz), restored: false }
  const saver = mine.version === quiz.version ? new Saver(store, quiz) : new Saver(store, { ...quiz, version: mine.version }, quiz)
  return { draft: mine.draft, saver, restored: true }
}

export interface Editing {
  draft: Draft
  edit: (edit: Edit) => void
  saved: Saved
  restored: boolean
  flush: () => Promise<void>
  /** After a conflict: go on with what the server has. */
  takeTheirs: (theirs: Quiz) => void
  /** After a conflict: mine becomes a quiz of its own, and is gone on with. Throws `Problem`. */
  keepMine: () => Promise<void>
  letGo: () => void
}

/** A quiz being written: the draft, and its way to the server and into this browser. */
export function useEditor(quiz: Quiz | null): Editing {
  const [begun] = useState(() => beginning(quiz))
  const { saver } = begun
  const [draft, edit] = useReducer(edited, begun.draft)
  const [copyKey] = useState(randomId)
  const saved = useSyncExternalStore(
    useCallback((tell) => saver.subscribe(tell), [saver]),
    () => saver.snapshot,
  )
  const id = saved.stored?.id
  const version = saved.stored?.version ?? 0

  useEffect(() => {
    if (draft !== begun.draft || begun.restored) saver.change(draft)
  }, [saver, draft, begun])
  useEffect(() => () => saver.close(), [saver])

  useEffect(() => {
    // The first storing gives the quiz its address; the page stays as it is.
    if (quiz !== null || id === undefined) return
    dropDraft(undefined)
    madeInEditor(id)
    if (location.pathname === '/quizzes/new') navigate(`/quizzes/${id}${location.search}`, { replace: true })
  }, [quiz, id])

  const safe = saved.status.at === 'saved' && saved.held.length === 0
  useEffect(() => {
    if (safe && (id !== undefined || draft === NEW_DRAFT)) dropDraft(id)
    else keepDraft(id, { version, draft })
  }, [safe, id, version, draft])

  return {
    draft,
    edit,
    saved,
    restored: begun.restored && draft === begun.draft,
    flush: () => saver.flush(),
    takeTheirs: (theirs) => {
      const fresh = draftOf(theirs)
      edit({ kind: 'all', draft: fresh })
      saver.change(fresh)
      saver.adopt(theirs)
    },
    keepMine: async () => {
      const mine: Draft = { ...draft, title: editorWords.conflict.copyTitle(draft.title || editorWords.untitled), questions: draft.questions.map(copyOf) }
      const { fields, held } = storable(mine, null)
      const made = await server.create(fields, copyKey)
      if (held.length) keepDraft(made.id, { version: made.version, draft: mine })
      dropDraft(id)
      navigate(`/quizzes/${made.id}`)
    },
    letGo: () => {
      dropDraft(id)
      navigate('/quizzes')
    },
  }
}
