"""The live game on the wire, namespace `/games`: the whole protocol as two tables.

Every duration is in milliseconds counted from sending. Optional fields are left out when they hold nothing (`wire()`).
What clients send is written in `game_commands`, how it is acknowledged in `game_acks`, what servers send in
`game_events`; all of it can be named from here.
"""

# ruff: noqa: F403 - one name for the protocol: `games.X`

from edkit.contracts import game_acks as acks
from edkit.contracts import game_commands as commands
from edkit.contracts import game_events as events
from edkit.contracts.game_acks import *
from edkit.contracts.game_commands import *
from edkit.contracts.game_events import *

CLIENT_EVENTS: dict[str, tuple[type[commands.Wire], type[acks.Done]]] = {
    "create_game": (commands.CreateGame, acks.GameCreated),
    "join_game": (commands.JoinGame, acks.GameJoined),
    "resume_game": (commands.ResumeGame, acks.GameResumed),
    "sync_game": (commands.SyncGame, acks.GameSynced),
    "probe_clock": (commands.ProbeClock, acks.ClockProbed),
    "submit_answer": (commands.SubmitAnswer, acks.AnswerReceived),
    "start_game": (commands.StartGame, acks.CommandDone),
    "next_question": (commands.NextQuestion, acks.CommandDone),
    "close_question": (commands.CloseQuestion, acks.CommandDone),
    "end_game": (commands.EndGame, acks.CommandDone),
    "pause_game": (commands.PauseGame, acks.CommandDone),
    "unpause_game": (commands.UnpauseGame, acks.CommandDone),
    "extend_question": (commands.ExtendQuestion, acks.CommandDone),
    "lock_game": (commands.LockGame, acks.CommandDone),
    "kick_player": (commands.KickPlayer, acks.CommandDone),
    "regrade_question": (commands.RegradeQuestion, acks.CommandDone),
    "rotate_host_key": (commands.RotateHostKey, acks.HostKeyRotated),
}
"""What a client may send, and what acknowledges it when it is not `Refused`."""

SERVER_EVENTS: dict[str, type[commands.Wire]] = {
    model.event: model
    for model in (
        events.State,
        events.StateAdvanced,
        events.PlayersChanged,
        events.GameStarted,
        events.QuestionOpened,
        events.AnswersCounted,
        events.QuestionExtended,
        events.YourResult,
        events.QuestionClosed,
        events.QuestionRegraded,
        events.GamePaused,
        events.GameUnpaused,
        events.GameLocked,
        events.PlayerKicked,
        events.Kicked,
        events.GameEnded,
        events.Probe,
        events.Move,
    )
}
"""What a server may send."""
