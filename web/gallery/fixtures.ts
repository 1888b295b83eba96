import type { GameView, Sent } from '@/game/client'
import { fromState, type Game } from '@/game/reducer'
import type { Choice, Me, Question, QuestionType, Result, Settings, State, YourResult } from '@/protocol'

/** Games as players meet them, for looking at screens and for testing them. */

export const settings: Settings = {
  scoring: 'kahoot',
  streak_bonus: true,
  late_join: true,
  shuffle_options: true,
  nickname_filter: true,
  nickname_generator: false,
  show_leaderboard: true,
  leaderboard_size: 5,
  question_on_phone: true,
  reading_ms: 3000,
  latency_credit_ms_max: 250,
}

const option = (id: string, text: string) => ({ id, text })
const base = { index: 2, total: 10, time_limit_ms: 20_000, points: 1000 }

export const questions: Record<QuestionType, Question> = {
  single_choice: {
    ...base,
    id: 'q-single',
    type: 'single_choice',
    text: 'Which gas do plants take in for photosynthesis?',
    options: [option('o1', 'Oxygen'), option('o2', 'Carbon dioxide'), option('o3', 'Nitrogen, which is most of the air around us'), option('o4', 'Hydrogen')],
  },
  multiple_choice: {
    ...base,
    id: 'q-multiple',
    type: 'multiple_choice',
    text: 'Which of these are primary colours of light?',
    options: [option('o1', 'Red'), option('o2', 'Yellow'), option('o3', 'Green'), option('o4', 'Blue'), option('o5', 'Orange'), option('o6', 'Violet')],
  },
  true_false: {
    ...base,
    id: 'q-tf',
    type: 'true_false',
    text: 'Sông Mê Kông chảy qua sáu quốc gia trước khi đổ ra Biển Đông.',
    options: [option('o1', 'True'), option('o2', 'False')],
  },
  typed: { ...base, id: 'q-typed', type: 'typed', text: 'What is the capital of Việt Nam?' },
  number: { ...base, id: 'q-number', type: 'number', text: 'How high is Fansipan?', min: 1000, max: 5000, step: 1, unit: 'm' },
  order: {
    ...base,
    id: 'q-order',
    type: 'order',
    text: 'Put these planets in order, nearest to the Sun first.',
    options: [option('o1', 'Mars'), option('o2', 'Venus'), option('o3', 'Mercury'), option('o4', 'Earth')],
  },
  poll: {
    ...base,
    id: 'q-poll',
    type: 'poll',
    text: 'How sure do you feel about fractions?',
    points: 0,
    options: [option('o1', 'Very sure'), option('o2', 'Mostly'), option('o3', 'Not yet')],
  },
  word_cloud: { ...base, id: 'q-cloud', type: 'word_cloud', text: 'One word for today’s lesson?', points: 0 },
  open: { ...base, id: 'q-open', type: 'open', text: 'What would you like to understand better?', points: 0 },
  slide: { ...base, id: 'q-slide', type: 'slide', text: 'Light carries energy. Chlorophyll catches it.\nNext: where does it go?', points: 0 },
}

const choices: Record<QuestionType, Choice> = {
  single_choice: { option_ids: ['o2'] },
  multiple_choice: { option_ids: ['o1', 'o3'] },
  true_false: { option_ids: ['o1'] },
  typed: { text: 'hà nội' },
  number: { number: 3143 },
  order: { option_ids: ['o3', 'o2', 'o4', 'o1'] },
  poll: { option_ids: ['o2'] },
  word_cloud: { text: 'bright' },
  open: { text: 'Why leaves turn yellow before they fall, and whether the tree gets anything back from them.' },
  slide: {},
}

const solutions: Record<QuestionType, Result> = {
  single_choice: result('q-single', { option_ids: ['o2'] }, { o1: 4, o2: 19, o3: 3, o4: 1 }, 'Leaves take in carbon dioxide through small openings and give off oxygen.'),
  multiple_choice: result('q-multiple', { option_ids: ['o1', 'o3', 'o4'] }, { o1: 20, o2: 11, o3: 18, o4: 21, o5: 2, o6: 1 }),
  true_false: result('q-tf', { option_ids: ['o1'] }, { o1: 20, o2: 7 }),
  typed: result('q-typed', { accepted: ['Hà Nội', 'Hanoi'] }, [{ text: 'Hà Nội', n: 20 }]),
  number: result('q-number', { number: 3147, tolerance: 10 }, [{ text: '3143', n: 9 }]),
  order: result('q-order', { order_ids: ['o3', 'o2', 'o4', 'o1'] }, { o1: 17, o2: 15, o3: 22, o4: 14 }),
  poll: result('q-poll', {}, { o1: 8, o2: 14, o3: 5 }),
  word_cloud: result('q-cloud', {}, [{ text: 'light', n: 7 }, { text: 'green', n: 4 }, { text: 'bright', n: 2 }, { text: 'sugar', n: 1 }]),
  open: result('q-open', {}, [{ text: 'Why leaves turn yellow', n: 1 }, { text: 'What plants do at night', n: 1 }]),
  slide: result('q-slide', {}, {}),
}

function result(question_id: string, solution: Result['solution'], counts: Result['counts'], explanation?: string): Result {
  return { question_id, solution, counts, answered: 27, of: 28, explanation: explanation ?? null }
}

const players = ['Linh', 'Ada', 'Minh Anh', 'Jonas', 'Thảo'].map((nickname, i) => ({
  player_id: `p${i}`,
  nickname,
  score: 4820 - i * 2 - i * i * 110,
  rank: i + 1,
  delta: 0,
}))

export const me: Me = { player_id: 'p1', nickname: 'Ada', score: 2784, rank: 2, streak: 2 }

export function own(question_id: string, change: Partial<YourResult> = {}): YourResult {
  return {
    game_id: 'g1',
    seq: 6,
    phase: 'result',
    question_id,
    status: 'correct',
    points: 1067,
    parts: { base: 500, speed: 467, streak: 100, latency_credit_ms: 82 },
    score: 3851,
    rank: 2,
    streak: 2,
    ahead: { nickname: 'Linh', gap: 2 },
    ...change,
  }
}

export function state(change: Partial<State> = {}): State {
  return {
    game_id: 'g1',
    pin: '428915',
    seq: 4,
    phase: 'lobby',
    paused: false,
    locked: false,
    title: 'Photosynthesis, class 8B',
    question_count: 10,
    settings,
    player_count: 28,
    me,
    ...change,
  }
}

export function game(change: Partial<State> = {}): Game {
  return fromState(state(change), performance.now())
}

export function view(change: Partial<GameView> = {}): GameView {
  return { game: game(), link: 'open', gone: null, sent: null, ...change }
}

export function asking(type: QuestionType, change: Partial<State> = {}): GameView {
  return view({ game: game({ phase: 'question', question: questions[type], opens_in_ms: 0, remaining_ms: 14_200, ...change }) })
}

export function answered(type: QuestionType, status: Sent['status'] = 'accepted'): GameView {
  const question = questions[type]
  return { ...asking(type), sent: { question_id: question.id, answer_id: 'a1', choice: choices[type], status } }
}

export function closed(type: QuestionType, change: Partial<YourResult> = {}, more: Partial<State> = {}): GameView {
  const question = questions[type]
  const survey = question.points === 0
  const mine = own(question.id, { ...(survey && { status: 'survey', points: 0, parts: { base: 0, speed: 0, streak: 0, latency_credit_ms: 0 } }), ...change })
  const answer = { answer_id: 'a1', question_id: question.id, status: 'accepted' as const, seq: 5, received_ms: 2100, ...choices[type] }
  return view({
    game: game({
      phase: 'result',
      question,
      result: solutions[type],
      me: { ...me, score: mine.score, rank: mine.rank, ...(mine.status !== 'none' && { answer }), result: mine },
      ...more,
    }),
  })
}

export function ended(rank: number, change: Partial<State> = {}): GameView {
  const nickname = players[rank - 1]?.nickname ?? 'Ada'
  return view({
    game: game({
      phase: 'ended',
      podium: players.slice(0, 3),
      leaderboard: players,
      me: { ...me, player_id: `p${rank - 1}`, nickname, rank, score: 4820 - rank * 120 },
      ...change,
    }),
  })
}
