import { expect, test } from 'vitest'
import { Problem } from '@/api/problem'
import type { ImportedQuiz } from '@/teacher/api'
import { accountOf, refusalOf } from '@/teacher/importAccount'
import { fileNameOf } from '@/teacher/quizActions'
import { DEFAULTS, keepChoices, lastChoices, problemWith, settingsOf, teamsIn } from '@/teacher/start/settings'
import { lasted, onDay } from '@/teacher/when'

const question = { type: 'open' as const, text: 'Why?', time_limit_s: 20, points: 0, options: [], accepted: [] }

function imported(warnings: ImportedQuiz['warnings']): ImportedQuiz {
  return { quiz: { id: 'q', version: 1, title: 'T', description: '', tags: [], questions: [question, question], created_at: '', updated_at: '' }, warnings }
}

test('an import that took everything says so', () => {
  expect(accountOf(imported([]))).toEqual({ sentence: 'All of it came over: 2 questions.', whole: true, rows: [] })
})

test('what was not understood is put together by row, in the order of the file', () => {
  const account = accountOf(imported([{ row: 7, message: 'Late.' }, { row: 2, message: 'First.' }, { row: 7, message: 'Again.' }, { row: 0, message: 'All.' }]))
  expect(account.whole).toBe(false)
  expect(account.sentence).toBe('2 questions came over. 3 places to look at:')
  expect(account.rows).toEqual([
    { where: 'File', messages: ['All.'] },
    { where: 'Row 2', messages: ['First.'] },
    { where: 'Row 7', messages: ['Late.', 'Again.'] },
  ])
})

test('a refusal names rows where it can', () => {
  const problem = new Problem(422, 'nothing_usable', 'Nothing in it is a question.', [
    { field: 'row 3', message: 'No answer.' },
    { field: 'rows.12', message: 'Too long.' },
    { field: 'file', message: 'Not a spreadsheet.' },
  ])
  expect(refusalOf(problem)).toEqual({
    sentence: 'Nothing in it is a question.',
    whole: false,
    rows: [
      { where: 'Row 3', messages: ['No answer.'] },
      { where: 'Row 12', messages: ['Too long.'] },
      { where: 'File', messages: ['Not a spreadsheet.'] },
    ],
  })
})

test('a title becomes a file name that every system takes', () => {
  expect(fileNameOf('What? A/B: "x" <1>.')).toBe('What A B x 1')
  expect(fileNameOf('Điện học')).toBe('Điện học')
  expect(fileNameOf('///')).toBe('quiz')
})

test('the settings of a game as the server takes them', () => {
  expect(settingsOf(DEFAULTS)).toMatchObject({ scoring: 'kahoot', reading_ms: 3000, leaderboard_size: 5 })
  expect(settingsOf(DEFAULTS)).not.toHaveProperty('teams')
  expect(settingsOf(DEFAULTS)).not.toHaveProperty('auto_advance_ms')
  expect(settingsOf({ ...DEFAULTS, teams: 'Foxes\nOtters, foxes', auto_advance_s: 10, identifier_label: ' Number ' })).toMatchObject({ teams: ['foxes', 'Otters'], auto_advance_ms: 10_000, identifier_label: 'Number' })
  expect(teamsIn(' \n, ')).toEqual([])
  expect(problemWith({ ...DEFAULTS, teams: 'Foxes' })).toBe('one_team')
  expect(problemWith(DEFAULTS)).toBeNull()
})

test('the settings chosen last are chosen again; what is broken is the default', () => {
  keepChoices({ ...DEFAULTS, leaderboard_size: 20, auto_advance_s: 10 })
  expect(lastChoices()).toMatchObject({ leaderboard_size: 20, auto_advance_s: 10 })
  localStorage.setItem('edtech.game_settings', JSON.stringify({ leaderboard_size: 'many', shuffle_options: false, strange: 1 }))
  expect(lastChoices()).toEqual({ ...DEFAULTS, shuffle_options: false })
})

test('times are the reader’s own', () => {
  expect(onDay('2026-03-03T07:05:00Z', 'Asia/Ho_Chi_Minh')).toContain('14:05')
  expect([45, 80, 120, 3700].map(lasted)).toEqual(['45 s', '1 min 20 s', '2 min', '1 h 1 min'])
})
