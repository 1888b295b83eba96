import { cleanup, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { signedOut } from '@/api/session'
import TeacherApp from '@/teacher/App'
import { safeNext } from '@/teacher/pages/SignInPage'
import { say } from '@/teacher/teacher.en'

const asked: { path: string; body: unknown }[] = []
let answers: Record<string, () => Response> = {}

beforeEach(() => {
  window.scrollTo = () => undefined
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }))
  signedOut()
  asked.length = 0
  answers = {}
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    asked.push({ path: url, body: typeof init.body === 'string' ? JSON.parse(init.body) : null })
    const [path] = url.split('?')
    return Promise.resolve(answers[path ?? '']?.() ?? Response.json({ items: [] }, path?.startsWith('/api/demo') ? { status: 404 } : {}))
  })
})
afterEach(() => {
  cleanup()
  signedOut()
  vi.unstubAllGlobals()
})

const tokens = (role: string) => () => Response.json({ user: { id: 'u', name: 'Mai', email: 'mai@school.example', role }, access_token: 't', expires_in: 900 })

async function signIn() {
  await userEvent.type(screen.getByLabelText(say.signIn.email), 'mai@school.example')
  await userEvent.type(screen.getByLabelText(say.signIn.password), 'a short sentence')
  await userEvent.click(screen.getByRole('button', { name: say.signIn.go }))
}

test('a page for members asks to sign in, and comes back to the very place', async () => {
  answers['/api/auth/login'] = tokens('teacher')
  history.replaceState(null, '', '/quizzes?q=rain')
  render(<TeacherApp />)
  await waitFor(() => expect(location.pathname + location.search).toBe(`/signin?next=${encodeURIComponent('/quizzes?q=rain')}`))
  await signIn()
  await waitFor(() => expect(location.pathname + location.search).toBe('/quizzes?q=rain'))
  expect((await screen.findByLabelText<HTMLInputElement>(say.list.search)).value).toBe('rain')
})

test('a wrong password is said in words, and what was typed stays', async () => {
  answers['/api/auth/login'] = () => Response.json({ code: 'wrong_credentials', detail: 'E-mail or password is not right.' }, { status: 401 })
  history.replaceState(null, '', '/signin')
  render(<TeacherApp />)
  await signIn()
  expect(await screen.findByText('E-mail or password is not right.')).toBeTruthy()
  expect(screen.getByLabelText<HTMLInputElement>(say.signIn.email).value).toBe('mai@school.example')
  expect(location.pathname).toBe('/signin')
})

test('the demo school is there where there is one, and one click is enough', async () => {
  answers['/api/demo'] = () => Response.json({ accounts: [{ id: 'demo-teacher', role: 'teacher', name: 'Mai Tran', email: 'teacher@demo.example', password: 'learn-together' }], class_name: '7a', join_code: 'X' })
  answers['/api/auth/login'] = tokens('teacher')
  history.replaceState(null, '', '/signin')
  render(<TeacherApp />)
  await userEvent.click(await screen.findByRole('button', { name: 'Mai Tran, teacher' }))
  await waitFor(() => expect(location.pathname).toBe('/home'))
  expect(asked.find((one) => one.path === '/api/auth/login')?.body).toEqual({ email: 'teacher@demo.example', password: 'learn-together' })
})

test('a forgotten password: the code is refused at its field', async () => {
  answers['/api/auth/reset'] = () => Response.json({ code: 'invalid', detail: 'No.', errors: [{ field: 'code', message: 'Ask your teacher for a new one.' }] }, { status: 422 })
  history.replaceState(null, '', '/signin/forgotten')
  render(<TeacherApp />)
  await userEvent.type(screen.getByLabelText(say.signIn.email), 'linh@school.example')
  await userEvent.type(screen.getByLabelText(say.forgotten.code), 'ABCD')
  await userEvent.type(screen.getByLabelText(say.forgotten.password), 'a short sentence')
  await userEvent.click(screen.getByRole('button', { name: say.forgotten.go }))
  const error = await screen.findByText('Ask your teacher for a new one.')
  expect(screen.getByLabelText(say.forgotten.code).getAttribute('aria-describedby')).toContain(error.closest('[role=alert]')?.id)
})

test('students do not find the pages of teachers', async () => {
  answers['/api/auth/login'] = tokens('student')
  history.replaceState(null, '', '/signin?next=/quizzes')
  render(<TeacherApp />)
  await signIn()
  await waitFor(() => expect(location.pathname).toBe('/quizzes'))
  expect(await screen.findByText('There is nothing at this address')).toBeTruthy()
})

test('coming back goes only to this site', () => {
  expect(['/games/1?x=2', '//evil.example', '/\\evil.example', 'https://evil.example', null].map(safeNext)).toEqual(['/games/1?x=2', '/home', '/home', '/home', '/home'])
})
