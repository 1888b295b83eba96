import { useRef, useState, type KeyboardEvent } from 'react'
import { messageOf } from '@/api/problem'
import { Link, navigate, useSearch, useTitle } from '@/router'
import type { Quiz } from '@/teacher/api'
import { Conflict } from '@/teacher/editor/Conflict'
import { copyOf, MOST_QUESTIONS, newQuestion, type DraftQuestion, type QuestionType } from '@/teacher/editor/draft'
import { editorWords } from '@/teacher/editor/editor.en'
import { problemsOf, unfinished, type Problems } from '@/teacher/editor/problems'
import { QuestionEdit } from '@/teacher/editor/QuestionEdit'
import { QuestionList } from '@/teacher/editor/QuestionList'
import { AboutQuiz, QuestionSettings } from '@/teacher/editor/SettingsPane'
import { StatusLine } from '@/teacher/editor/StatusLine'
import { TypePicker } from '@/teacher/editor/TypePicker'
import { useEditor } from '@/teacher/editor/useEditor'
import { More } from '@/teacher/parts/More'
import { offerUndo, tell } from '@/teacher/parts/snack'
import { deleteQuiz, downloadQuiz, duplicateQuiz, restoreQuiz } from '@/teacher/quizActions'
import { StartDialog } from '@/teacher/start/StartDialog'
import { useStart } from '@/teacher/start/useStart'
import { say } from '@/teacher/teacher.en'
import { announce } from '@/ui/announce'
import { Button } from '@/ui/Button'
import { Icon } from '@/ui/Icon'
import { Notice } from '@/ui/Notice'
import { words } from '@/words'
import '@/teacher/editor/editor.css'

const NONE: Problems = {}

/** The list at the left, the question in the middle as players see it, its settings at the right. */
export function Editor({ quiz }: { quiz: Quiz | null }) {
  const editing = useEditor(quiz)
  const { draft, edit, saved } = editing
  const name = draft.title.trim() || editorWords.untitled
  useTitle(`${name} · ${words.product}`)
  const [at, setAt] = useQuestionAt(draft.questions.length)
  const [asking, setAsking] = useState(false)
  const [picking, setPicking] = useState(false)
  const starting = useStart()
  const middle = useRef<HTMLElement>(null)
  const question = draft.questions[at]
  const todo = unfinished(draft)
  const playable = draft.questions.length - todo.length
  const refused = saved.status.at === 'refused' ? saved.status.problems : {}
  // A message about an empty new question would nag: it comes once something else was touched.
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set(draft.questions.map((one) => one.id)))
  const touch = (id: string) => setTouched((before) => (before.has(id) ? before : new Set([...before, id])))

  const show = (place: number) => {
    if (question) touch(question.id)
    setPicking(false)
    setAt(place)
  }
  const add = (type: QuestionType) => {
    const place = question ? at + 1 : draft.questions.length
    edit({ kind: 'insert', question: newQuestion(type), at: place })
    show(place)
    requestAnimationFrame(() => middle.current?.querySelector('textarea')?.focus())
  }
  const remove = (one: DraftQuestion) => {
    const place = draft.questions.indexOf(one)
    edit({ kind: 'remove', id: one.id })
    setAt(Math.max(0, place - (place === draft.questions.length - 1 ? 1 : 0)))
    offerUndo(editorWords.removed(place + 1), () => {
      edit({ kind: 'insert', question: one, at: place })
      setAt(place)
    })
  }
  const copy = (one: DraftQuestion) => {
    const place = draft.questions.indexOf(one) + 1
    edit({ kind: 'insert', question: copyOf(one), at: place })
    touch(one.id)
    setAt(place)
  }
  const move = (one: DraftQuestion, by: -1 | 1) => {
    const place = draft.questions.indexOf(one) + by
    if (place < 0 || place >= draft.questions.length) return
    edit({ kind: 'move', id: one.id, by })
    setAt(place)
    announce(editorWords.moved(place + 1, draft.questions.length))
  }
  const keys = (event: KeyboardEvent) => {
    if (!question || !event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return
    event.preventDefault()
    move(question, event.key === 'ArrowUp' ? -1 : 1)
  }
  const stored = saved.stored
  /** Stores what was typed last, then does it. */
  const settled = async (work: (stored: Quiz) => Promise<void> | void) => {
    await editing.flush()
    try {
      if (stored) await work(stored)
    } catch (error) {
      tell(messageOf(error))
    }
  }
  const choices = stored
    ? [
        { icon: 'play' as const, label: say.quizzes.startWith, run: () => void settled(() => setAsking(true)) },
        { icon: 'copy' as const, label: say.quizzes.duplicate, run: () => void settled(async (one) => navigate(`/quizzes/${(await duplicateQuiz(one.id)).id}`)) },
        { icon: 'download' as const, label: say.quizzes.download, run: () => void settled((one) => downloadQuiz(one.id)) },
        {
          icon: 'trash' as const,
          label: say.quizzes.delete,
          danger: true,
          run: () =>
            void settled(async (one) => {
              await deleteQuiz(one.id)
              navigate('/quizzes')
              offerUndo(editorWords.deleted(one.title), async () => {
                await restoreQuiz(one.id).catch((error: unknown) => tell(messageOf(error)))
                navigate(`/quizzes/${one.id}`)
              })
            }),
        },
      ]
    : []
  const problemsFor = (one: DraftQuestion) => {
    const found = { ...refused[one.id], ...problemsOf(one) }
    return touched.has(one.id) ? found : NONE
  }
  return (
    <div className="editor">
      <header className="editor__head">
        <Link to="/quizzes" className="back">
          <Icon name="left" /> {editorWords.back}
        </Link>
        <h1 className="visually-hidden">{name}</h1>
        <div className="editor__line">
          {/* eslint-disable-next-line jsx-a11y/no-autofocus -- a new page with one thing to begin with */}
          <input className="editor__title" aria-label={editorWords.title} placeholder={editorWords.titleHint} maxLength={200} autoFocus={quiz === null && draft.title === ''} value={draft.title} onChange={(event) => edit({ kind: 'quiz', change: { title: event.target.value } })} />
          <div className="row__actions">
            <Button icon="play" busy={starting.starting !== null} disabled={playable === 0 || !stored} title={playable === 0 ? editorWords.startNone : undefined} onClick={() => void settled((one) => starting.start(one.id))}>
              {say.quizzes.start}
            </Button>
            {choices.length > 0 && <More name={editorWords.more} choices={choices} />}
          </div>
        </div>
        <StatusLine saved={saved} todo={todo} restored={editing.restored} onShow={(id) => show(draft.questions.findIndex((one) => one.id === id))} />
        {starting.problem && <Notice kind="negative">{starting.problem}</Notice>}
        {refused['']?.title && <Notice kind="negative">{refused[''].title}</Notice>}
      </header>
      <QuestionList
        questions={draft.questions}
        at={picking ? -1 : at}
        isTodo={(one) => touched.has(one.id) && Object.keys(problemsFor(one)).length > 0}
        onShow={show}
        onKeys={keys}
        onAdd={draft.questions.length < MOST_QUESTIONS ? () => setPicking(true) : null}
        adding={picking || !question}
      />
      <section className="editor__middle" ref={middle} aria-label={question && !picking ? editorWords.ofAll(at + 1, draft.questions.length) : editorWords.add}>
        {question && !picking ? (
          <QuestionEdit
            key={question.id}
            question={question}
            number={at + 1}
            of={draft.questions.length}
            problems={problemsFor(question)}
            onChange={(change) => edit({ kind: 'question', id: question.id, change })}
            onLeave={() => touch(question.id)}
            onMove={(by) => move(question, by)}
            onCopy={() => copy(question)}
            onRemove={() => remove(question)}
          />
        ) : (
          <TypePicker first={draft.questions.length === 0} onPick={add} onCancel={question ? () => setPicking(false) : null} />
        )}
      </section>
      <aside className="editor__side" aria-label={editorWords.settings}>
        {question && !picking && <QuestionSettings question={question} problems={problemsFor(question)} onChange={(change) => edit({ kind: 'question', id: question.id, change })} />}
        <AboutQuiz draft={draft} onChange={(change) => edit({ kind: 'quiz', change })} />
      </aside>
      {asking && stored && <StartDialog quiz={stored} onClose={() => setAsking(false)} />}
      {saved.status.at === 'conflict' && <Conflict theirs={saved.status.theirs} editing={editing} />}
    </div>
  )
}

/** Which question is shown, kept in the address: a reload brings the same place. */
function useQuestionAt(count: number): [number, (at: number) => void] {
  const asked = Number(useSearch().get('question')) || 1
  const at = Math.min(Math.max(1, asked), Math.max(1, count)) - 1
  return [at, (next) => navigate(`${location.pathname}?question=${next + 1}`, { replace: true })]
}
