import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { signedIn, signedOut } from '@/api/session'
import TeacherApp from '@/teacher/App'
import { say as draftWords } from '@/teacher/draft/draft.en'
import { say as asking } from '@/teacher/generate/generate.en'
import { say as jobWords } from '@/teacher/jobs/jobs.en'

const AT = '2026-03-03T10:00:00Z'
interface Asked {
  method: string
  path: string
  body: Record<string, unknown> | null
  key: string | null
}
const asked: Asked[] = []
let answers: Record<string, (asked: Asked) => Response> = {}

beforeEach(() => {
  window.scrollTo = () => undefined
  Element.prototype.scrollIntoView = () => undefined
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }))
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    const path = url.split('?')[0] ?? ''
    const one = { method: init.method ?? 'GET', path, body: typeof init.body === 'string' ? (JSON.parse(init.body) as Record<string, unknown>) : null, key: new Headers(init.headers).get('Idempotency-Key') }
    asked.push(one)
    return Promise.resolve(answers[`${one.method} ${path}`]?.(one) ?? Response.json({ items: [], unread: 0 }))
  })
  asked.length = 0
  answers = { 'GET /api/engine': () => Response.json({ engine: 'offline', offline: true }) }
  signedIn({ access_token: 't', expires_in: 900 }, { id: 'u', name: 'Mai', email: 'mai@school.example', role: 'teacher' })
})
afterEach(() => {
  cleanup()
  signedOut()
  vi.unstubAllGlobals()
})

function open(path: string) {
  history.replaceState(null, '', path)
  render(<TeacherApp />)
}
const sent = (path: string) => asked.filter((one) => one.method !== 'GET' && one.path === path)
const problem = (status: number, code: string, detail: string, errors: unknown[] = []) => Response.json({ code, detail, errors }, { status })

test('offline it says so before one starts, and that a topic alone makes no quiz', async () => {
  open('/quizzes/generate')
  expect(await screen.findByText(jobWords.engine.offline)).toBeTruthy()
  await userEvent.click(screen.getByRole('tab', { name: asking.source.topic }))
  expect(screen.getByText(asking.topicOffline)).toBeTruthy()
  await userEvent.click(screen.getByRole('button', { name: asking.go }))
  expect(sent('/api/quizzes/generate')).toEqual([])
})

test('what is missing and what the server refuses is said at its field, and typing takes it back', async () => {
  answers['POST /api/quizzes/generate'] = () => problem(422, 'invalid', 'No.', [{ field: 'text', message: 'This text is too short.' }])
  open('/quizzes/generate')
  await userEvent.click(await screen.findByRole('button', { name: asking.go }))
  const field = screen.getByLabelText<HTMLTextAreaElement>(asking.text)
  expect(screen.getByText(asking.missing.text)).toBeTruthy()
  fireEvent.change(field, { target: { value: 'Plants breathe.' } })
  expect(screen.queryByText(asking.missing.text)).toBeNull()
  await userEvent.click(screen.getByRole('button', { name: asking.go }))
  expect((await screen.findByText('This text is too short.')).closest('[role=alert]')).toBeTruthy()
  expect(field.value).toBe('Plants breathe.')
  fireEvent.change(field, { target: { value: 'Plants breathe by day.' } })
  expect(screen.queryByText('This text is too short.')).toBeNull()
})

test('an answer that got lost is asked for again under the same key, so there is one quiz', async () => {
  let lost = true
  answers['POST /api/quizzes/generate'] = () => {
    if (lost) {
      lost = false
      throw new TypeError('network')
    }
    return Response.json({ job_id: 'quiz-1', draft_id: 'd1' }, { status: 202 })
  }
  open('/quizzes/generate')
  fireEvent.change(await screen.findByLabelText(asking.text), { target: { value: 'Plants breathe.' } })
  await userEvent.click(screen.getByRole('button', { name: asking.go }))
  expect(await screen.findByText(/server does not answer/)).toBeTruthy()
  await userEvent.click(screen.getByRole('button', { name: asking.go }))
  await waitFor(() => expect(location.pathname).toBe('/drafts/d1'))
  const [first, second] = sent('/api/quizzes/generate')
  expect(first?.key).toBe(second?.key)
  expect(second?.body).toMatchObject({ text: 'Plants breathe.', count: 10 })
})

const item = (id: string, text: string) => ({
  id,
  question: { id: `q-${id}`, type: 'single_choice', text, time_limit_s: 20, points: 1000, options: [{ id: `${id}1`, text: 'Chlorophyll', correct: true }, { id: `${id}2`, text: 'Xylem', correct: false }], accepted: [] },
  source: { quote: 'Chlorophyll is green.', start: 0, end: 21, file_name: 'plants.pdf', page: 3, heading: 'Leaves' },
  engine: 'offline',
  demand: 'recall',
  state: 'proposed',
  edited: false,
  job_id: null,
})

/** A draft on a server that takes what is decided. */
function shelf() {
  const held = { id: 'd1', job_id: 'quiz-1', title: 'Plants', status: 'ready', engine: 'offline', item_count: 3, decided: 0, quiz_id: null, created_at: AT, updated_at: AT, wish: { count: 3 }, source_names: ['plants.pdf'], remarks: [], items: [item('a', 'First?'), item('b', 'Second?'), item('c', 'Third?')], version: 1 }
  answers['GET /api/drafts/d1'] = () => Response.json(held)
  for (const one of held.items) {
    answers[`PATCH /api/drafts/d1/items/${one.id}`] = ({ body }) => {
      if (body?.version !== held.version) return problem(409, 'stale_version', 'Stale.')
      Object.assign(one, body.state ? { state: body.state } : {}, body.question ? { question: body.question, edited: true } : {})
      held.version += 1
      return Response.json(held)
    }
  }
  answers['POST /api/drafts/d1/accept'] = () => Response.json({ id: 'z1', title: 'Plants', questions: [] }, { status: 201 })
  return held
}
const shown = () => screen.getByRole('article').querySelector('h2')?.textContent
const press = (key: string) => fireEvent.keyDown(document.body, { key })

test('a draft is looked through with one key for each question, each beside its sentence', async () => {
  const held = shelf()
  open('/drafts/d1')
  expect(await screen.findByText('First?')).toBeTruthy()
  expect(within(screen.getByRole('complementary')).getByText('plants.pdf · page 3 · Leaves')).toBeTruthy()
  expect(screen.getByText(jobWords.engine.offline)).toBeTruthy()
  press('k')
  expect(shown()).toBe('Second?')
  press('d')
  expect(shown()).toBe('Third?')
  expect(screen.getByText(draftWords.decided(2, 3))).toBeTruthy()
  await waitFor(() => expect(held.items.map((one) => one.state)).toEqual(['kept', 'dropped', 'proposed']))
  press('u')
  expect(shown()).toBe('Second?')
  await waitFor(() => expect(held.items[1]?.state).toBe('proposed'))
  press('ArrowLeft')
  expect(shown()).toBe('First?')
})

test('the last decision can be taken back where it was made, and after the last of all the way on is one more key', async () => {
  shelf()
  open('/drafts/d1')
  await screen.findByText('First?')
  press('d')
  press('ArrowLeft')
  press('u') // on a question that is decided, its own decision
  expect(screen.getByText(draftWords.decided(0, 3))).toBeTruthy()
  press('d')
  fireEvent.click(screen.getByText(draftWords.undo))
  expect(shown()).toBe('First?')
  for (const key of ['k', 'k', 'k']) press(key)
  expect(document.activeElement?.textContent).toBe(draftWords.finish)
})

test('what could not be stored without a network is stored by itself when that is back', async () => {
  const held = shelf()
  const take = answers['PATCH /api/drafts/d1/items/a']
  answers['PATCH /api/drafts/d1/items/a'] = () => {
    throw new TypeError('network')
  }
  open('/drafts/d1')
  await screen.findByText('First?')
  press('k')
  await screen.findByText(/Not saved yet/)
  if (take) answers['PATCH /api/drafts/d1/items/a'] = take
  fireEvent(window, new Event('online'))
  await waitFor(() => expect(held.items[0]?.state).toBe('kept'))
  expect(screen.queryByText(/Not saved yet/)).toBeNull()
})

test('what is edited is kept as written, and keys are letters while one types', async () => {
  const held = shelf()
  open('/drafts/d1')
  await screen.findByText('First?')
  press('e')
  expect(await screen.findByLabelText(draftWords.question)).toBeTruthy()
  fireEvent.keyDown(screen.getByLabelText(draftWords.question), { key: 'Escape' })
  expect(screen.queryByLabelText(draftWords.question)).toBeNull()
  press('e')
  const text = await screen.findByLabelText<HTMLTextAreaElement>(draftWords.question)
  expect(document.activeElement).toBe(text)
  fireEvent.change(text, { target: { value: '' } })
  await userEvent.click(screen.getByRole('button', { name: draftWords.editSave }))
  expect(held.version).toBe(1)
  await userEvent.type(text, 'kd?')
  fireEvent.keyDown(text, { key: 'Enter', ctrlKey: true })
  await waitFor(() => expect(held.items[0]).toMatchObject({ state: 'kept', edited: true, question: { text: 'kd?', options: [{ id: 'a1', correct: true }, { id: 'a2' }] } }))
})

test('the kept questions become a quiz under the title one gives, and that opens', async () => {
  shelf()
  open('/drafts/d1')
  await screen.findByText('First?')
  expect(screen.getByRole('button', { name: draftWords.finish }).getAttribute('aria-disabled')).toBe('true')
  press('k')
  await userEvent.click(screen.getByRole('button', { name: draftWords.rest(2) }))
  const dialog = await screen.findByRole('dialog')
  expect(within(dialog).getByText(draftWords.finishTitle(3))).toBeTruthy()
  fireEvent.change(within(dialog).getByLabelText(draftWords.titleField), { target: { value: 'Leaves' } })
  await userEvent.click(within(dialog).getByRole('button', { name: draftWords.finish }))
  await waitFor(() => expect(location.pathname).toBe('/quizzes/z1'))
  expect(sent('/api/drafts/d1/accept')[0]?.body).toEqual({ rest: true, title: 'Leaves' })
})

test('a draft that is gone says so', async () => {
  answers['GET /api/drafts/d9'] = () => problem(404, 'draft_not_found', 'No draft has this id.')
  open('/drafts/d9')
  expect(await screen.findByText(draftWords.gone)).toBeTruthy()
})

test('a draft that came to nothing brings back what was asked for, to be changed', async () => {
  const held = { ...shelf(), status: 'failed', items: [], wish: { text: 'Hello there.', count: 4, types: ['typed'], difficulty: 'hard' } }
  answers['GET /api/drafts/d1'] = () => Response.json(held)
  open('/drafts/d1')
  await userEvent.click(await screen.findByRole('button', { name: draftWords.change }))
  expect((await screen.findByLabelText<HTMLTextAreaElement>(asking.text)).value).toBe('Hello there.')
  expect(screen.getByLabelText<HTMLInputElement>(asking.count).value).toBe('4')
})

test('a failed job says why, and goes on when asked to', async () => {
  const job = { id: 'quiz-1', kind: 'generate_quiz', title: 'Plants', status: 'failed', progress: 0.5, stage: '', attempts: 5, error: { code: 'model_failed', message: 'The model said nothing.' }, created_at: AT, updated_at: AT, version: 4 }
  answers['GET /api/jobs/quiz-1'] = () => Response.json(job)
  answers['GET /api/jobs/quiz-1/steps'] = () => Response.json({ job_id: 'quiz-1', steps: [{ name: 'make', label: 'Writing questions', state: 'failed', attempts: 5, after: false, spent_ms: 1500, error: job.error }] })
  answers['POST /api/jobs/quiz-1/retry'] = () => Response.json({ ...job, status: 'running', stage: 'Writing questions', error: null, version: 5, remaining_ms: 20_000 })
  open('/jobs/quiz-1')
  expect(await screen.findByText(jobWords.job.failed)).toBeTruthy()
  expect(screen.getAllByText('The model said nothing.').length).toBeGreaterThan(0)
  expect(await screen.findByText(/failed · 1.5 s · 5 attempts/)).toBeTruthy()
  await userEvent.click(screen.getByRole('button', { name: jobWords.job.retry }))
  expect((await screen.findByRole('progressbar')).getAttribute('aria-valuenow')).toBe('50')
  expect(screen.getByText(/about 20 s left/)).toBeTruthy()
})

test('what would fail again is not offered again', async () => {
  const error = { code: 'encrypted', message: 'This file has a password. Save it without one.', final: true }
  answers['GET /api/jobs/quiz-1'] = () => Response.json({ id: 'quiz-1', kind: 'generate_quiz', title: 'Plants', status: 'failed', progress: 0, stage: '', attempts: 1, error, created_at: AT, updated_at: AT, version: 4 })
  answers['GET /api/jobs/quiz-1/steps'] = () => Response.json({ job_id: 'quiz-1', steps: [] })
  open('/jobs/quiz-1')
  expect(await screen.findByText(error.message)).toBeTruthy()
  expect(screen.queryByRole('button', { name: jobWords.job.retry })).toBeNull()
  expect(screen.queryByText(jobWords.job.failedHelp)).toBeNull()
})

test('an administrator finds what failed first; a teacher does not find the page', async () => {
  open('/admin/jobs')
  expect(await screen.findByText('There is nothing at this address')).toBeTruthy()
  cleanup()
  signedIn({ access_token: 't', expires_in: 900 }, { id: 'a', name: 'Head', email: 'head@school.example', role: 'admin' })
  open('/admin/jobs')
  expect(await screen.findByText(jobWords.admin.empty.failed)).toBeTruthy()
})
