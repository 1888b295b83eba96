import { useEffect, useState } from 'react'
import { call } from '@/api/client'
import { messageOf } from '@/api/problem'
import { navigate } from '@/router'
import { randomId } from '@/storage'
import type { DraftItem, Generating, Quiz, QuizDraft } from '@/teacher/api'
import type { Desk, DeskView } from '@/teacher/draft/desk'
import { Bar } from '@/teacher/draft/Bar'
import { say } from '@/teacher/draft/draft.en'
import { Finish } from '@/teacher/draft/Finish'
import { ItemCard } from '@/teacher/draft/ItemCard'
import { countsOf, nextOpen } from '@/teacher/draft/review'
import { Strip } from '@/teacher/draft/Strip'
import { useAnother } from '@/teacher/draft/useDesk'
import { useReviewKeys } from '@/teacher/draft/useReviewKeys'
import { announce } from '@/ui/announce'
import { Notice } from '@/ui/Notice'

/** A decision that can be taken back, in words. */
interface Done {
  id: string
  said: string
}

/** Each proposed question beside its source, decided with one key. */
export function Review({ desk, view, draft }: { desk: Desk; view: DeskView; draft: QuizDraft }) {
  const { items } = draft
  const [at, setAt] = useState(() => Math.max(0, nextOpen(items, -1)))
  const [editing, setEditing] = useState(false)
  const [finishing, setFinishing] = useState<'kept' | 'rest' | null>(null)
  const [notes, setNotes] = useState<Readonly<Record<string, string>>>({})
  const [done, setDone] = useState<readonly Done[]>([])
  const last = done.at(-1) ?? null
  const place = Math.min(at, items.length - 1)
  const item = items[place]
  const counts = countsOf(items)
  const note = (id: string, text: string) => setNotes((before) => ({ ...before, [id]: text }))

  const go = (to: number) => {
    if (to < 0 || to >= items.length) return
    setEditing(false)
    setAt(to)
  }
  const takeBack = (id: string) => {
    setDone((before) => before.filter((one) => one.id !== id))
    go(items.findIndex((one) => one.id === id))
    void desk.decide({ itemId: id, state: 'proposed' })
  }
  const decide = (one: DraftItem, state: 'kept' | 'dropped') => {
    if (one.job_id) return
    void desk.decide({ itemId: one.id, state })
    const said = state === 'kept' ? say.didKeep(place + 1) : say.didDrop(place + 1)
    setDone((before) => [...before.filter(({ id }) => id !== one.id), { id: one.id, said }])
    const next = nextOpen(items, place)
    announce(`${said} ${next === place ? '' : `${say.of(next + 1, items.length)}: ${items[next]?.question.text ?? ''}`}`)
    go(next)
  }
  const another = async (one: DraftItem) => {
    if (one.job_id || one.state !== 'proposed') return
    note(one.id, '')
    try {
      await desk.flush()
      await call<Generating>('POST', `/api/drafts/${draft.id}/items/${one.id}/regenerate`, { body: {}, idempotencyKey: randomId() })
    } catch (error) {
      note(one.id, messageOf(error))
    }
    await desk.load()
  }
  const accept = async (title: string, rest: boolean) => {
    await desk.flush()
    const quiz = await call<Quiz>('POST', `/api/drafts/${draft.id}/accept`, { body: { rest, ...(title.trim() && { title: title.trim() }) }, idempotencyKey: randomId() })
    navigate(`/quizzes/${quiz.id}`)
  }
  useReviewKeys(editing || finishing !== null, {
    k: () => item && decide(item, 'kept'),
    d: () => item && decide(item, 'dropped'),
    e: () => setEditing(item?.job_id == null),
    r: () => item && void another(item),
    u: () => {
      if (item && item.state !== 'proposed') takeBack(item.id)
      else if (last) takeBack(last.id)
    },
    a: () => counts.open > 0 && setFinishing('rest'),
    ArrowLeft: () => go(place - 1),
    ArrowRight: () => go(place + 1),
  })
  return (
    <div className="review">
      {items.map((one, index) => one.job_id && <Another key={one.job_id} jobId={one.job_id} number={index + 1} load={desk.load} onFailed={(message) => note(one.id, message || say.noOther)} />)}
      <Strip items={items} remarks={draft.remarks} at={place} onGo={go} onFinish={setFinishing} />
      {view.notice && <Notice kind="warning">{view.notice}</Notice>}
      {view.stuck && (
        <Notice kind="negative">
          {view.stuck}{' '}
          <button type="button" className="link" onClick={() => void desk.settled()}>
            {say.again}
          </button>
        </Notice>
      )}
      {item && (
        <>
          <ItemCard
            key={`${item.id} ${item.question.id ?? ''}`}
            item={item}
            number={place + 1}
            of={items.length}
            text={draft.wish.text ?? null}
            engine={draft.engine ?? null}
            note={notes[item.id] ?? null}
            editing={editing}
            onEdited={(question) => desk.decide({ itemId: item.id, state: 'kept', question })}
            onEditEnd={() => setEditing(false)}
          />
          {!editing && (
            <Bar
              item={item}
              isFirst={place === 0}
              isLast={place === items.length - 1}
              last={last?.said ?? null}
              onKeep={() => decide(item, 'kept')}
              onDrop={() => decide(item, 'dropped')}
              onEdit={() => setEditing(true)}
              onAnother={() => void another(item)}
              onTakeBack={() => takeBack(item.id)}
              onUndo={() => last && takeBack(last.id)}
              onStep={(by) => go(place + by)}
            />
          )}
        </>
      )}
      {finishing && <Finish title={draft.title} counts={counts} rest={finishing === 'rest'} onAccept={(title) => accept(title, finishing === 'rest')} onClose={() => setFinishing(null)} />}
    </div>
  )
}

/** Waits for another question, and says when it has come. */
function Another({ jobId, number, load, onFailed }: { jobId: string; number: number; load: () => Promise<void>; onFailed: (message: string) => void }) {
  useAnother(jobId, load, onFailed)
  useEffect(() => () => announce(say.arrived(number)), [number])
  return null
}
