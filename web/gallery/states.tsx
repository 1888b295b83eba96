import type { ReactNode } from 'react'
import type { GameView } from '@/game/client'
import { PlayerView } from '@/player/PlayerView'
import type { QuestionType } from '@/protocol'
import { answered, asking, closed, ended, game, questions, settings, view, me } from './fixtures'

const wrong = { status: 'wrong', points: 0, parts: { base: 0, speed: 0, streak: 0, latency_credit_ms: 0 }, score: 2784, rank: 7, streak: 0, ahead: { nickname: 'Minh Anh', gap: 316 } } as const

/** Every state of the player's page, by name. */
export const views: Record<string, () => GameView> = {
  connecting: () => view({ game: null, link: 'connecting' }),
  lobby: () => view(),
  'lobby-team-lost': () => view({ game: game({ me: { ...me, team: 'Foxes' } }), link: 'lost' }),
  reading: () => asking('single_choice', { opens_in_ms: 2800, remaining_ms: 22_800 }),
  ...Object.fromEntries((Object.keys(questions) as QuestionType[]).map((type) => [`ask-${type}`, () => asking(type)])),
  ...Object.fromEntries((Object.keys(questions) as QuestionType[]).filter((type) => type !== 'slide').map((type) => [`sent-${type}`, () => answered(type)])),
  'ask-board-only': () => asking('single_choice', { settings: { ...settings, question_on_phone: false }, question: { ...questions.single_choice, text: '', options: ['1', '2', '3', '4'].map((id) => ({ id, text: '' })) } }),
  'ask-hurry': () => asking('single_choice', { remaining_ms: 4200 }),
  sending: () => answered('single_choice', 'sending'),
  'sending-again': () => ({ ...answered('single_choice', 'again'), link: 'lost' }),
  late: () => answered('single_choice', 'late'),
  paused: () => view({ game: game({ phase: 'question', paused: true, pause_reason: 'Fire drill. Back in five minutes.', question: questions.typed, remaining_ms: 9000 }) }),
  ...Object.fromEntries((Object.keys(questions) as QuestionType[]).map((type) => [`result-${type}`, () => closed(type)])),
  'result-wrong': () => closed('single_choice', wrong),
  'result-partial': () => closed('multiple_choice', { status: 'partial', points: 611, parts: { base: 333, speed: 278, streak: 0, latency_credit_ms: 0 } }),
  'result-none': () => closed('order', { ...wrong, status: 'none' }),
  'result-first': () => closed('true_false', { rank: 1, ahead: null, streak: 4 }),
  'ended-first': () => ended(1),
  'ended-fourth': () => ended(4),
  'ended-teams': () => ended(5, { me: { ...me, player_id: 'p4', nickname: 'Thảo', team: 'Foxes', rank: 5 }, team_leaderboard: [{ team: 'Otters', score: 3120, rank: 1, delta: 0 }, { team: 'Foxes', score: 2980, rank: 2, delta: 0 }] }),
  kicked: () => view({ gone: { why: 'kicked', ban: false } }),
  banned: () => view({ gone: { why: 'kicked', ban: true } }),
  unknown: () => view({ game: null, gone: { why: 'unknown', message: '' } }),
}

export function stateNamed(name: string): ReactNode {
  const make = views[name]
  return make ? <PlayerView view={make()} onAnswer={() => undefined} /> : null
}
