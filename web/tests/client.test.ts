import { beforeEach, expect, test } from 'vitest'
import { GameClient } from '@/game/client'
import { Refused } from '@/game/connection'
import { Seats } from '@/game/seats'
import type { State } from '@/protocol'
import { own, questions, state } from '../gallery/fixtures'
import { FakeNetwork, ManualTimers, memoryStore } from './fakes'

let timers: ManualTimers
let network: FakeNetwork
let store: ReturnType<typeof memoryStore>

beforeEach(() => {
  timers = new ManualTimers()
  network = new FakeNetwork()
  store = memoryStore()
})

const ports = () => ({ open: network.open, timers, store, token: () => Promise.resolve(null) })
const asking = (change: Partial<State> = {}) => state({ seq: 5, phase: 'question', question: questions.single_choice, opens_in_ms: 0, remaining_ms: 20_000, ...change })
const accepted = (answer_id: unknown) => ({ ok: true, answer_id, question_id: 'q-single', status: 'accepted', seq: 5, received_ms: 900 })
const at = (seq: number, phase = 'question') => ({ game_id: 'g1', seq, phase })

/** A player who sees the open question. */
function player(): GameClient {
  const client = new GameClient({ kind: 'player', gameId: 'g1', resumeToken: 'r1' }, ports())
  network.say('state', asking())
  return client
}

test('joining keeps the seat, and the next connection brings the resume token', async () => {
  const client = new GameClient({ kind: 'newcomer' }, ports())
  expect(await network.credentials()).toEqual({})
  const joined = client.join({ pin: '428915', nickname: 'Ada', join_id: 'j1' })
  network.of('join_game')[0]!.answer({ ok: true, player_id: 'p1', resume_token: 'r1', state: state() })
  expect(await joined).toBe('g1')
  expect(new Seats(store).atPin('428915')).toMatchObject({ game_id: 'g1', resume_token: 'r1', nickname: 'Ada' })
  expect(await network.credentials()).toEqual({ resume: 'r1' })
  expect(client.view().game?.phase).toBe('lobby')
})

test('joining again after silence sends the same join_id', async () => {
  const client = new GameClient({ kind: 'newcomer' }, ports())
  const joined = client.join({ pin: '428915', nickname: 'Ada', join_id: 'j1' })
  await timers.advance(4500)
  const tries = network.of('join_game')
  expect(tries.map((packet) => packet.payload.join_id)).toEqual(['j1', 'j1'])
  tries[1]!.answer({ ok: true, player_id: 'p1', resume_token: 'r1', state: state() })
  expect(await joined).toBe('g1')
})

test('a refused join says why and leaves no seat', async () => {
  const client = new GameClient({ kind: 'newcomer' }, ports())
  const joined = client.join({ pin: '428915', nickname: 'Ada' })
  network.of('join_game')[0]!.answer({ ok: false, error: { code: 'nickname_taken', message: 'Someone is called Ada.' } })
  await expect(joined).rejects.toSatisfy((error) => error instanceof Refused && error.code === 'nickname_taken')
  expect(new Seats(store).all()).toEqual([])
})

test('an answer is sending until its receipt, then sent', async () => {
  const client = player()
  client.answer({ option_ids: ['o2'] })
  expect(client.view().sent).toMatchObject({ status: 'sending', choice: { option_ids: ['o2'] } })
  const [packet] = network.of('submit_answer')
  expect(packet!.payload).toMatchObject({ question_id: 'q-single', option_ids: ['o2'] })
  packet!.answer(accepted(packet!.payload.answer_id))
  await timers.advance(0)
  expect(client.view().sent).toMatchObject({ status: 'accepted', choice: { option_ids: ['o2'] } })
  expect(store.all.has('outbox.g1.p1')).toBe(false)
})

test('without a receipt the same answer_id and choice go out again after the next connection', async () => {
  const client = player()
  client.answer({ option_ids: ['o2'] })
  network.lose()
  await timers.advance(0)
  expect(client.view().sent?.status).toBe('again')
  await timers.advance(2000)
  const sent = network.of('submit_answer')
  expect(sent.length).toBeGreaterThanOrEqual(2)
  expect(new Set(sent.map((packet) => packet.payload.answer_id)).size).toBe(1)
  sent.at(-1)!.answer(accepted(sent[0]!.payload.answer_id))
  await timers.advance(0)
  expect(client.view().sent?.status).toBe('accepted')
})

test('an answer given while offline is kept over a reload and sent by the new page', async () => {
  const first = player()
  network.up = false
  network.lose()
  first.answer({ option_ids: ['o3'] })
  expect(first.view().sent?.status).toBe('again')
  const kept = JSON.parse(store.all.get('outbox.g1.p1')!) as { answer_id: string }[]

  network = new FakeNetwork()
  const second = player()
  await timers.advance(0)
  expect(second.view().sent).toMatchObject({ status: 'again', choice: { option_ids: ['o3'] } })
  expect(network.of('submit_answer').map((packet) => packet.payload.answer_id)).toEqual([kept[0]!.answer_id])
})

test('a second choice for the same question is never sent', async () => {
  const client = player()
  client.answer({ option_ids: ['o2'] })
  client.answer({ option_ids: ['o3'] })
  await timers.advance(0)
  expect(network.of('submit_answer').map((packet) => packet.payload.option_ids)).toEqual([['o2']])
})

test.each(['late', 'closed', 'duplicate'] as const)('%s is the last word and is shown', async (status) => {
  const client = player()
  client.answer({ option_ids: ['o2'] })
  const [packet] = network.of('submit_answer')
  packet!.answer({ ...accepted(packet!.payload.answer_id), status })
  await timers.advance(0)
  expect(client.view().sent?.status).toBe(status)
  expect(store.all.has('outbox.g1.p1')).toBe(false)
})

test('a duplicate asks which answer stands', async () => {
  const client = player()
  client.answer({ option_ids: ['o2'] })
  const [packet] = network.of('submit_answer')
  packet!.answer({ ...accepted(packet!.payload.answer_id), status: 'duplicate' })
  await timers.advance(0)
  const me = { player_id: 'p1', nickname: 'Ada', score: 0, streak: 0, answer: { ...accepted('other'), option_ids: ['o4'] } }
  network.of('sync_game')[0]!.answer({ ok: true, state: asking({ me } as unknown as Partial<State>) })
  await timers.advance(0)
  expect(client.view().sent).toMatchObject({ answer_id: 'other', status: 'accepted', choice: { option_ids: ['o4'] } })
})

test('early is sent again with the same answer_id', async () => {
  const client = player()
  client.answer({ option_ids: ['o2'] })
  const [packet] = network.of('submit_answer')
  packet!.answer({ ...accepted(packet!.payload.answer_id), status: 'early' })
  await timers.advance(150)
  expect(network.of('submit_answer').map((one) => one.payload.answer_id)).toEqual([packet!.payload.answer_id, packet!.payload.answer_id])
})

test('invalid frees the question for another choice', async () => {
  const client = player()
  client.answer({ option_ids: ['o2'] })
  const [packet] = network.of('submit_answer')
  packet!.answer({ ...accepted(packet!.payload.answer_id), status: 'invalid' })
  await timers.advance(0)
  expect(client.view().sent?.status).toBe('invalid')
  client.answer({ option_ids: ['o3'] })
  expect(network.of('submit_answer')).toHaveLength(2)
})

test('an answer refused while paused is sent when the game goes on', async () => {
  const client = player()
  client.answer({ option_ids: ['o2'] })
  const [packet] = network.of('submit_answer')
  packet!.answer({ ok: false, error: { code: 'paused', message: 'Paused.' } })
  network.say('game_paused', at(6))
  await timers.advance(2000)
  expect(network.of('submit_answer')).toHaveLength(1)
  network.say('game_unpaused', { ...at(7), remaining_ms: 12_000 })
  await timers.advance(0)
  expect(network.of('submit_answer')[1]!.payload.answer_id).toBe(packet!.payload.answer_id)
})

test('a hole asks for the snapshot and takes it', async () => {
  const client = player()
  network.say('game_locked', { ...at(9), locked: true })
  await timers.advance(0)
  expect(network.of('sync_game')[0]!.payload).toEqual({ last_seq: 5 })
  network.of('sync_game')[0]!.answer({ ok: true, state: asking({ seq: 9, locked: true }) })
  await timers.advance(0)
  expect(client.view().game).toMatchObject({ seq: 9, locked: true })
})

test('a result without the own part is asked for once', async () => {
  const client = player()
  network.say('question_closed', { ...at(6, 'result'), question_id: 'q-single', solution: {}, counts: {}, answered: 0, of: 1, leaderboard: [] })
  await timers.advance(0)
  const [asked] = network.of('sync_game')
  asked!.answer({ ok: true, state: state({ seq: 6, phase: 'result', question: questions.single_choice }) })
  await timers.advance(1000)
  expect(network.of('sync_game')).toHaveLength(1)
  expect(client.view().game?.phase).toBe('result')
})

test('the own result that comes ahead needs no asking', async () => {
  player()
  network.say('your_result', { ...own('q-single'), ...at(6, 'result') })
  network.say('question_closed', { ...at(6, 'result'), question_id: 'q-single', solution: {}, counts: {}, answered: 0, of: 1, leaderboard: [] })
  await timers.advance(0)
  expect(network.of('sync_game')).toHaveLength(0)
})

test('a question that should have closed is asked about', async () => {
  player()
  await timers.advance(9000)
  network.say('probe', { n: 1 })
  await timers.advance(9000)
  network.say('probe', { n: 2 })
  await timers.advance(4500)
  expect(network.of('sync_game')).toHaveLength(1)
})

test('a server that does not speak after a resume is asked', async () => {
  const client = new GameClient({ kind: 'player', gameId: 'g1', resumeToken: 'r1' }, ports())
  await timers.advance(3100)
  network.of('resume_game')[0]!.answer({ ok: true, role: 'player', state: state() })
  await timers.advance(0)
  expect(client.view().game?.seq).toBe(4)
})

test('a kick ends the connection, forgets the seat and the outbox', async () => {
  new Seats(store).take({ game_id: 'g1', pin: '428915', nickname: 'Ada', player_id: 'p1', resume_token: 'r1' })
  const client = player()
  client.answer({ option_ids: ['o2'] })
  network.say('kicked', { ...at(6), ban: true })
  await timers.advance(20_000)
  expect(client.view().gone).toEqual({ why: 'kicked', ban: true })
  expect(new Seats(store).all()).toEqual([])
  expect(store.all.has('outbox.g1.p1')).toBe(false)
  expect(network.attempts).toBe(1)
})

test('a host takes the seat back after every loss and repeats a command with the same op_id', async () => {
  const client = new GameClient({ kind: 'host', gameId: 'g1', hostKey: 'k1' }, ports())
  expect(network.of('resume_game')[0]!.payload).toEqual({ game_id: 'g1', host_key: 'k1' })
  network.of('resume_game')[0]!.answer({ ok: true, role: 'host', state: state() })
  const done = client.command('start_game', { op_id: 'op1', seq: 4 })
  network.lose()
  await timers.advance(1000)
  expect(network.of('resume_game')).toHaveLength(2)
  const tries = network.of('start_game')
  expect(tries.map((packet) => packet.payload.op_id)).toEqual(['op1', 'op1'])
  tries[1]!.answer({ ok: true, state: asking() })
  await done
  expect(client.view().game?.phase).toBe('question')
})

test('a command that overtakes the host’s way back is sent again, not shown as a refusal', async () => {
  const client = new GameClient({ kind: 'host', gameId: 'g1', hostKey: 'k1' }, ports())
  const done = client.command('next_question', { op_id: 'op1', seq: 4 })
  network.of('next_question')[0]!.answer({ ok: false, error: { code: 'not_in_game', message: 'Join or resume a game first.' } })
  network.of('resume_game')[0]!.answer({ ok: true, role: 'host', state: state() })
  await timers.advance(300)
  const tries = network.of('next_question')
  expect(tries.map((packet) => packet.payload.op_id)).toEqual(['op1', 'op1'])
  tries[1]!.answer({ ok: true, state: asking() })
  await done
  expect(client.view().game?.phase).toBe('question')
})

test('a stale access token is renewed, then left out; a player comes in without one', async () => {
  const asked: boolean[] = []
  const token = (renew: boolean) => {
    asked.push(renew)
    return Promise.resolve('stale')
  }
  const client = new GameClient({ kind: 'player', gameId: 'g1', resumeToken: 'r1' }, { ...ports(), token })
  const given: unknown[] = [await network.credentials()]
  network.isOpen = false
  for (let i = 0; i < 2; i += 1) {
    network.up = false
    network.events.failed({ code: 'token_expired', message: 'Renew.' })
    given.push(await network.credentials())
  }
  expect(given).toEqual([{ token: 'stale', resume: 'r1' }, { token: 'stale', resume: 'r1' }, { resume: 'r1' }])
  expect(asked).toEqual([false, true])
  expect(client.view().gone).toBeNull()
})

test('a seat that the server does not know is given up, with the way on in words', () => {
  new Seats(store).take({ game_id: 'g1', pin: '428915', nickname: 'Ada', player_id: 'p1', resume_token: 'r1' })
  const client = new GameClient({ kind: 'player', gameId: 'g1', resumeToken: 'r1' }, ports())
  network.events.failed({ code: 'bad_token', message: 'Join again with the PIN.' })
  expect(client.view().gone).toEqual({ why: 'unknown', message: 'Join again with the PIN.' })
  expect(new Seats(store).all()).toEqual([])
})
