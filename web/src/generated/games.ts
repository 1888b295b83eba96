// Written by `npm run generate`. Change the contract, not this file.

/**
 * The player one rank higher, and by how many points.
 */
export interface Ahead {
  gap: number
  nickname: string
}
/**
 * The receipt.
 */
export interface AnswerReceived {
  answer_id: string
  ok: true
  question_id: string
  received_ms: number
  seq: number
  status: 'accepted' | 'duplicate' | 'late' | 'closed' | 'early' | 'invalid'
}
/**
 * To hosts, at most ten a second, no entry.
 */
export interface AnswersCounted {
  answered: number
  game_id: string
  of: number
  phase: 'lobby' | 'question' | 'result' | 'ended'
  question_id: string
  seq: number
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
  changes?: ScoreChange[] | null
  ok: true
  state: State
}
/**
 * What a regrade did to one player.
 */
export interface ScoreChange {
  nickname: string
  player_id: string
  rank_after?: number | null
  rank_before?: number | null
  score_after: number
  score_before: number
}
/**
 * The snapshot: all that a client needs to stand where one that never left stands.
 *
 * `question` is there in `question` and `result`, `result` in `result`; `podium` and `report_id` in `ended`.
 * `opens_in_ms` and `remaining_ms` (until the deadline, reading time included) stand still while `paused`.
 * For hosts `players`, `answered` and `of` are always there; the two are 0 while no question is on show.
 */
export interface State {
  answered?: number | null
  game_id: string
  host_key?: string | null
  leaderboard?: LeaderboardRow[] | null
  locked: boolean
  me?: Me | null
  of?: number | null
  opens_in_ms?: number | null
  pause_reason?: string | null
  paused: boolean
  phase: 'lobby' | 'question' | 'result' | 'ended'
  pin: string
  player_count: number
  players?: RosterPlayer[] | null
  podium?: LeaderboardRow[] | null
  question?: GameQuestion | null
  question_count: number
  remaining_ms?: number | null
  report_id?: string | null
  result?: QuestionResult | null
  seq: number
  settings: GameSettings
  solution?: Solution | null
  team_leaderboard?: TeamRow[] | null
  title: string
}
/**
 * `delta` is the number of places gained since the leaderboard before; 0 for who was not on it.
 */
export interface LeaderboardRow {
  delta: number
  nickname: string
  player_id: string
  rank: number
  score: number
}
/**
 * The player who looks. `answer` and `result` belong to the question on show. `rank` is 0 before a first board.
 */
export interface Me {
  answer?: OwnAnswer | null
  nickname: string
  player_id: string
  rank: number
  result?: YourResult | null
  score: number
  streak: number
  team?: string | null
}
/**
 * The player's stored answer: the receipt and what was chosen.
 */
export interface OwnAnswer {
  answer_id: string
  number?: number | null
  option_ids?: string[] | null
  question_id: string
  received_ms: number
  seq: number
  status: 'accepted' | 'duplicate' | 'late' | 'closed' | 'early' | 'invalid'
  text?: string | null
}
/**
 * One player's result of one question; `points` is the sum of the parts without the credit.
 *
 * `score`, `rank` and `streak` are those of the whole game. `rank` is 0 while the player is on no board yet.
 */
export interface YourResult {
  ahead?: Ahead | null
  game_id: string
  parts: ScoreParts
  phase: 'lobby' | 'question' | 'result' | 'ended'
  points: number
  question_id: string
  rank: number
  score: number
  seq: number
  status: 'correct' | 'partial' | 'wrong' | 'none' | 'survey'
  streak: number
}
export interface ScoreParts {
  base: number
  latency_credit_ms: number
  speed: number
  streak: number
}
/**
 * A player as the host sees them.
 */
export interface RosterPlayer {
  connected: boolean
  id: string
  nickname: string
  rtt_ms?: number | null
  team?: string | null
}
/**
 * A question as shown: never its solution. `index` counts from 0.
 */
export interface GameQuestion {
  id: string
  index: number
  max?: number | null
  media?: Media | null
  min?: number | null
  options?: GameOption[] | null
  points: number
  step?: number | null
  text: string
  time_limit_ms: number
  total: number
  type: 'single_choice' | 'multiple_choice' | 'true_false' | 'typed' | 'number' | 'order' | 'poll' | 'word_cloud' | 'open' | 'slide'
  unit?: string | null
}
/**
 * A picture. `url` is `/api/files/{id}` of a file the author owns, or an https address; `alt` says what is seen.
 */
export interface Media {
  alt: string
  url: string
}
/**
 * A choice as shown. `id` is random per game; letter, colour and shape go by its place in the list.
 */
export interface GameOption {
  id: string
  media?: Media | null
  text: string
}
/**
 * The closed question on show.
 */
export interface QuestionResult {
  answered: number
  counts:
    | {
        [k: string]: number
      }
    | TextCount[]
  explanation?: string | null
  of: number
  question_id: string
  solution: Solution
}
/**
 * How many gave this text. `text` is the commonest spelling of the answers that fold to the same.
 */
export interface TextCount {
  n: number
  text: string
}
/**
 * What was right; empty for types without a right answer. `void`: the question was taken out of all scores.
 */
export interface Solution {
  accepted?: string[] | null
  number?: number | null
  option_ids?: string[] | null
  order_ids?: string[] | null
  tolerance?: number | null
  void?: true | null
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
  auto_advance_ms?: number | null
  identifier_label?: string | null
  late_join: boolean
  latency_credit_ms_max: number
  leaderboard_size: number
  nickname_filter: boolean
  nickname_generator: boolean
  question_on_phone: boolean
  reading_ms: number
  scoring: 'kahoot' | 'accuracy' | 'survey'
  show_leaderboard: boolean
  shuffle_options: boolean
  streak_bonus: boolean
  teams?: string[] | null
}
/**
 * `score` is the mean of the members', rounded half up.
 */
export interface TeamRow {
  delta: number
  rank: number
  score: number
  team: string
}
/**
 * A teacher opens a lobby over the quiz as it stands now.
 */
export interface CreateGame {
  op_id?: string | null
  quiz_id: string
  settings: GameSettings1
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
  auto_advance_ms?: number | null
  identifier_label?: string | null
  late_join: boolean
  latency_credit_ms_max: number
  leaderboard_size: number
  nickname_filter: boolean
  nickname_generator: boolean
  question_on_phone: boolean
  reading_ms: number
  scoring: 'kahoot' | 'accuracy' | 'survey'
  show_leaderboard: boolean
  shuffle_options: boolean
  streak_bonus: boolean
  teams?: string[] | null
}
export interface EndGame {
  op_id?: string | null
  seq?: number | null
}
/**
 * More time for the open question: for everyone, or for the players named.
 */
export interface ExtendQuestion {
  ms: number
  op_id?: string | null
  player_ids?: string[] | null
  seq?: number | null
}
export interface GameCreated {
  game_id: string
  host_key: string
  ok: true
  pin: string
  state: State
}
/**
 * `report_id` is the game's id.
 */
export interface GameEnded {
  game_id: string
  leaderboard: LeaderboardRow[]
  phase: 'lobby' | 'question' | 'result' | 'ended'
  podium: LeaderboardRow[]
  report_id: string
  seq: number
  team_leaderboard?: TeamRow[] | null
}
/**
 * What a person with the PIN may know before joining, so that the join form asks for the right things.
 */
export interface GameFound {
  identifier_label?: string | null
  locked: boolean
  nickname_generator: boolean
  phase: 'lobby' | 'question' | 'result' | 'ended'
  teams?: string[] | null
  title: string
}
export interface GameJoined {
  ok: true
  player_id: string
  resume_token: string
  state: State
}
export interface GameLocked {
  game_id: string
  locked: boolean
  phase: 'lobby' | 'question' | 'result' | 'ended'
  seq: number
}
export interface GamePaused {
  game_id: string
  phase: 'lobby' | 'question' | 'result' | 'ended'
  reason?: string | null
  seq: number
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
  phase: 'lobby' | 'question' | 'result' | 'ended'
  question_count: number
  seq: number
  title: string
}
export interface GameSynced {
  ok: true
  state: State
}
export interface GameUnpaused {
  game_id: string
  opens_in_ms?: number | null
  phase: 'lobby' | 'question' | 'result' | 'ended'
  remaining_ms?: number | null
  seq: number
}
export interface HostKeyRotated {
  host_key: string
  ok: true
}
/**
 * Anyone comes in. `join_id` is the client's UUID: the same again is the same player.
 *
 * `nickname` may be empty only where the game makes the names; `identifier` is asked for by `identifier_label`.
 */
export interface JoinGame {
  identifier?: string | null
  join_id?: string | null
  nickname: string
  pin: string
  team?: string | null
}
export interface KickPlayer {
  ban: boolean
  op_id?: string | null
  player_id: string
  seq?: number | null
}
/**
 * To the player concerned, who is then disconnected.
 */
export interface Kicked {
  ban: boolean
  game_id: string
  phase: 'lobby' | 'question' | 'result' | 'ended'
  seq: number
}
export interface LockGame {
  locked: boolean
  op_id?: string | null
  seq?: number | null
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
  reason?: string | null
  seq?: number | null
}
/**
 * To hosts.
 */
export interface PlayerKicked {
  ban: boolean
  game_id: string
  phase: 'lobby' | 'question' | 'result' | 'ended'
  player_id: string
  seq: number
}
/**
 * To hosts, at most ten a second, no entry: those that changed, and how many players there are.
 */
export interface PlayersChanged {
  count: number
  game_id: string
  phase: 'lobby' | 'question' | 'result' | 'ended'
  players: RosterPlayer[]
  seq: number
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
  answered: number
  counts:
    | {
        [k: string]: number
      }
    | TextCount[]
  explanation?: string | null
  game_id: string
  leaderboard: LeaderboardRow[]
  of: number
  phase: 'lobby' | 'question' | 'result' | 'ended'
  question_id: string
  seq: number
  solution: Solution
  team_leaderboard?: TeamRow[] | null
}
/**
 * More time. `player_ids` tells hosts that it is for these players only, and `remaining_ms` then is the latest of
 * theirs; other players get `state_advanced`. Elsewhere hosts are told the deadline of the class.
 */
export interface QuestionExtended {
  game_id: string
  phase: 'lobby' | 'question' | 'result' | 'ended'
  player_ids?: string[] | null
  question_id: string
  remaining_ms: number
  seq: number
}
/**
 * Answers are taken from `opens_in_ms` to `closes_in_ms`. `solution` goes to hosts only.
 */
export interface QuestionOpened {
  closes_in_ms: number
  game_id: string
  opens_in_ms: number
  phase: 'lobby' | 'question' | 'result' | 'ended'
  question: GameQuestion
  seq: number
  solution?: Solution | null
}
export interface QuestionRegraded {
  game_id: string
  leaderboard: LeaderboardRow[]
  phase: 'lobby' | 'question' | 'result' | 'ended'
  podium?: LeaderboardRow[] | null
  question_id: string
  seq: number
  solution: Solution
  team_leaderboard?: TeamRow[] | null
}
/**
 * What became of a submission. Only `accepted` is stored; its receipt is the same for ever.
 */
export interface Receipt {
  answer_id: string
  question_id: string
  received_ms: number
  seq: number
  status: 'accepted' | 'duplicate' | 'late' | 'closed' | 'early' | 'invalid'
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
  error: RefusalData
  ok: false
}
/**
 * A new key for a closed question: exactly one of the five fields that fits its type.
 *
 * `accepted` is the whole new list. `void: true` takes the question out of all scores; `void: false` puts it back.
 */
export interface RegradeQuestion {
  accepted?: string[] | null
  correct_option_ids?: string[] | null
  number?: number | null
  op_id?: string | null
  order_ids?: string[] | null
  question_id: string
  seq?: number | null
  void?: boolean | null
}
/**
 * `resume_token` (player), or `game_id` with `host_key`, or `game_id` alone with the owner's access token.
 */
export interface ResumeGame {
  game_id?: string | null
  host_key?: string | null
  resume_token?: string | null
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
  phase: 'lobby' | 'question' | 'result' | 'ended'
  seq: number
}
/**
 * One player's answer to the open question: exactly one of `option_ids`, `text`, `number`.
 *
 * An `answer_id` belongs to one player and one question; repeat it until a receipt comes. `elapsed_ms` is the client's
 * own account and never scores.
 */
export interface SubmitAnswer {
  answer_id: string
  elapsed_ms?: number | null
  number?: number | null
  option_ids?: string[] | null
  question_id: string
  text?: string | null
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
