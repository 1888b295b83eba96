/**
 * The live game on the wire, as the rest of the app names it. The only file that knows where these types come from.
 * Every `*_ms` on the wire is a duration counted from sending.
 */
import type * as wire from '@/generated/games'

export type {
  GameFound as GameAtPin,
  GameOption as Option,
  GameQuestion as Question,
  GameSettings as Settings,
  LeaderboardRow as BoardRow,
  Me,
  Media,
  QuestionResult as Result,
  Receipt,
  RefusalData as Refusal,
  RosterPlayer as Player,
  ScoreChange,
  ScoreParts as Parts,
  Solution,
  State,
  SubmitAnswer as Submission,
  TeamRow,
  YourResult,
} from '@/generated/games'

export type Phase = wire.State['phase']
export type QuestionType = wire.GameQuestion['type']
export type ReceiptStatus = wire.Receipt['status']
export type Counts = wire.QuestionResult['counts']

/** What a player chose: exactly one of the three. */
export type Choice = Pick<wire.SubmitAnswer, 'option_ids' | 'text' | 'number'>

/** Server events by name, without those that the connection keeps for itself (`probe`, `move`). */
export interface ServerEvents {
  state: wire.State
  state_advanced: wire.StateAdvanced
  players_changed: wire.PlayersChanged
  game_started: wire.GameStarted
  question_opened: wire.QuestionOpened
  answers_counted: wire.AnswersCounted
  question_extended: wire.QuestionExtended
  your_result: wire.YourResult
  question_closed: wire.QuestionClosed
  question_regraded: wire.QuestionRegraded
  game_paused: wire.GamePaused
  game_unpaused: wire.GameUnpaused
  game_locked: wire.GameLocked
  player_kicked: wire.PlayerKicked
  game_ended: wire.GameEnded
  kicked: wire.Kicked
}

export type ServerEvent = keyof ServerEvents

export type Ack<T> = T | wire.Refused

/** Client events: what is sent, and what acknowledges it when it is not refused. Settings left out are the defaults. */
export interface ClientEvents {
  create_game: [Omit<wire.CreateGame, 'settings'> & { settings?: Partial<wire.GameSettings> }, wire.GameCreated]
  join_game: [wire.JoinGame, wire.GameJoined]
  resume_game: [wire.ResumeGame, wire.GameResumed]
  sync_game: [wire.SyncGame, wire.GameSynced]
  probe_clock: [wire.ProbeClock, wire.ClockProbed]
  submit_answer: [wire.SubmitAnswer, wire.AnswerReceived]
  start_game: [wire.StartGame, wire.CommandDone]
  next_question: [wire.NextQuestion, wire.CommandDone]
  close_question: [wire.CloseQuestion, wire.CommandDone]
  end_game: [wire.EndGame, wire.CommandDone]
  pause_game: [wire.PauseGame, wire.CommandDone]
  unpause_game: [wire.UnpauseGame, wire.CommandDone]
  lock_game: [wire.LockGame, wire.CommandDone]
  extend_question: [wire.ExtendQuestion, wire.CommandDone]
  kick_player: [Omit<wire.KickPlayer, 'ban'> & { ban?: boolean }, wire.CommandDone]
  regrade_question: [wire.RegradeQuestion, wire.CommandDone]
  rotate_host_key: [wire.RotateHostKey, wire.HostKeyRotated]
}

export type ClientEvent = keyof ClientEvents
export type Payload<E extends ClientEvent> = ClientEvents[E][0]
export type Answer<E extends ClientEvent> = ClientEvents[E][1]
