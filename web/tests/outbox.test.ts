import { expect, test } from 'vitest'
import { isFinal, Outbox } from '@/game/outbox'
import { browserStore } from '@/storage'
import { memoryStore } from './fakes'

test('an answer outlives the page and keeps its id and its choice', () => {
  const store = memoryStore()
  const first = new Outbox(store, 'g1', 'p1').put('q1', { option_ids: ['o2'] }, 1234.6)
  const again = new Outbox(store, 'g1', 'p1')
  expect(again.waiting()).toEqual([{ answer_id: first.answer_id, question_id: 'q1', option_ids: ['o2'], elapsed_ms: 1235 }])
  expect(again.put('q1', { option_ids: ['o3'] }, 2000)).toEqual(first)
})

test('a receipt settles its answer only', () => {
  const outbox = new Outbox(memoryStore(), 'g1', 'p1')
  const one = outbox.put('q1', { text: 'a' }, 1)
  const two = outbox.put('q2', { text: 'b' }, 1)
  expect(one.answer_id).not.toBe(two.answer_id)
  outbox.settle(one)
  expect(outbox.waiting()).toEqual([two])
})

test('another player or game on the same device has an outbox of its own', () => {
  const store = memoryStore()
  new Outbox(store, 'g1', 'p1').put('q1', { text: 'a' }, 1)
  expect(new Outbox(store, 'g1', 'p2').waiting()).toEqual([])
  expect(new Outbox(store, 'g2', 'p1').waiting()).toEqual([])
})

test('what is broken in the storage is no answer', () => {
  const store = memoryStore()
  for (const text of ['{', 'null', '{"a":1}', '[null, 3, {"answer_id": 1}]']) {
    store.write('outbox.g1.p1', text)
    expect(new Outbox(store, 'g1', 'p1').waiting()).toEqual([])
  }
})

test('without storage an answer lives as long as the page', () => {
  const store = browserStore(() => {
    throw new Error('blocked')
  })
  const outbox = new Outbox(store, 'g1', 'p1')
  const kept = outbox.put('q1', { number: 3 }, 1)
  expect(outbox.waiting()).toEqual([kept])
})

test('early and invalid leave the answer open, the rest is final', () => {
  expect((['accepted', 'duplicate', 'late', 'closed', 'early', 'invalid'] as const).filter(isFinal)).toEqual(['accepted', 'duplicate', 'late', 'closed'])
})
