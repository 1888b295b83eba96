import { render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { PlayerView } from '@/player/PlayerView'
import { readNumber, stepOf } from '@/player/answers/numbers'
import type { Choice, QuestionType } from '@/protocol'
import { words } from '@/words'
import { answered, asking, closed, ended, game, questions, settings, view } from '../gallery/fixtures'
import { views } from '../gallery/states'

beforeAll(() => {
  window.scrollTo = () => undefined
  window.matchMedia = () => ({ matches: false }) as MediaQueryList
  globalThis.CSS = { escape: (text: string) => text } as typeof CSS
})

function show(of: ReturnType<typeof view>) {
  const onAnswer = vi.fn<(choice: Choice) => void>()
  const user = userEvent.setup()
  const shown = render(<PlayerView view={of} onAnswer={onAnswer} />)
  return { onAnswer, user, again: (next: typeof of) => shown.rerender(<PlayerView view={next} onAnswer={onAnswer} />) }
}

const types = Object.keys(questions) as QuestionType[]

describe('every state', () => {
  test.each(Object.keys(views))('%s has one heading that names it, and every button and field a name', (name) => {
    show(views[name]!())
    if (name !== 'connecting') expect(screen.getAllByRole('heading', { level: 1 })).toHaveLength(1)
    for (const control of [...screen.queryAllByRole('button'), ...screen.queryAllByRole('textbox'), ...screen.queryAllByRole('slider')]) {
      expect(control).toHaveProperty('tabIndex', 0)
      expect(control.getAttribute('aria-label') ?? control.getAttribute('aria-labelledby') ?? control.textContent).not.toBe('')
    }
  })
})

describe('a question of each type', () => {
  test.each(types)('%s shows its text, and takes nothing while reading', (type) => {
    show(asking(type, { opens_in_ms: 60_000, remaining_ms: 80_000 }))
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe(questions[type].text)
    expect(screen.queryAllByRole('button')).toHaveLength(0)
    expect(screen.queryAllByRole('textbox')).toHaveLength(0)
  })

  test.each(['single_choice', 'true_false', 'poll'] as const)('%s is answered by one press', async (type) => {
    const { onAnswer, user } = show(asking(type))
    await user.click(screen.getByRole('button', { name: `B: ${questions[type].options![1]!.text}` }))
    expect(onAnswer).toHaveBeenCalledWith({ option_ids: ['o2'] })
  })

  test('multiple_choice sends what is switched on, and asks for at least one', async () => {
    const { onAnswer, user } = show(asking('multiple_choice'))
    const send = screen.getByRole('button', { name: words.question.send })
    await user.click(send)
    expect(screen.getByRole('alert').textContent).toBe(words.question.chooseFirst)
    for (const name of ['D: Blue', 'A: Red', 'B: Yellow', 'B: Yellow']) await user.click(screen.getByRole('button', { name }))
    expect(screen.getByRole('button', { name: 'A: Red' }).getAttribute('aria-pressed')).toBe('true')
    await user.click(send)
    expect(onAnswer).toHaveBeenCalledExactlyOnceWith({ option_ids: ['o1', 'o4'] })
  })

  test.each(['typed', 'word_cloud', 'open'] as const)('%s sends what was typed, and not nothing', async (type) => {
    const { onAnswer, user } = show(asking(type))
    await user.click(screen.getByRole('button', { name: words.question.send }))
    expect(screen.getByRole('alert').textContent).toBe(words.question.typeFirst)
    await user.type(screen.getByRole('textbox'), '  Hà Nội ')
    await user.click(screen.getByRole('button', { name: words.question.send }))
    expect(onAnswer).toHaveBeenCalledExactlyOnceWith({ text: 'Hà Nội' })
  })

  test('number says what is wrong before sending', async () => {
    const { onAnswer, user } = show(asking('number'))
    const field = screen.getByRole('textbox')
    await user.type(field, 'high{Enter}')
    expect(screen.getByRole('alert').textContent).toBe(words.question.typeNumber)
    await user.clear(field)
    await user.type(field, '7{Enter}')
    expect(screen.getByRole('alert').textContent).toBe(words.question.numberRange('1,000', '5,000'))
    await user.clear(field)
    await user.type(field, '3143,5{Enter}')
    expect(onAnswer).toHaveBeenCalledExactlyOnceWith({ number: 3143.5 })
  })

  test('order is put in order by keyboard, and the focus goes with the item', async () => {
    const { onAnswer, user } = show(asking('order'))
    screen.getByRole('button', { name: words.question.moveUp('Mercury') }).focus()
    await user.keyboard('{Enter}{Enter}')
    expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual(['1Mercury', '2Mars', '3Venus', '4Earth'])
    // At the top there is no further up: the focus stays with the item.
    expect(document.activeElement?.getAttribute('aria-label')).toBe(words.question.moveDown('Mercury'))
    await user.click(screen.getByRole('button', { name: words.question.orderSend }))
    expect(onAnswer).toHaveBeenCalledExactlyOnceWith({ option_ids: ['o3', 'o1', 'o2', 'o4'] })
  })

  test('slide takes no answer', () => {
    show(asking('slide'))
    expect(screen.queryAllByRole('button')).toHaveLength(0)
    expect(screen.getByText(words.question.slide)).toBeTruthy()
  })
})

describe('after choosing', () => {
  test('"Sent" is said only after the receipt, and the own answer stays in sight', () => {
    const { again } = show(answered('single_choice', 'sending'))
    expect(screen.queryByText(/^Sent/)).toBeNull()
    again(answered('single_choice', 'again'))
    expect(screen.getByText(words.sent.again)).toBeTruthy()
    again(answered('single_choice'))
    expect(screen.getByText(/^Sent/)).toBeTruthy()
    expect(screen.getByRole('button', { name: 'B: Carbon dioxide' }).getAttribute('aria-pressed')).toBe('true')
  })

  test('nothing more can be chosen', async () => {
    const { onAnswer, user } = show(answered('single_choice'))
    for (const button of screen.getAllByRole('button')) await user.click(button)
    expect(onAnswer).not.toHaveBeenCalled()
  })

  test.each(['typed', 'open', 'word_cloud'] as const)('%s shows the words sent', (type) => {
    const sent = answered(type)
    show(sent)
    expect(screen.getByText(sent.sent!.choice.text!)).toBeTruthy()
  })

  test('an answer that was not understood can be given again', async () => {
    const { onAnswer, user } = show(answered('single_choice', 'invalid'))
    expect(screen.getByText(words.sent.invalid)).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'A: Oxygen' }))
    expect(onAnswer).toHaveBeenCalledWith({ option_ids: ['o1'] })
  })
})

describe('the result', () => {
  test('says right or not, the points and their parts, the rank and who is ahead', () => {
    show(closed('single_choice'))
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe(words.result.correct)
    expect(screen.getByText('+1,067 points')).toBeTruthy()
    for (const part of ['500 for the answer', '467 for speed', '100 for your streak']) expect(screen.getByText((_, element) => element?.tagName === 'LI' && element.textContent === part)).toBeTruthy()
    expect(screen.getByText('You are 2nd')).toBeTruthy()
    expect(screen.getByText('2 points behind Linh')).toBeTruthy()
  })

  test('says what was right and what was answered', () => {
    show(closed('multiple_choice', { status: 'partial', points: 400 }))
    const boxes = screen.getAllByRole('list').map((list) => within(list).queryAllByRole('listitem').map((item) => item.textContent))
    expect(boxes).toContainEqual(['ARed', 'CGreen', 'DBlue'])
    expect(boxes).toContainEqual(['ARed', 'CGreen'])
  })

  test('keeps the ranking to itself where the teacher hides it', () => {
    show(closed('single_choice', {}, { settings: { ...settings, show_leaderboard: false } }))
    expect(screen.queryByText(/You are/)).toBeNull()
    expect(screen.queryByText(/Linh/)).toBeNull()
  })

  test('names no points where there are none to win', () => {
    show(closed('poll'))
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe(words.result.survey)
    expect(screen.queryByText('0 points')).toBeNull()
    expect(screen.queryByText(/You are/)).toBeNull()
  })
})

test('the end says the own place, also off the podium', () => {
  show(ended(5))
  expect(screen.getByText('You came 5th of 28')).toBeTruthy()
  expect(within(screen.getByRole('list', { name: words.ended.podiumTitle })).getAllByRole('listitem')).toHaveLength(3)
})

test('projector only: the phone shows no question text', () => {
  show(asking('single_choice', { settings: { ...settings, question_on_phone: false } }))
  expect(screen.getByRole('heading', { level: 1 }).textContent).toBe(words.question.onBoard)
  expect(screen.queryByText(questions.single_choice.text)).toBeNull()
})

test('a pause says why and takes no answer', () => {
  show(view({ game: game({ phase: 'question', paused: true, pause_reason: 'Fire drill', question: questions.single_choice, remaining_ms: 9000 }) }))
  expect(screen.getByText('Fire drill')).toBeTruthy()
  expect(screen.queryAllByRole('button')).toHaveLength(0)
})

test.each([
  ['12', 12],
  [' 3,5 ', 3.5],
  ['-0.25', -0.25],
  ['\u2212 4', -4],
  ['1 000 000', 1_000_000],
  ['.5', 0.5],
  ['', null],
  ['abc', null],
  ['1.2.3', null],
  ['1e9', null],
  ['Infinity', null],
])('%j reads as %s', (text, value) => {
  expect(readNumber(text)).toBe(value)
})

test('a slider without a step moves by a round part of its range', () => {
  expect([stepOf(0, 1, null), stepOf(0, 10, undefined), stepOf(0, 5000, null), stepOf(0, 10, 2)]).toEqual([0.01, 0.1, 1, 2])
})
