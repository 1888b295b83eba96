import { beforeEach, expect, test, vi } from 'vitest'
import { Problem } from '@/api/problem'
import type { Quiz } from '@/teacher/api'
import { copyOf, draftOf, edited, marked, moved, NEW_DRAFT, newQuestion, numberIn, optionsOf, wireQuestion, withType, type Draft, type DraftQuestion, type WireFields } from '@/teacher/editor/draft'
import { dropDraft, keepDraft, keptDraft } from '@/teacher/editor/kept'
import { problemsOf, unfinished } from '@/teacher/editor/problems'
import { Saver, type QuizStore } from '@/teacher/editor/saver'
import { refusedFields, saysTheSame, storable } from '@/teacher/editor/storable'
import { beginning } from '@/teacher/editor/useEditor'

function choice(text: string, answers = ['Yes', 'No']): DraftQuestion {
  const question = newQuestion('single_choice')
  return { ...question, text, options: question.options.slice(0, answers.length).map((option, index) => ({ ...option, text: answers[index] ?? '', correct: index === 0 })) }
}

function draft(...questions: DraftQuestion[]): Draft {
  return { ...NEW_DRAFT, title: 'Weather', questions }
}

function quizOf(fields: WireFields, id = 'q1', version = 1): Quiz {
  return { ...fields, id, version, created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z' }
}

const storedOf = (value: Draft, version = 1) => quizOf(storable(value, null).fields, 'q1', version)

beforeEach(() => {
  vi.useRealTimers()
})

test('a stored quiz comes through the editor unchanged, every type of it', () => {
  const option = (id: string, text: string, correct = false) => ({ id, text, correct, media: null })
  const common = { time_limit_s: 30, points: 500, explanation: 'So it is.', topic: 'Sky', media: null, options: [], accepted: [], number: null }
  const quiz = quizOf({
    title: 'All of it',
    description: 'Long',
    language: 'pt-BR',
    tags: ['a', 'b c'],
    questions: [
      { ...common, id: 'a', type: 'single_choice', text: 'One', media: { url: '/api/files/f1', alt: 'A cloud' }, options: [option('1', 'x', true), option('2', 'y')] },
      { ...common, id: 'b', type: 'true_false', text: 'Two', options: [option('3', 'Đúng'), option('4', 'Sai', true)] },
      { ...common, id: 'c', type: 'typed', text: 'Three', accepted: ['Hà Nội', 'Hanoi'] },
      { ...common, id: 'd', type: 'number', text: 'Four', number: { answer: -1.5, tolerance: 0.25, scoring: 'proximity', min: -10, max: 10, step: 0.5, unit: '°C' } },
      { ...common, id: 'e', type: 'order', text: 'Five', options: [option('5', 'low'), option('6', 'high')] },
      { ...common, id: 'f', type: 'slide', text: 'Six' },
    ],
  })
  const { fields, held } = storable(draftOf(quiz), quiz)
  expect(held).toEqual([])
  expect(saysTheSame(quiz, fields)).toBe(true)
})

test('editing: add, change, move, delete and take the deletion back', () => {
  const [a, b] = [choice('A?'), choice('B?')]
  let now = edited(edited(NEW_DRAFT, { kind: 'insert', question: a, at: 0 }), { kind: 'insert', question: b, at: 1 })
  now = edited(now, { kind: 'move', id: b.id, by: -1 })
  expect(now.questions.map((one) => one.text)).toEqual(['B?', 'A?'])
  expect(edited(now, { kind: 'move', id: b.id, by: -1 })).toEqual(now)
  now = edited(now, { kind: 'question', id: a.id, change: { text: 'C?' } })
  const less = edited(now, { kind: 'remove', id: b.id })
  expect(less.questions.map((one) => one.text)).toEqual(['C?'])
  expect(edited(less, { kind: 'insert', question: b, at: 0 })).toEqual(now)
  expect(edited(now, { kind: 'insert', question: b, at: 0 })).toEqual(now)
})

test('another type and back loses nothing; a single choice keeps one right answer', () => {
  let question: DraftQuestion = { ...choice('A?', ['1', '2', '3']), type: 'multiple_choice' }
  question = { ...question, options: question.options.map((option) => ({ ...option, correct: true })) }
  question = { ...question, ...withType(question, 'typed'), accepted: 'one' }
  expect(wireQuestion(question).options).toEqual([])
  question = { ...question, ...withType(question, 'single_choice') }
  expect(question.options.map((option) => [option.text, option.correct])).toEqual([['1', true], ['2', false], ['3', false]])
  expect(question.accepted).toBe('one')
  expect(wireQuestion(question).accepted).toEqual([])
})

test('marking right answers: one, or several', () => {
  const { options } = choice('A?', ['1', '2'])
  const second = options[1]!.id
  expect(marked(options, second, false).map((one) => one.correct)).toEqual([false, true])
  expect(marked(options, second, true).map((one) => one.correct)).toEqual([true, true])
  expect(marked(options, options[0]!.id, true).map((one) => one.correct)).toEqual([false, false])
  expect(moved(options, second, -1)[0]!.id).toBe(second)
})

test('a copy shares no id with its original', () => {
  const question = choice('A?')
  const ids = (one: DraftQuestion) => [one.id, ...one.options.map((option) => option.id), ...one.pair.map((option) => option.id)]
  expect(new Set([...ids(question), ...ids(copyOf(question))]).size).toBe(2 * ids(question).length)
})

test('numbers are read as people type them', () => {
  expect([' 1 440', '3,5', '-2', '−2', '.5', '1e3'].map(numberIn)).toEqual([1440, 3.5, -2, -2, 0.5, 1000])
  expect(['', 'x', '1,2,3', '--1', 'Infinity'].map(numberIn)).toEqual([null, null, null, null, null])
})

test('what a question lacks is said at its field', () => {
  const blank = newQuestion('single_choice')
  expect(Object.keys(problemsOf(blank)).sort()).toEqual(['options', ...blank.options.slice(0, 2).map((one) => `options.${one.id}`), 'text'].sort())
  expect(problemsOf(choice('A?'))).toEqual({})
  expect(problemsOf({ ...choice('A?'), time_limit_s: '0', points: '1.5' })).toHaveProperty('time_limit_s')
  const same = choice('A?', ['x', 'x'])
  expect(Object.keys(problemsOf(same))).toEqual([`options.${same.options[1]!.id}`])
  const number = { ...newQuestion('number'), text: 'N?' }
  expect(Object.keys(problemsOf(number))).toEqual(['number.answer'])
  expect(problemsOf({ ...number, number: { ...number.number, answer: '5', min: '10', max: '1' } })).toHaveProperty(['number.max'])
  expect(problemsOf({ ...number, number: { ...number.number, answer: '5', min: '6' } })).toHaveProperty(['number.answer'])
  expect(problemsOf({ ...newQuestion('slide'), text: 'Hello' })).toEqual({})
})

test('empty places for answers are not sent', () => {
  const question = choice('A?', ['1', '2', '3'])
  const gap = { ...question, options: question.options.map((option, index) => (index === 1 ? { ...option, text: '  ' } : option)) }
  expect(optionsOf(gap).map((option) => option.text)).toEqual(['1', '3'])
})

test('an unfinished question stays on the server as it last was; a new one waits here', () => {
  const [a, b] = [choice('A?'), choice('B?')]
  const stored = storedOf(draft(a))
  const now = draft({ ...a, text: '' }, { ...b, text: ' ' }, choice('C?'))
  const { fields, held } = storable(now, stored)
  expect(fields.questions.map((one) => one.text)).toEqual(['A?', 'C?'])
  expect(held).toEqual([a.id, b.id])
  expect(unfinished(now).map((one) => one.number)).toEqual([1, 2])
})

test('a refusal finds its question and option', () => {
  const [a, b] = [choice('A?'), choice('B?')]
  const { fields } = storable(draft(a, b), null)
  const found = refusedFields([{ field: 'questions.1.options.0.text', message: 'No.' }, { field: 'body.questions.0.points', message: 'Less.' }, { field: 'title', message: 'Shorter.' }], fields)
  expect(found).toEqual({ [b.id]: { [`options.${b.options[0]!.id}`]: 'No.' }, [a.id]: { points: 'Less.' }, '': { title: 'Shorter.' } })
})

/** A server that holds one quiz, and can be told to fail. */
function fakeServer(initial: Quiz | null = null) {
  const log: string[] = []
  const state = { quiz: initial, fail: [] as (Problem | 'lost')[] }
  const keys = new Map<string, Quiz>()
  const write = (work: () => Quiz) => {
    const wrong = state.fail.shift()
    if (wrong instanceof Problem) return Promise.reject(wrong)
    const done = work()
    return wrong === 'lost' ? Promise.reject(new Problem(0, 'offline', 'No answer.')) : Promise.resolve(done)
  }
  const store: QuizStore = {
    create: (fields, key) => {
      log.push('create')
      return write(() => {
        const made = keys.get(key) ?? quizOf(fields)
        keys.set(key, made)
        state.quiz = made
        return made
      })
    },
    replace: (id, version, fields) => {
      log.push(`replace ${version}`)
      if (state.quiz?.version !== version) return Promise.reject(new Problem(409, 'stale_version', 'Changed.'))
      return write(() => (state.quiz = quizOf(fields, id, version + 1)))
    },
    read: () => (state.quiz ? Promise.resolve(state.quiz) : Promise.reject(new Problem(404, 'quiz_not_found', 'Gone.'))),
  }
  return { store, state, log, keys }
}

test('typing is stored once after a pause, the latest text last', async () => {
  vi.useFakeTimers()
  const { store, state, log } = fakeServer()
  const saver = new Saver(store, null)
  saver.change(draft())
  saver.change(draft(choice('A?')))
  expect(log).toEqual([])
  await vi.advanceTimersByTimeAsync(1000)
  expect(log).toEqual(['create'])
  expect(saver.snapshot.status.at).toBe('saved')
  saver.change(draft(choice('B?')))
  await vi.advanceTimersByTimeAsync(1000)
  expect(log).toEqual(['create', 'replace 1'])
  expect(state.quiz?.questions[0]?.text).toBe('B?')
})

test('an empty page makes no quiz', async () => {
  const { store, log } = fakeServer()
  const saver = new Saver(store, null)
  saver.change({ ...NEW_DRAFT, questions: [newQuestion('typed')] })
  await saver.flush()
  expect(log).toEqual([])
  expect(saver.snapshot.held).toHaveLength(1)
})

test('a creation whose answer was lost makes one quiz, and what was typed meanwhile follows', async () => {
  vi.useFakeTimers()
  const { store, state, log, keys } = fakeServer()
  state.fail = ['lost']
  const saver = new Saver(store, null)
  saver.change(draft(choice('A?')))
  await saver.flush()
  expect(saver.snapshot.status.at).toBe('retrying')
  saver.change(draft(choice('B?')))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(log).toEqual(['create', 'create', 'replace 1'])
  expect(keys.size).toBe(1)
  expect(state.quiz?.questions[0]?.text).toBe('B?')
})

test('a write whose answer was lost is no conflict', async () => {
  vi.useFakeTimers()
  const { store, state } = fakeServer(storedOf(draft()))
  const saver = new Saver(store, state.quiz)
  state.fail = ['lost']
  saver.change(draft(choice('A?')))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(saver.snapshot.status.at).toBe('saved')
  expect(saver.snapshot.stored?.version).toBe(2)
})

test('a quiz changed elsewhere is not written over, and going on needs a choice', async () => {
  const mine = draft(choice('A?'))
  const { store, state, log } = fakeServer(storedOf(draft()))
  const saver = new Saver(store, state.quiz)
  state.quiz = storedOf(draft(choice('Theirs?')), 2)
  saver.change(mine)
  await saver.flush()
  expect(saver.snapshot.status).toEqual({ at: 'conflict', theirs: state.quiz })
  saver.change(draft(choice('More?')))
  await saver.flush()
  expect(log).toEqual(['replace 1'])
  expect(state.quiz.questions[0]?.text).toBe('Theirs?')
  saver.change(draftOf(state.quiz))
  saver.adopt(state.quiz)
  expect(saver.snapshot.status.at).toBe('saved')
})

test('a quiz deleted elsewhere is told apart from no answer', async () => {
  const { store, state } = fakeServer(storedOf(draft()))
  const saver = new Saver(store, state.quiz)
  state.quiz = null
  saver.change(draft(choice('A?')))
  await saver.flush()
  expect(saver.snapshot.status).toEqual({ at: 'conflict', theirs: null })
})

test('a refusal waits for the next change', async () => {
  const { store, state } = fakeServer(storedOf(draft()))
  const question = choice('A?')
  state.fail = [new Problem(422, 'invalid', 'One thing.', [{ field: 'questions.0.text', message: 'No.' }])]
  const saver = new Saver(store, state.quiz)
  saver.change(draft(question))
  await saver.flush()
  expect(saver.snapshot.status).toEqual({ at: 'refused', message: 'One thing.', problems: { [question.id]: { text: 'No.' } } })
  saver.change(draft({ ...question, text: 'B?' }))
  await saver.flush()
  expect(saver.snapshot.status.at).toBe('saved')
})

test('what was not stored begins again after a reload, and meets a newer version as a conflict', () => {
  const { store } = fakeServer()
  const stored = storedOf(draft(choice('A?')))
  const mine = { ...draftOf(stored), title: 'Storms' }
  keepDraft('q1', { version: 1, draft: mine })
  expect(beginning(stored, store)).toMatchObject({ draft: mine, restored: true })
  const newer = { ...stored, version: 2 }
  const met = beginning(newer, store)
  expect(met.draft).toEqual(mine)
  expect(met.saver.snapshot.status).toEqual({ at: 'conflict', theirs: newer })
  dropDraft('q1')
  expect(beginning(stored, store)).toMatchObject({ restored: false, draft: { title: 'Weather' } })
})

test('a kept draft of another shape is not used', () => {
  localStorage.setItem('edtech.draft.q1', JSON.stringify({ version: 1, draft: { title: 'x', questions: [{ id: 1 }] } }))
  expect(keptDraft('q1')).toBeNull()
  localStorage.setItem('edtech.draft.q1', '{')
  expect(keptDraft('q1')).toBeNull()
})
