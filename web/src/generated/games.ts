// Written by `npm run generate`. Change the contract, not this file.

/**
 * The player one rank higher, and by how many points.
 */
export interface Ahead {
  nickname: string
  gap: number
}
/**
 * The receipt.
 */
export interface AnswerReceived {
  answer_id: string
  question_id: string
  status: 'accepted' | 'duplicate' | 'late' | 'closed' | 'early' | 'invalid'
  seq: number
  received_ms: number
  ok: true
}
/**
 * To hosts, at most ten a second, no entry.
 */
export interface AnswersCounted {
  game_id: string
  seq: number
  phase: 'lobby' | 'question' | 'result' | 'ended'
  question_id: string
  answered: number
  of: number
}
export interface ClockProbed {
  ok: true
  t0: number
  t1: number
  t2: number
}
export interface CloseQuestion {
  op_id?: string | null
  seq?: number | null
}
/**
 * The state after the command, or the present one if it was stale. `changes` answer a regrade.
 */
export interface CommandDone {
  ok: true
  state: State
  changes?: ScoreChange[] | null
}
/**
 * The snapshot: all that a client needs to stand where one that never left stands.
 *
 * `question` is there in `question` and `result`, `result` in `result`; `podium` and `report_id` in `ended`.
 * `opens_in_ms` and `remaining_ms` (until the deadline, reading time included) stand still while `paused`.
 */
export interface State {
  game_id: string
  seq: number
  phase: 'lobby' | 'question' | 'result' | 'ended'
  pin: string
  paused: boolean
  pause_reason?: string | null
  locked: boolean
  title: string
  question_count: number
  settings: GameSettings
  player_count: number
  question?: GameQuestion | null
  opens_in_ms?: number | null
  remaining_ms?: number | null
  result?: QuestionResult | null
  leaderboard?: LeaderboardRow[] | null
  team_leaderboard?: TeamRow[] | null
  podium?: LeaderboardRow[] | null
  report_id?: string | null
  me?: Me | null
  players?: RosterPlayer[] | null
  answered?: number | null
  of?: number | null
  solution?: Solution | null
  host_key?: string | null
}
/**
 * How one game is played; frozen at its creation.
 *
 * `scoring`: speed and share (`kahoot`), share alone (`accuracy`), no points (`survey`). `teams` are the names that a
 * player may choose from. `show_leaderboard: false` sends nobody a ranking. `leaderboard_size` is the length of every
 * leaderboard. `question_on_phone: false` keeps texts and pictures on the projector. `reading_ms` lies between
 * announcing a question and opening it. `auto_advance_ms` after a closing the next question opens by itself.
 */
export interface GameSettings {
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
/**
 * A question as shown: never its solution. `index` counts from 0.
 */
export interface GameQuestion {
  id: string
  index: number
  total: number
  type: 'single_choice' | 'multiple_choice' | 'true_false' | 'typed' | 'number' | 'order' | 'poll' | 'word_cloud' | 'open' | 'slide'
  text: string
  media?: Media | null
  options?: GameOption[] | null
  time_limit_ms: number
  points: number
  min?: number | null
  max?: number | null
  step?: number | null
  unit?: string | null
}
/**
 * A picture. `url` is `/api/files/{id}` of a file the author owns, or an https address; `alt` says what is seen.
 */
export interface Media {
  url: string
  alt: string
}
/**
 * A choice as shown. `id` is random per game; letter, colour and shape go by its place in the list.
 */
export interface GameOption {
  id: string
  text: string
  media?: Media | null
}
/**
 * The closed question on show.
 */
export interface QuestionResult {
  question_id: string
  solution: Solution
  explanation?: string | null
  counts:
    | {
        [k: string]: number
      }
    | TextCount[]
  answered: number
  of: number
}
/**
 * What was right; empty for types without a right answer. `void`: the question was taken out of all scores.
 */
export interface Solution {
  option_ids?: string[] | null
  accepted?: string[] | null
  number?: number | null
  tolerance?: number | null
  order_ids?: string[] | null
  void?: true | null
}
/**
 * How many gave this text. `text` is the commonest spelling of the answers that fold to the same.
 */
export interface TextCount {
  text: string
  n: number
}
/**
 * `delta` is the number of places gained since the leaderboard before; 0 for who was not on it.
 */
export interface LeaderboardRow {
  player_id: string
  nickname: string
  score: number
  rank: number
  delta: number
}
/**
 * `score` is the mean of the members', rounded half up.
 */
export interface TeamRow {
  team: string
  score: number
  rank: number
  delta: number
}
/**
 * The player who looks. `answer` and `result` belong to the question on show. `rank` comes with the first board.
 */
export interface Me {
  player_id: string
  nickname: string
  team?: string | null
  score: number
  rank?: number | null
  streak: number
  answer?: OwnAnswer | null
  result?: YourResult | null
}
/**
 * The player's stored answer: the receipt and what was chosen.
 */
export interface OwnAnswer {
  answer_id: string
  question_id: string
  status: 'accepted' | 'duplicate' | 'late' | 'closed' | 'early' | 'invalid'
  seq: number
  received_ms: number
  option_ids?: string[] | null
  text?: string | null
  number?: number | null
}
/**
 * One player's result of one question; `points` is the sum of the parts without the credit.
 *
 * `score`, `rank` and `streak` are those of the whole game. `rank` is missing while the player is on no board yet.
 */
export interface YourResult {
  game_id: string
  seq: number
  phase: 'lobby' | 'question' | 'result' | 'ended'
  question_id: string
  status: 'correct' | 'partial' | 'wrong' | 'none' | 'survey'
  points: number
  parts: ScoreParts
  score: number
  rank?: number | null
  streak: number
  ahead?: Ahead | null
}
export interface ScoreParts {
  base: number
  speed: number
  streak: number
  latency_credit_ms: number
}
/**
 * A player as the host sees them.
 */
export interface RosterPlayer {
  id: string
  nickname: string
  team?: string | null
  connected: boolean
  rtt_ms?: number | null
}
/**
 * What a regrade did to one player.
 */
export interface ScoreChange {
  player_id: string
  nickname: string
  score_before: number
  score_after: number
  rank_before?: number | null
  rank_after?: number | null
}
/**
 * A teacher opens a lobby over the quiz as it stands now.
 */
export interface CreateGame {
  quiz_id: string
  settings: GameSettings1
  op_id?: string | null
}
/**
 * How one game is played; frozen at its creation.
 *
 * `scoring`: speed and share (`kahoot`), share alone (`accuracy`), no points (`survey`). `teams` are the names that a
 * player may choose from. `show_leaderboard: false` sends nobody a ranking. `leaderboard_size` is the length of every
 * leaderboard. `question_on_phone: false` keeps texts and pictures on the projector. `reading_ms` lies between
 * announcing a question and opening it. `auto_advance_ms` after a closing the next question opens by itself.
 */
export interface GameSettings1 {
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
export interface EndGame {
  op_id?: string | null
  seq?: number | null
}
/**
 * More time for the open question: for everyone, or for the players named.
 */
export interface ExtendQuestion {
  op_id?: string | null
  seq?: number | null
  ms: number
  player_ids?: string[] | null
}
export interface GameCreated {
  ok: true
  game_id: string
  pin: string
  host_key: string
  state: State
}
/**
 * `report_id` is the game's id.
 */
export interface GameEnded {
  game_id: string
  seq: number
  phase: 'lobby' | 'question' | 'result' | 'ended'
  podium: LeaderboardRow[]
  leaderboard: LeaderboardRow[]
  team_leaderboard?: TeamRow[] | null
  report_id: string
}
/**
 * What a person with the PIN may know before joining, so that the join form asks for the right things.
 */
export interface GameFound {
  title: string
  phase: 'lobby' | 'question' | 'result' | 'ended'
  locked: boolean
  identifier_label?: string | null
  teams?: string[] | null
  nickname_generator: boolean
}
export interface GameJoined {
  ok: true
  player_id: string
  resume_token: string
  state: State
}
export interface GameLocked {
  game_id: string
  seq: number
  phase: 'lobby' | 'question' | 'result' | 'ended'
  locked: boolean
}
export interface GamePaused {
  game_id: string
  seq: number
  phase: 'lobby' | 'question' | 'result' | 'ended'
  reason?: string | null
}
export interface GameResumed {
  ok: true
  role: 'host' | 'player'
  state: State
}
/**
 * The lobby is over; the first question follows at once.
 */
export interface GameStarted {
  game_id: string
  seq: number
  phase: 'lobby' | 'question' | 'result' | 'ended'
  title: string
  question_count: number
}
export interface GameSynced {
  ok: true
  state: State
}
export interface GameUnpaused {
  game_id: string
  seq: number
  phase: 'lobby' | 'question' | 'result' | 'ended'
  opens_in_ms?: number | null
  remaining_ms?: number | null
}
export interface HostKeyRotated {
  ok: true
  host_key: string
}
/**
 * Anyone comes in. `join_id` is the client's UUID: the same again is the same player.
 *
 * `nickname` may be empty only where the game makes the names; `identifier` is asked for by `identifier_label`.
 */
export interface JoinGame {
  pin: string
  nickname: string
  join_id?: string | null
  identifier?: string | null
  team?: string | null
}
export interface KickPlayer {
  op_id?: string | null
  seq?: number | null
  player_id: string
  ban: boolean
}
/**
 * To the player concerned, who is then disconnected.
 */
export interface Kicked {
  game_id: string
  seq: number
  phase: 'lobby' | 'question' | 'result' | 'ended'
  ban: boolean
}
export interface LockGame {
  op_id?: string | null
  seq?: number | null
  locked: boolean
}
/**
 * This server is leaving; reconnect after that long. The game goes on.
 */
export interface Move {
  retry_after_ms: number
}
export interface NextQuestion {
  op_id?: string | null
  seq?: number | null
}
export interface PauseGame {
  op_id?: string | null
  seq?: number | null
  reason?: string | null
}
/**
 * To hosts.
 */
export interface PlayerKicked {
  game_id: string
  seq: number
  phase: 'lobby' | 'question' | 'result' | 'ended'
  player_id: string
  ban: boolean
}
/**
 * To hosts, at most ten a second, no entry: those that changed, and how many players there are.
 */
export interface PlayersChanged {
  game_id: string
  seq: number
  phase: 'lobby' | 'question' | 'result' | 'ended'
  players: RosterPlayer[]
  count: number
}
/**
 * Acknowledged at once by the client: how the server measures round trips.
 */
export interface Probe {
  n: number
}
/**
 * Asks the server's clock, for the client's own display.
 */
export interface ProbeClock {
  t0: number
}
export interface QuestionClosed {
  question_id: string
  solution: Solution
  explanation?: string | null
  counts:
    | {
        [k: string]: number
      }
    | TextCount[]
  answered: number
  of: number
  game_id: string
  seq: number
  phase: 'lobby' | 'question' | 'result' | 'ended'
  leaderboard: LeaderboardRow[]
  team_leaderboard?: TeamRow[] | null
}
/**
 * More time. `player_ids` tells hosts that it is for these players only; others get `state_advanced`.
 */
export interface QuestionExtended {
  game_id: string
  seq: number
  phase: 'lobby' | 'question' | 'result' | 'ended'
  question_id: string
  remaining_ms: number
  player_ids?: string[] | null
}
/**
 * Answers are taken from `opens_in_ms` to `closes_in_ms`. `solution` goes to hosts only.
 */
export interface QuestionOpened {
  game_id: string
  seq: number
  phase: 'lobby' | 'question' | 'result' | 'ended'
  question: GameQuestion
  opens_in_ms: number
  closes_in_ms: number
  solution?: Solution | null
}
export interface QuestionRegraded {
  game_id: string
  seq: number
  phase: 'lobby' | 'question' | 'result' | 'ended'
  question_id: string
  solution: Solution
  leaderboard: LeaderboardRow[]
  team_leaderboard?: TeamRow[] | null
  podium?: LeaderboardRow[] | null
}
/**
 * What became of a submission. Only `accepted` is stored; its receipt is the same for ever.
 */
export interface Receipt {
  answer_id: string
  question_id: string
  status: 'accepted' | 'duplicate' | 'late' | 'closed' | 'early' | 'invalid'
  seq: number
  received_ms: number
}
export interface RefusalData {
  code: string
  message: string
  retry_after_ms?: number | null
}
/**
 * Not processed; nothing changed.
 */
export interface Refused {
  ok: false
  error: RefusalData
}
/**
 * A new key for a closed question: exactly one of the five fields that fits its type.
 *
 * `accepted` is the whole new list. `void: true` takes the question out of all scores; `void: false` puts it back.
 */
export interface RegradeQuestion {
  op_id?: string | null
  seq?: number | null
  question_id: string
  correct_option_ids?: string[] | null
  accepted?: string[] | null
  number?: number | null
  order_ids?: string[] | null
  void?: boolean | null
}
/**
 * `resume_token` (player), or `game_id` with `host_key`, or `game_id` alone with the owner's access token.
 */
export interface ResumeGame {
  resume_token?: string | null
  game_id?: string | null
  host_key?: string | null
}
/**
 * The owner makes every earlier host key worthless.
 */
export interface RotateHostKey {
  op_id?: string | null
  seq?: number | null
}
export interface StartGame {
  op_id?: string | null
  seq?: number | null
}
/**
 * The game went on in a way that does not concern this viewer.
 */
export interface StateAdvanced {
  game_id: string
  seq: number
  phase: 'lobby' | 'question' | 'result' | 'ended'
}
/**
 * One player's answer to the open question: exactly one of `option_ids`, `text`, `number`.
 *
 * An `answer_id` belongs to one player and one question; repeat it until a receipt comes. `elapsed_ms` is the client's
 * own account and never scores.
 */
export interface SubmitAnswer {
  answer_id: string
  question_id: string
  option_ids?: string[] | null
  text?: string | null
  number?: number | null
  elapsed_ms?: number | null
}
/**
 * Asks for the snapshot, having seen a hole in `seq` or nothing for too long.
 */
export interface SyncGame {
  last_seq?: number | null
}
export interface UnpauseGame {
  op_id?: string | null
  seq?: number | null
}
