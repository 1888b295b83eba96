import { describe, expect, test } from 'vitest'
import { fold, foldState, fromState, lacksOwnResult, type Game } from '@/game/reducer'
import type { ServerEvent, ServerEvents } from '@/protocol'
import { me, own, questions, settings, state } from '../gallery/fixtures'

type Entry = Exclude<ServerEvent, 'state' | 'kicked'>
const at = (seq: number, phase: 'lobby' | 'question' | 'result' | 'ended' = 'question') => ({ game_id: 'g1', seq, phase })

function step<E extends Entry>(game: Game | null, name: E, body: ServerEvents[E], now = 0): Game {
  const folded = fold(game, name, body, now)
  expect(folded.hole).toBe(false)
  return folded.game!
}

const opened = { question: questions.single_choice, opens_in_ms: 3000, closes_in_ms: 23_000 }
const lobby = fromState(state({ seq: 4 }), 0)
const playing = step(lobby, 'question_opened', { ...at(5), ...opened }, 1000)
const board = [{ player_id: 'p1', nickname: 'Ada', score: 3851, rank: 2, delta: 1 }]
const closing = { question_id: 'q-single', solution: { option_ids: ['o2'] }, counts: { o2: 1 }, answered: 1, of: 2, leaderboard: board }

describe('seq', () => {
  test('the next entry is applied, and its seq and phase are kept', () => {
    expect(playing).toMatchObject({ seq: 5, phase: 'question' })
  })

  test('what is older than what is held, or the same again, changes nothing', () => {
    expect(fold(playing, 'game_locked', { ...at(5), locked: true }, 0)).toEqual({ game: playing, hole: false })
    expect(fold(playing, 'game_locked', { ...at(2), locked: true }, 0)).toEqual({ game: playing, hole: false })
  })

  test('a jump is a hole, and nothing of it is applied', () => {
    expect(fold(playing, 'game_locked', { ...at(7), locked: true }, 0)).toEqual({ game: playing, hole: true })
    expect(fold(playing, 'answers_counted', { ...at(6), question_id: 'q-single', answered: 1, of: 2 }, 0).hole).toBe(true)
    expect(fold(null, 'state_advanced', at(1), 0).hole).toBe(true)
  })

  test('an entry that does not concern this viewer moves seq only', () => {
    const next = step(playing, 'state_advanced', at(6))
    expect(next).toEqual({ ...playing, seq: 6 })
  })

  test('an event of another game changes nothing', () => {
    expect(fold(playing, 'game_locked', { ...at(6), game_id: 'other', locked: true }, 0)).toEqual({ game: playing, hole: false })
  })

  test('counters carry the seq unchanged and are applied at it', () => {
    expect(step(playing, 'answers_counted', { ...at(5), question_id: 'q-single', answered: 7, of: 9 })).toMatchObject({ answered: 7, of: 9, seq: 5 })
  })

  test('a snapshot older than what is held changes nothing', () => {
    expect(foldState(playing, state({ seq: 4 }), 0).game).toBe(playing)
  })
})

describe('clock', () => {
  test('durations become moments counted from arrival', () => {
    expect(playing).toMatchObject({ opensAt: 4000, closesAt: 24_000, held: null })
    expect(fromState(state({ phase: 'question', question: questions.typed, opens_in_ms: 500, remaining_ms: 20_500 }), 100)).toMatchObject({ opensAt: 600, closesAt: 20_600 })
  })

  test('a snapshot of an open question knows when it opened', () => {
    expect(fromState(state({ phase: 'question', question: questions.typed, remaining_ms: 12_000 }), 50_000)).toMatchObject({ opensAt: 42_000, closesAt: 62_000 })
  })

  test('a pause holds what is left, and going on counts from then', () => {
    const paused = step(playing, 'game_paused', { ...at(6), reason: 'Fire drill' }, 10_000)
    expect(paused).toMatchObject({ paused: true, pauseReason: 'Fire drill', closesAt: null, held: { opensIn: 0, remaining: 14_000 } })
    const on = step(paused, 'game_unpaused', { ...at(7), remaining_ms: 14_000 }, 90_000)
    expect(on).toMatchObject({ paused: false, pauseReason: null, opensAt: 90_000, closesAt: 104_000, held: null })
  })

  test('a snapshot of a paused question has no deadline', () => {
    expect(fromState(state({ phase: 'question', paused: true, question: questions.typed, remaining_ms: 9000 }), 5)).toMatchObject({ closesAt: null, held: { opensIn: 0, remaining: 9000 } })
  })

  test('more time moves the deadline; more time for some does not move the host’s', () => {
    expect(step(playing, 'question_extended', { ...at(6), question_id: 'q-single', remaining_ms: 30_000 }, 2000).closesAt).toBe(32_000)
    expect(step(playing, 'question_extended', { ...at(6), question_id: 'q-single', remaining_ms: 30_000, player_ids: ['p2'] }, 2000).closesAt).toBe(24_000)
  })
})

describe('results', () => {
  test('the own result comes first and counts with the closing of the same seq', () => {
    const early = step(playing, 'your_result', { ...own('q-single'), ...at(6, 'result') })
    expect(early).toMatchObject({ seq: 5, phase: 'question', me: { score: 2784 } })
    const closed = step(early, 'question_closed', { ...at(6, 'result'), ...closing })
    expect(closed).toMatchObject({ seq: 6, phase: 'result', closesAt: null, me: { score: 3851, rank: 2, result: { points: 1067 } }, leaderboard: board })
    expect(lacksOwnResult(closed)).toBe(false)
  })

  test('a closing without the own result says that it is missing', () => {
    const closed = step(playing, 'question_closed', { ...at(6, 'result'), ...closing })
    expect(lacksOwnResult(closed)).toBe(true)
    expect(lacksOwnResult({ ...closed, me: null })).toBe(false)
  })

  test('the next question forgets answer and result of the one before', () => {
    const receipt = { answer_id: 'a', question_id: 'q-single', status: 'accepted' as const, seq: 5, received_ms: 1 }
    const after = step({ ...playing, me: { ...me, answer: receipt, result: own('q-single') } }, 'question_opened', { ...at(6), ...opened, question: questions.typed })
    expect(after.me).not.toHaveProperty('answer')
    expect(after.me).not.toHaveProperty('result')
    expect(after).toMatchObject({ result: null, question: { id: 'q-typed' } })
  })

  test('a regrade of an earlier question changes the score and not what is shown', () => {
    const early = step(playing, 'your_result', { ...own('q-old', { score: 9000, rank: 1 }), ...at(6) })
    const after = step(early, 'question_regraded', { ...at(6), question_id: 'q-old', solution: {}, leaderboard: [] })
    expect(after.me).toMatchObject({ score: 9000, rank: 1 })
    expect(after.me).not.toHaveProperty('result')
  })

  test('a regrade of an earlier question may move the result on show, too', () => {
    const closed = step(step(playing, 'your_result', { ...own('q-single'), ...at(6, 'result') }), 'question_closed', { ...at(6, 'result'), ...closing })
    const first = step(closed, 'your_result', { ...own('q-old', { score: 4151, rank: 1 }), ...at(7, 'result') })
    const second = step(first, 'your_result', { ...own('q-single', { score: 4151, rank: 1, points: 1167 }), ...at(7, 'result') })
    const after = step(second, 'question_regraded', { ...at(7, 'result'), question_id: 'q-old', solution: {}, leaderboard: [] })
    expect(after.me).toMatchObject({ score: 4151, rank: 1, result: { question_id: 'q-single', points: 1167 } })
  })

  test('an own result before the end moves a rank that is on no board', () => {
    const early = step(playing, 'your_result', { ...own('q-single', { rank: 9 }), ...at(6, 'ended') })
    const after = step(early, 'game_ended', { ...at(6, 'ended'), podium: [], leaderboard: [], report_id: 'g1' })
    expect(after.me).toMatchObject({ rank: 9 })
  })

  test('the end brings podium and own rank', () => {
    const after = step(playing, 'game_ended', { ...at(6, 'ended'), podium: board, leaderboard: board, report_id: 'g1' })
    expect(after).toMatchObject({ phase: 'ended', podium: board, reportId: 'g1', me: { rank: 2, score: 3851 } })
  })
})

test('a snapshot made before the receipt does not take the answer away', () => {
  const answer = { answer_id: 'a', question_id: 'q-single', status: 'accepted' as const, seq: 5, received_ms: 1, option_ids: ['o2'] }
  const answered = { ...playing, me: { ...me, answer } }
  const snapshot = state({ seq: 5, phase: 'question', question: questions.single_choice, remaining_ms: 9000 })
  expect(foldState(answered, snapshot, 0).game?.me?.answer).toEqual(answer)
  expect(foldState(answered, { ...snapshot, seq: 7, question: questions.typed }, 0).game?.me?.answer).toBeUndefined()
})

test('a host’s roster follows changes and kicks', () => {
  const ada = { id: 'p1', nickname: 'Ada', connected: true }
  const host = step({ ...lobby, me: null, players: [ada] }, 'players_changed', { ...at(4, 'lobby'), players: [{ ...ada, connected: false }, { id: 'p2', nickname: 'Linh', connected: true }], count: 2 })
  expect(host.players.map((player) => [player.id, player.connected])).toEqual([['p1', false], ['p2', true]])
  expect(step(host, 'player_kicked', { ...at(5, 'lobby'), player_id: 'p1', ban: false })).toMatchObject({ playerCount: 1, players: [{ id: 'p2' }] })
})

test('settings come with the snapshot', () => {
  expect(lobby.settings).toEqual(settings)
})
