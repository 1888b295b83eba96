import type { BoardRow, Me, Phase, Player, Question, Result, ServerEvent, ServerEvents, Settings, Solution, State, TeamRow, YourResult } from '@/protocol'

/** A game as this viewer knows it. Moments (`opensAt`, `closesAt`) are on this page's monotonic clock, in ms. */
export interface Game {
  id: string
  pin: string
  seq: number
  phase: Phase
  paused: boolean
  pauseReason: string | null
  locked: boolean
  title: string
  questionCount: number
  settings: Settings
  playerCount: number
  question: Question | null
  /** When reading ends and answering begins. */
  opensAt: number
  /** Null outside a question and while paused. */
  closesAt: number | null
  /** Frozen while paused: what is left of reading and of the whole. */
  held: { opensIn: number; remaining: number } | null
  result: Result | null
  leaderboard: BoardRow[] | null
  teamBoard: TeamRow[] | null
  podium: BoardRow[] | null
  me: Me | null
  /** Arrived ahead of the closing or regrading with the same seq, and counts from then. */
  early: YourResult[]
  /** For a host. */
  players: Player[]
  answered: number
  of: number
  solution: Solution | null
  hostKey: string | null
  reportId: string | null
}

export interface Folded {
  game: Game | null
  /** Something was missed: ask for the snapshot. */
  hole: boolean
}

/** What a snapshot says, with its durations turned into moments from `now`. */
export function fromState(state: State, now: number): Game {
  const opensIn = state.opens_in_ms ?? 0
  const remaining = state.remaining_ms ?? null
  const timed = state.phase === 'question' && remaining !== null
  return {
    id: state.game_id,
    pin: state.pin,
    seq: state.seq,
    phase: state.phase,
    paused: state.paused,
    pauseReason: state.pause_reason ?? null,
    locked: state.locked,
    title: state.title,
    questionCount: state.question_count,
    settings: state.settings,
    playerCount: state.player_count,
    question: state.question ?? null,
    opensAt: opensIn > 0 ? now + opensIn : Math.min(now, now + (remaining ?? 0) - (state.question?.time_limit_ms ?? 0)),
    closesAt: timed && !state.paused ? now + remaining : null,
    held: timed && state.paused ? { opensIn, remaining } : null,
    result: state.result ?? null,
    leaderboard: state.leaderboard ?? null,
    teamBoard: state.team_leaderboard ?? null,
    podium: state.podium ?? null,
    me: state.me ?? null,
    early: [],
    players: state.players ?? [],
    answered: state.answered ?? 0,
    of: state.of ?? 0,
    solution: state.solution ?? state.result?.solution ?? null,
    hostKey: state.host_key ?? null,
    reportId: state.report_id ?? null,
  }
}

/** Takes a snapshot unless it is older than what is held. A receipt held for the same question outlives a snapshot made before it. */
export function foldState(game: Game | null, state: State, now: number): Folded {
  if (game && (game.id !== state.game_id || state.seq < game.seq)) return { game, hole: false }
  const next = fromState(state, now)
  const receipt = game?.me?.answer
  if (next.me && !next.me.answer && receipt && receipt.question_id === next.question?.id && next.phase === 'question') {
    next.me = { ...next.me, answer: receipt }
  }
  // The key is shown once; later snapshots need not repeat it.
  next.hostKey ??= game?.hostKey ?? null
  return { game: next, hole: false }
}

type Body<E extends ServerEvent> = ServerEvents[E]

/** Events that are no entries of the log: they carry the current seq unchanged. */
const BETWEEN = new Set<ServerEvent>(['players_changed', 'answers_counted'])

/** One server event. What is older than what is held changes nothing; a jump in seq is a hole. */
export function fold<E extends Exclude<ServerEvent, 'state' | 'kicked'>>(game: Game | null, name: E, body: Body<E>, now: number): Folded {
  if (!game) return { game, hole: true }
  if (body.game_id !== game.id) return { game, hole: false }
  if (BETWEEN.has(name)) {
    if (body.seq > game.seq) return { game, hole: true }
    return { game: foldBetween(game, name, body), hole: false }
  }
  if (body.seq <= game.seq) return { game, hole: false }
  if (body.seq > game.seq + 1) return { game, hole: true }
  if (name === 'your_result') {
    const before = game.early.filter((one) => one.seq === body.seq)
    return { game: { ...game, early: [...before, body as Body<'your_result'>] }, hole: false }
  }
  return { game: foldEntry({ ...game, seq: body.seq, phase: body.phase }, name, body, now), hole: false }
}

function foldBetween(game: Game, name: ServerEvent, body: Body<'players_changed'> | Body<'answers_counted'> | object): Game {
  if (name === 'players_changed') {
    const { players, count } = body as Body<'players_changed'>
    const known = new Map(game.players.map((player) => [player.id, player]))
    for (const player of players) known.set(player.id, player)
    return { ...game, players: [...known.values()], playerCount: count }
  }
  const { question_id, answered, of } = body as Body<'answers_counted'>
  return question_id === game.question?.id ? { ...game, answered, of } : game
}

type Step<E extends ServerEvent> = (game: Game, body: Body<E>, now: number) => Game

const STEPS: { [E in ServerEvent]?: Step<E> } = {
  game_started: (game, { title, question_count }) => ({ ...game, title, questionCount: question_count }),

  question_opened: (game, { question, opens_in_ms, closes_in_ms, solution }, now) => ({
    ...game,
    question,
    opensAt: now + opens_in_ms,
    closesAt: now + closes_in_ms,
    held: null,
    result: null,
    solution: solution ?? null,
    answered: 0,
    me: game.me && withoutAnswer(game.me),
  }),

  question_extended: (game, { question_id, remaining_ms, player_ids }, now) => {
    // A host's clock stays the room's when only some players have longer.
    if (question_id !== game.question?.id || player_ids) return game
    if (game.paused) return { ...game, held: { opensIn: game.held?.opensIn ?? 0, remaining: remaining_ms } }
    return { ...game, closesAt: now + remaining_ms }
  },

  question_closed: (game, body) => ({
    ...withResults(game),
    result: { question_id: body.question_id, solution: body.solution, explanation: body.explanation ?? null, counts: body.counts, answered: body.answered, of: body.of },
    solution: body.solution,
    answered: body.answered,
    of: body.of,
    leaderboard: body.leaderboard,
    teamBoard: body.team_leaderboard ?? null,
    closesAt: null,
    held: null,
  }),

  question_regraded: (game, { question_id, solution, leaderboard, team_leaderboard, podium }) => {
    const next = { ...withResults(game), leaderboard, teamBoard: team_leaderboard ?? game.teamBoard, podium: podium ?? game.podium }
    if (next.result?.question_id !== question_id) return next
    return { ...next, solution, result: { ...next.result, solution } }
  },

  game_paused: (game, { reason }, now) => ({
    ...game,
    paused: true,
    pauseReason: reason ?? null,
    held: game.closesAt === null ? game.held : { opensIn: Math.max(0, game.opensAt - now), remaining: Math.max(0, game.closesAt - now) },
    closesAt: null,
  }),

  game_unpaused: (game, { opens_in_ms, remaining_ms }, now) => {
    const remaining = remaining_ms ?? game.held?.remaining ?? null
    const inQuestion = game.phase === 'question' && remaining !== null
    return {
      ...game,
      paused: false,
      pauseReason: null,
      held: null,
      opensAt: now + (opens_in_ms ?? 0),
      closesAt: inQuestion ? now + remaining : null,
    }
  },

  game_locked: (game, { locked }) => ({ ...game, locked }),

  player_kicked: (game, { player_id }) => {
    const players = game.players.filter((player) => player.id !== player_id)
    return { ...game, players, playerCount: players.length < game.players.length ? game.playerCount - 1 : game.playerCount }
  },

  game_ended: (game, { podium, leaderboard, team_leaderboard, report_id }) => ({
    ...withResults(game),
    podium,
    leaderboard,
    teamBoard: team_leaderboard ?? null,
    reportId: report_id,
    paused: false,
    closesAt: null,
    held: null,
    me: withOwnRow(withResults(game).me, leaderboard),
  }),
}

function foldEntry(game: Game, name: ServerEvent, body: object, now: number): Game {
  const step = STEPS[name] as ((game: Game, body: object, now: number) => Game) | undefined
  return step ? step(game, body, now) : game
}

function withoutAnswer(me: Me): Me {
  const { answer: _, result: __, ...rest } = me
  return rest
}

/**
 * Applies the own results that came ahead with this seq: a regrade may bring two, and the end may move a rank. Score and
 * rank are new even if the question shown is another.
 */
function withResults(game: Game): Game {
  const results = game.early.filter((one) => one.seq === game.seq)
  const last = results.at(-1)
  if (!last || !game.me) return { ...game, early: [] }
  const me: Me = { ...game.me, score: last.score, rank: last.rank, streak: last.streak }
  const shown = game.phase === 'result' ? results.find((one) => one.question_id === game.question?.id) : undefined
  if (shown) me.result = shown
  return { ...game, early: [], me }
}

function withOwnRow(me: Me | null, board: BoardRow[]): Me | null {
  const row = me && board.find((one) => one.player_id === me.player_id)
  return me && row ? { ...me, score: row.score, rank: row.rank } : me
}

/** A player who sees a result without the own part missed it. */
export function lacksOwnResult(game: Game): boolean {
  return game.phase === 'result' && game.me !== null && game.question?.type !== 'slide' && !game.me.result
}
