import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Routes } from '@/routes'
import { Seats } from '@/game/seats'
import { words } from '@/words'

vi.mock('@/game/wire', () => ({ openSocket: () => ({ open: false, connect: () => undefined, close: () => undefined, send: () => undefined }) }))

const answers: Record<string, () => Response> = {}
const asked: string[] = []

beforeEach(() => {
  window.scrollTo = () => undefined
  history.replaceState(null, '', '/')
  asked.length = 0
  for (const pin of Object.keys(answers)) Reflect.deleteProperty(answers, pin)
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(url)
    const pin = /pin=(\d+)/.exec(url)?.[1] ?? ''
    return Promise.resolve(answers[pin]?.() ?? Response.json({ title: 'Not found', status: 404, code: 'not_found', detail: 'No game.' }, { status: 404 }))
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
})

const open = (more = {}) => () => Response.json({ title: 'Photosynthesis', phase: 'lobby', locked: false, ...more })

test('the PIN field has the focus, and the sixth digit leads to the name', async () => {
  answers['428915'] = open()
  render(<Routes />)
  expect(document.activeElement).toBe(screen.getByLabelText(words.join.pin))
  await userEvent.keyboard('428 915')
  expect(await screen.findByRole('heading', { name: 'Photosynthesis' })).toBeTruthy()
  expect(location.pathname).toBe('/join/428915')
  expect(document.activeElement).toBe(screen.getByLabelText(words.join.name))
})

test('an unknown PIN stays in the field and says what to do', async () => {
  render(<Routes />)
  await userEvent.keyboard('111111')
  expect((await screen.findByText(words.join.pinUnknown)).closest('[role=alert]')).toBeTruthy()
  expect(screen.getByLabelText<HTMLInputElement>(words.join.pin).value).toBe('111111')
})

test('too few digits are not looked up', async () => {
  render(<Routes />)
  await userEvent.keyboard('1234{Enter}')
  expect(screen.getByText(words.join.pinShort)).toBeTruthy()
  expect(asked).toEqual([])
})

test('too many tries say how long to wait', async () => {
  answers['222222'] = () => Response.json({ status: 429, code: 'too_many', detail: 'Slow down.' }, { status: 429, headers: { 'Retry-After': '30' } })
  render(<Routes />)
  await userEvent.keyboard('222222')
  expect(await screen.findByText(words.join.tooMany(30))).toBeTruthy()
})

test('a link with the PIN leads straight to the name, and asks for what the game wants', async () => {
  answers['428915'] = open({ identifier_label: 'Student number', teams: ['Foxes', 'Otters'] })
  history.replaceState(null, '', '/join/428915')
  render(<Routes />)
  const user = userEvent.setup()
  await user.type(await screen.findByLabelText(words.join.name), 'Ada')
  await user.click(screen.getByRole('button', { name: words.join.enter }))
  expect(screen.getByText(words.join.identifierMissing('Student number'))).toBeTruthy()
  await user.type(screen.getByLabelText('Student number'), '17')
  await user.click(screen.getByRole('button', { name: words.join.enter }))
  expect(screen.getByText(words.join.teamMissing)).toBeTruthy()
})

test('the name is remembered on this device', async () => {
  localStorage.setItem('edtech.name', 'Ada')
  answers['428915'] = open()
  history.replaceState(null, '', '/join/428915')
  render(<Routes />)
  expect((await screen.findByLabelText<HTMLInputElement>(words.join.name)).value).toBe('Ada')
})

test('who is already in may go on, or let another join', async () => {
  new Seats().take({ game_id: 'g1', pin: '428915', nickname: 'Ada', player_id: 'p1', resume_token: 'r1' })
  answers['428915'] = open()
  history.replaceState(null, '', '/join/428915')
  render(<Routes />)
  const on = await screen.findByRole('link', { name: words.join.goOnAs('Ada') })
  expect(on.getAttribute('href')).toBe('/play/g1')
  await userEvent.click(screen.getByRole('button', { name: words.join.someoneElse }))
  expect(screen.getByLabelText(words.join.name)).toBeTruthy()
})

test('a game that is not on this device leads to the PIN', async () => {
  history.replaceState(null, '', '/play/g9')
  render(<Routes />)
  expect(screen.getByText(words.gone.unknown)).toBeTruthy()
  await userEvent.click(screen.getByRole('link', { name: words.gone.joinAgain }))
  await waitFor(() => expect(location.pathname).toBe('/'))
})
