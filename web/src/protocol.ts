/**
 * The live game on the wire, as the rest of the app names it. The only file that knows where these types come from:
 * written by hand here, replaced by re-exports of `generated/games.ts` once the schema is committed.
 * Every `*_ms` on the wire is a duration counted from sending.
 */

export type Phase = 'lobby' | 'question' | 'result' | 'ended'
export type QuestionType =
  | 'single_choice'
  | 'multiple_choice'
  | 'true_false'
  | 'typed'
  | 'number'
  | 'order'
  | 'poll'
  | 'word_cloud'
  | 'open'
  | 'slide'

export interface Media {
  url: string
  alt?: string
}

export interface Option {
  id: string
  text: string
  media?: Media | null
}

export interface Question {
  id: string
  /** Counted from 0. */
  index: number
  total: number
  type: QuestionType
  text: string
  media?: Media | null
  options?: Option[] | null
  time_limit_ms: number
  points: number
  min?: number | null
  max?: number | null
  step?: number | null
  unit?: string | null
}

export interface Settings {
  scoring: 'kahoot' | 'accuracy' | 'survey'
  streak_bonus: boolean
  late_join: boolean
  shuffle_options: boolean
  nickname_filter: boolean
  nickname_generator: boolean
  identifier_label?: string | null
  teams?: string[] | null
  show_leaderboard: boolean
  leaderboard_size: number
  question_on_phone: boolean
  reading_ms: number
  auto_advance_ms?: number | null
  latency_credit_ms_max: number
}

export interface Solution {
  option_ids?: string[] | null
  accepted?: string[] | null
  number?: number | null
  tolerance?: number | null
  order_ids?: string[] | null
  /** The question was taken out of all scores. */
  void?: true | null
}

export type Counts = Record<string, number> | { text: string; n: number }[]

export interface BoardRow {
  player_id: string
  nickname: string
  score: number
  rank: number
  delta: number
}

export interface TeamRow {
  team: string
  score: number
  rank: number
  delta: number
}

export type ReceiptStatus = 'accepted' | 'duplicate' | 'late' | 'closed' | 'early' | 'invalid'

export interface Receipt {
  answer_id: string
  question_id: string
  status: ReceiptStatus
  seq: number
  received_ms: number
}

/** What a player sends as an answer. */
export interface Choice {
  option_ids?: string[] | null
  text?: string | null
  number?: number | null
}

export interface Submission extends Choice {
  answer_id: string
  question_id: string
  elapsed_ms?: number
}

export interface Parts {
  base: number
  speed: number
  streak: number
  latency_credit_ms: number
}

export interface YourResult {
  question_id: string
  status: 'correct' | 'partial' | 'wrong' | 'none' | 'survey'
  points: number
  parts: Parts
  score: number
  /** Absent while the player is on no board yet. */
  rank?: number | null
  streak: number
  ahead?: { nickname: string; gap: number } | null
}

export interface Result {
  question_id: string
  solution: Solution
  explanation?: string | null
  counts: Counts
  answered: number
  of: number
}

export interface Me {
  player_id: string
  nickname: string
  team?: string | null
  score: number
  rank?: number | null
  streak: number
  answer?: (Receipt & Choice) | null
  result?: YourResult | null
}

export interface Player {
  id: string
  nickname: string
  team?: string | null
  connected: boolean
  rtt_ms?: number | null
}

/** The snapshot: all that a viewer who never left would know. */
export interface State {
  game_id: string
  pin: string
  seq: number
  phase: Phase
  paused: boolean
  locked: boolean
  title: string
  question_count: number
  settings: Settings
  player_count: number
  question?: Question | null
  opens_in_ms?: number | null
  remaining_ms?: number | null
  result?: Result | null
  leaderboard?: BoardRow[] | null
  team_leaderboard?: TeamRow[] | null
  podium?: BoardRow[] | null
  report_id?: string | null
  pause_reason?: string | null
  me?: Me | null
  /** For a host only. */
  players?: Player[] | null
  answered?: number | null
  of?: number | null
  solution?: Solution | null
  host_key?: string | null
}

interface Placed {
  game_id: string
  seq: number
  phase: Phase
}

/** Server events by name, without those that the connection keeps for itself (`probe`, `move`). */
export interface ServerEvents {
  state: State
  state_advanced: Placed
  players_changed: Placed & { players: Player[]; count: number }
  game_started: Placed & { title: string; question_count: number }
  /** `solution` is for hosts only. */
  question_opened: Placed & { question: Question; opens_in_ms: number; closes_in_ms: number; solution?: Solution | null }
  answers_counted: Placed & { question_id: string; answered: number; of: number }
  /** `player_ids` tells a host that it is for these players only. */
  question_extended: Placed & { question_id: string; remaining_ms: number; player_ids?: string[] | null }
  your_result: Placed & YourResult
  question_closed: Placed & Result & { leaderboard: BoardRow[]; team_leaderboard?: TeamRow[] | null }
  question_regraded: Placed & { question_id: string; solution: Solution; leaderboard: BoardRow[]; team_leaderboard?: TeamRow[] | null; podium?: BoardRow[] | null }
  game_paused: Placed & { reason?: string | null }
  game_unpaused: Placed & { opens_in_ms?: number | null; remaining_ms?: number | null }
  game_locked: Placed & { locked: boolean }
  player_kicked: Placed & { player_id: string; ban: boolean }
  game_ended: Placed & {
    podium: BoardRow[]
    leaderboard: BoardRow[]
    team_leaderboard?: TeamRow[] | null
    report_id: string
  }
  kicked: Placed & { ban: boolean }
}

export type ServerEvent = keyof ServerEvents

/** Every event above, for subscribing. */
export const SERVER_EVENTS = [
  'state',
  'state_advanced',
  'players_changed',
  'game_started',
  'question_opened',
  'answers_counted',
  'question_extended',
  'your_result',
  'question_closed',
  'question_regraded',
  'game_paused',
  'game_unpaused',
  'game_locked',
  'player_kicked',
  'game_ended',
  'kicked',
] as const satisfies readonly ServerEvent[]

export interface Refusal {
  code: string
  message: string
  retry_after_ms?: number | null
}

export type Ack<T> = ({ ok: true } & T) | { ok: false; error: Refusal }

/** Client events: what is sent, and what the acknowledgement holds beside `ok: true`. */
export interface ClientEvents {
  create_game: [{ quiz_id: string; settings?: Partial<Settings>; op_id?: string }, { game_id: string; pin: string; host_key: string; state: State }]
  join_game: [
    { pin: string; nickname?: string; join_id?: string; identifier?: string; team?: string },
    { player_id: string; resume_token: string; state: State },
  ]
  resume_game: [{ resume_token: string } | { game_id: string; host_key?: string }, { role: 'player' | 'host'; state: State }]
  sync_game: [{ last_seq?: number }, { state: State }]
  probe_clock: [{ t0: number }, { t0: number; t1: number; t2: number }]
  submit_answer: [Submission, Receipt]
  start_game: HostCommand
  next_question: HostCommand
  close_question: HostCommand
  end_game: HostCommand
  pause_game: HostCommand<{ reason?: string }>
  unpause_game: HostCommand
  lock_game: HostCommand<{ locked: boolean }>
  extend_question: HostCommand<{ ms: number; player_ids?: string[] }>
  kick_player: HostCommand<{ player_id: string; ban?: boolean }>
  regrade_question: HostCommand<{
    question_id: string
    correct_option_ids?: string[]
    accepted?: string[]
    number?: number
    order_ids?: string[]
    void?: boolean
  }>
  rotate_host_key: [Record<string, never>, { host_key: string }]
}

export interface ScoreChange {
  player_id: string
  nickname: string
  score_before: number
  score_after: number
  rank_before?: number | null
  rank_after?: number | null
}

type HostCommand<P = unknown> = [{ op_id?: string; seq?: number } & P, { state: State; changes?: ScoreChange[] | null }]

export type ClientEvent = keyof ClientEvents
export type Payload<E extends ClientEvent> = ClientEvents[E][0]
export type Answer<E extends ClientEvent> = ClientEvents[E][1]

/** `GET /api/games?pin=`: what may be known before joining. */
export interface GameAtPin {
  title: string
  phase: Phase
  locked: boolean
  game_id?: string | null
  identifier_label?: string | null
  teams?: string[] | null
  nickname_generator?: boolean | null
}
