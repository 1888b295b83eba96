import { useState } from 'react'
import { useTitle, type Params } from '@/router'
import type { Quiz } from '@/teacher/api'
import { Editor } from '@/teacher/editor/Editor'
import { editorWords } from '@/teacher/editor/editor.en'
import { Failed } from '@/teacher/parts/List'
import { useFetched } from '@/teacher/useFetched'
import { Loading } from '@/ui/Loading'
import { NotFound } from '@/ui/NotFound'
import { words } from '@/words'

/** A quiz being written: a new one, or the stored one at this address. */
export default function EditorPage({ params }: { params: Params }) {
  // A new quiz gets its address while it is written; this page had none when it began, and so never fetches.
  const [first] = useState(params.quizId)
  return first === undefined ? <Editor quiz={null} /> : <Stored quizId={first} />
}

function Stored({ quizId }: { quizId: string }) {
  useTitle(`${editorWords.list} · ${words.product}`)
  const { value, problem, reload } = useFetched<Quiz>(`/api/quizzes/${quizId}`)
  if (value) return <Editor quiz={value} />
  if (problem?.status === 404) return <NotFound />
  return problem ? <Failed message={problem.message} onAgain={reload} /> : <Loading />
}
