import { expect, test } from 'vitest'
import { offline, Problem } from '@/api/problem'
import type { DraftItem, DraftQuestion, QuizDraft, QuizWish } from '@/teacher/api'
import { Desk } from '@/teacher/draft/desk'
import { say } from '@/teacher/draft/draft.en'
import { say as asked } from '@/teacher/generate/generate.en'
import { applied, around, changedElsewhere, countsOf, flowing, nextOpen, pieces, type Change } from '@/teacher/draft/review'
import { EMPTY, faultOf, formIn, formOf, problemsOf, refusedFields, wishOf, type Sent } from '@/teacher/generate/wish'
import { settle } from './fakes'

const AT = '2026-03-03T10:00:00Z'

function question(text: string, change: Partial<DraftQuestion> = {}): DraftQuestion {
  return { type: 'single_choice', text, time_limit_s: 20, points: 1000, options: [{ text: 'Chlorophyll', correct: true }, { text: 'Xylem', correct: false }], accepted: [], ...change }
}

function item(id: string, change: Partial<DraftItem> = {}): DraftItem {
  return { id, question: question(`${id}?`), engine: 'offline', demand: 'recall', state: 'proposed', edited: false, ...change }
}

function draft(items: DraftItem[], version = 1, change: Partial<QuizDraft> = {}): QuizDraft {
  return { id: 'd', job_id: 'j', title: 'T', status: 'ready', item_count: items.length, decided: 0, created_at: AT, updated_at: AT, wish: { count: 10, difficulty: 'medium', file_ids: [], document_ids: [], types: [] }, source_names: [], remarks: [], items, version, ...change }
}

/** A server that holds one draft, refuses stale versions, and may be away. */
class Shelf {
  away = false
  sent: [Change, number][] = []
  refuse: Problem | null = null
  constructor(public held: QuizDraft) {}
  get = () => (this.away ? Promise.reject(offline()) : Promise.resolve(this.held))
  change = (change: Change, version: number): Promise<QuizDraft> => {
    if (this.away) return Promise.reject(offline())
    this.sent.push([change, version])
    if (this.refuse) return Promise.reject(this.refuse)
    if (version !== this.held.version) return Promise.reject(new Problem(409, 'stale_version', 'Stale.'))
    this.held = { ...applied(this.held, [change]), version: version + 1 }
    return Promise.resolve(this.held)
  }
}

async function openDesk(shelf: Shelf) {
  const desk = new Desk(shelf)
  await desk.load()
  return desk
}

test('decisions are seen at once and go out one by one, each with the version that the one before made', async () => {
  const shelf = new Shelf(draft([item('a'), item('b'), item('c')]))
  const desk = await openDesk(shelf)
  const all = [desk.decide({ itemId: 'a', state: 'kept' }), desk.decide({ itemId: 'b', state: 'dropped' }), desk.decide({ itemId: 'c', state: 'kept' })]
  expect(desk.view().draft?.items.map((one) => one.state)).toEqual(['kept', 'dropped', 'kept'])
  expect(await Promise.all(all)).toEqual([null, null, null])
  expect(shelf.sent.map(([, version]) => version)).toEqual([1, 2, 3])
})

test('a draft that a job has changed meanwhile takes the decision all the same, without a word', async () => {
  const shelf = new Shelf(draft([item('a'), item('b', { job_id: 'j2' })]))
  const desk = await openDesk(shelf)
  shelf.held = draft([item('a'), item('b', { question: question('Another?') })], 5)
  expect(await desk.decide({ itemId: 'a', state: 'kept' })).toBeNull()
  expect(desk.view().notice).toBeNull()
  expect(desk.view().draft?.items.map((one) => [one.state, one.question.text])).toEqual([
    ['kept', 'a?'],
    ['proposed', 'Another?'],
  ])
})

test('what another window decided on other questions is shown and said; the decision here is kept', async () => {
  const shelf = new Shelf(draft([item('a'), item('b')]))
  const desk = await openDesk(shelf)
  shelf.held = draft([item('a'), item('b', { state: 'dropped' })], 2)
  expect(await desk.decide({ itemId: 'a', state: 'kept' })).toBeNull()
  expect(desk.view().notice).toBe(say.others)
  expect(desk.view().draft?.items.map((one) => one.state)).toEqual(['kept', 'dropped'])
})

test('a question that another window has changed is not decided on blindly', async () => {
  const shelf = new Shelf(draft([item('a'), item('b')]))
  const desk = await openDesk(shelf)
  shelf.held = draft([item('a', { question: question('Rewritten?'), edited: true }), item('b')], 2)
  expect((await desk.decide({ itemId: 'a', state: 'kept' }))?.code).toBe('stale_version')
  expect(desk.view().notice).toBe(say.stale)
  expect(desk.view().draft?.items[0]).toMatchObject({ state: 'proposed', question: { text: 'Rewritten?' } })
})

test('without a server the decisions wait, and go out when it is back', async () => {
  const shelf = new Shelf(draft([item('a'), item('b')]))
  const desk = await openDesk(shelf)
  shelf.away = true
  const both = Promise.all([desk.decide({ itemId: 'a', state: 'kept' }), desk.decide({ itemId: 'b', state: 'kept' })])
  await settle()
  expect(desk.view().stuck).toContain('Not saved yet')
  expect(desk.view().draft?.items.map((one) => one.state)).toEqual(['kept', 'kept'])
  shelf.away = false
  await desk.settled()
  expect(await both).toEqual([null, null])
  expect(desk.view().stuck).toBeNull()
  expect(shelf.held.items.map((one) => one.state)).toEqual(['kept', 'kept'])
})

test('a refused decision is taken back and told; the others go on', async () => {
  const shelf = new Shelf(draft([item('a'), item('b')]))
  const desk = await openDesk(shelf)
  shelf.refuse = new Problem(422, 'invalid', 'Mark an answer.')
  const refused = await desk.decide({ itemId: 'a', question: question('') })
  shelf.refuse = null
  expect(refused?.message).toBe('Mark an answer.')
  expect(desk.view()).toMatchObject({ notice: 'Mark an answer.' })
  expect(desk.view().draft?.items[0]?.edited).toBe(false)
  expect(await desk.decide({ itemId: 'b', state: 'kept' })).toBeNull()
})

test('what was read late does not undo what was stored since', async () => {
  const shelf = new Shelf(draft([item('a')]))
  const desk = await openDesk(shelf)
  const old = shelf.held
  await desk.decide({ itemId: 'a', state: 'kept' })
  shelf.held = old
  await desk.load()
  expect(desk.view().draft?.items[0]?.state).toBe('kept')
})

test('the next question to decide on is the next one, then the first again', () => {
  const items = [item('a'), item('b', { state: 'kept' }), item('c', { state: 'dropped' }), item('d')]
  expect([nextOpen(items, -1), nextOpen(items, 0), nextOpen(items, 3), nextOpen(items.slice(1, 3), 0)]).toEqual([0, 3, 0, 0])
  expect(countsOf(items)).toEqual({ kept: 1, dropped: 1, open: 2, all: 4 })
})

test('a dropped question that is gone was changed elsewhere', () => {
  expect(changedElsewhere(draft([item('a')]), draft([]), 'a')).toBe('item')
  expect(changedElsewhere(draft([item('a')]), draft([item('a')], 2, { status: 'accepted' }), 'a')).toBe('others')
})

test('a quotation stands in its surroundings, cut at words, or alone', () => {
  const long = `${'before '.repeat(60)}Chlorophyll is green.${' after'.repeat(60)}`
  const near = around(long, 'Chlorophyll is green.')
  expect(near?.before).toMatch(/^… before .* $/)
  expect(near?.after).toMatch(/^ after .*after …$/)
  expect(around('Short. Chlorophyll is green.', 'Chlorophyll is green.')).toEqual({ before: 'Short. ', after: '' })
  expect([around(null, 'x'), around('text', 'quote')]).toEqual([null, null])
})

test('the answer is marked in its sentence, also when it looks like a pattern', () => {
  expect(pieces('Chlorophyll is a green pigment.', question('?'))).toEqual([
    { text: 'Chlorophyll', key: true },
    { text: ' is a green pigment.', key: false },
  ])
  expect(pieces('The price (USD) is 5.', question('?', { options: [], accepted: ['(USD)'] })).filter((one) => one.key)).toEqual([{ text: '(USD)', key: true }])
  expect(pieces('True it is.', question('?', { type: 'true_false', options: [{ text: 'True', correct: true }] }))).toEqual([{ text: 'True it is.', key: false }])
})

test('lines that were broken within a sentence flow, and headings stay lines of their own', () => {
  expect(flowing('Plants\nLeaves catch light, by which \ngreen plants live.\nRoots drink.')).toBe('Plants\nLeaves catch light, by which green plants live.\nRoots drink.')
})

const sent = (change: Partial<Sent> = {}): Sent => ({ key: 'k', name: 'a.pdf', size: 5, share: 1, id: 'f', problem: null, ...change })

test('a wish names one source, and only what differs from the usual', () => {
  const form = { ...EMPTY, text: ' Some text. ', topic: 'Ignored' }
  expect(wishOf(form, [sent()])).toEqual({ text: 'Some text.', count: 10, types: [], difficulty: 'medium' })
  expect(wishOf({ ...form, source: 'files', types: ['typed'], language: 'vi', title: ' T ' }, [sent()])).toEqual({ file_ids: ['f'], count: 10, types: ['typed'], difficulty: 'medium', language: 'vi', title: 'T' })
  expect(wishOf({ ...form, source: 'topic', topic: 'Water' }, [])).toMatchObject({ topic: 'Water' })
})

test('what was asked for comes back as it was put in, but for the files', () => {
  const forms = [{ ...EMPTY, text: 'Some text.', count: '4' }, { ...EMPTY, source: 'topic' as const, topic: 'Water', types: ['typed' as const], language: 'vi', title: 'T' }, { ...EMPTY, source: 'files' as const }]
  for (const form of forms) expect(formOf({ file_ids: [], document_ids: [], ...wishOf(form, [sent()]) } as QuizWish)).toEqual(form)
})

test('what is missing is said at its field', () => {
  expect(problemsOf({ ...EMPTY, count: '31', types: [] }, [])).toEqual({ text: asked.missing.text, count: asked.missing.count, types: asked.missing.types })
  const files = { ...EMPTY, source: 'files' as const }
  expect([[], [sent({ id: null })], [sent(), sent({ problem: 'Broken.' })], [sent()]].map((all) => problemsOf(files, all).files)).toEqual([asked.missing.files, asked.missing.filesUnderWay, asked.missing.filesFailed, undefined])
  expect(['', '0', '1.5', '1', '30', ' 7 ', 'ten'].map((count) => problemsOf({ ...EMPTY, text: 'x', count }, []).count === undefined)).toEqual([false, false, false, true, true, true, false])
})

test('a refusal of the server is said at the field it names', () => {
  const refusal = new Problem(422, 'invalid', 'No.', [
    { field: 'body.text', message: 'Too long.' },
    { field: 'file_ids.0', message: 'Gone.' },
    { field: 'elsewhere', message: 'Odd.' },
  ])
  expect(refusedFields(refusal)).toEqual({ text: 'Too long.', files: 'Gone.' })
})

test('files that can be told from their name to be of no use are not sent', () => {
  expect([{ name: 'A.PDF', size: 5 }, { name: 'a.exe', size: 5 }, { name: 'a.txt', size: 0 }, { name: 'a.docx', size: 60 * 1024 * 1024 }].map(faultOf)).toEqual([null, asked.wrongKind, asked.wrongEmpty, asked.wrongSize])
})

test('a form of another build is not taken up', () => {
  expect(formIn(JSON.parse(JSON.stringify(EMPTY)))).toEqual(EMPTY)
  expect([formIn(null), formIn({ ...EMPTY, types: ['essay'] }), formIn({ ...EMPTY, text: 5 }), formIn({ ...EMPTY, source: 'web' })]).toEqual([null, null, null, null])
})
