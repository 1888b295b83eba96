import { expect, test } from 'vitest'
import type { GameReport, ReportQuestion } from '@/teacher/api'
import { csvField, csvOf, partsOf, percent, seconds, sentenceOf } from '@/teacher/report/reading'
import { reportWords } from '@/teacher/report/report.en'

const question: ReportQuestion = {
  ...{ question_id: 'a', index: 0, type: 'single_choice', text: 'Which, say?', points: 1000, time_limit_ms: 20_000, scored: true, void: false, options: [], texts: [] },
  ...{ answered: 3, of: 4, correct: 2, partial: 0, wrong: 1, unanswered: 1, share: 0.5, mean_ms: 4200 },
}

const report: GameReport = {
  ...{ game_id: 'g', version: 1, quiz_id: 'q', quiz_version: 1, title: 'Weather', scoring: 'kahoot', ended_at: '2026-01-01T10:00:00Z' },
  sentence: '1 of 2 understood “Weather”.',
  summary: { players: 2, questions: 1, scored_questions: 1, answers: 1, understood: 1, mean_score: 500 },
  ...{ hardest: ['a'], needs_help: ['2'], teams: [], questions: [question] },
  players: [
    { player_id: '1', nickname: 'Ada, "the" first', score: 1000, rank: 1, correct: 1, answered: 1, share: 1, answers: [{ question_id: 'a', status: 'correct', points: 1000, given: '-1', received_ms: 100 }] },
    { player_id: '2', nickname: '=HYPERLINK("x")', score: 0, rank: 2, correct: 0, answered: 0, share: 0, answers: [] },
  ],
}

test('the page begins with the sentence, or with what it can say without one', () => {
  expect(sentenceOf(report)).toBe('1 of 2 understood “Weather”.')
  expect(sentenceOf({ ...report, sentence: ' ' })).toBe('2 players, 1 question.')
  expect(sentenceOf({ ...report, summary: { ...report.summary, players: 0 } })).toBe(reportWords.nobody)
})

test('a bar holds everybody, and leaves out what nobody did', () => {
  expect(partsOf(question)).toEqual([
    { status: 'correct', n: 2, share: 0.5 },
    { status: 'wrong', n: 1, share: 0.25 },
    { status: 'none', n: 1, share: 0.25 },
  ])
  const survey = partsOf({ ...question, scored: false, answered: 3, of: 3 })
  expect(survey).toEqual([{ status: 'survey', n: 3, share: 1 }])
  expect(partsOf({ ...question, scored: false, answered: 0, of: 0 })).toEqual([])
})

test('the table opens in a spreadsheet without being computed by it', () => {
  const lines = csvOf(report).split('\r\n')
  expect(lines[0]).toBe('\ufeffPlace,Player,Points,Right in %,"1. Which, say?",1. Points')
  expect(lines[1]).toBe(`1,"Ada, ""the"" first",1000,100,'-1,1000`)
  expect(lines[2]).toBe(`2,"'=HYPERLINK(""x"")",0,0,,0`)
  expect(csvField(-5)).toBe('-5')
})

test('numbers are short', () => {
  expect([percent(0.666), percent(null), seconds(4249), seconds(12_400)]).toEqual(['67 %', '–', '4.2', '12'])
})
