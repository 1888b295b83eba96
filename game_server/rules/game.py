"""What the entries of a log add up to: the game without its players, answers and scores."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from edkit.contracts.games import Counts, GameSettings, Phase
from game_server.rules import entries
from game_server.rules.entries import Entry, FrozenQuestion, Key

GRACE_MS = 500
"""An automatic closing waits this long after the deadline for answers received in time but still under way."""

IDLE_MS = 4 * 60 * 60 * 1000
"""A game without a host command for this long ends itself."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The question on show, open or closed.

    Answers are taken from `opens_at` to `closes_at`, for a player in `extra` that many milliseconds longer. Pauses are
    taken out: unpausing moves both times by as long as the pause was, so `received_at - opens_at` is always the time a
    player had. `since` is when the time last began to run: what was received before came early or in a pause. While the
    game is paused the times left are counted from `Game.paused_at`.
    """

    index: int
    question_id: str
    opens_at: int
    closes_at: int
    since: int
    extra: Mapping[str, int] = field(default_factory=dict)

    def deadline(self, player_id: str) -> int:
        """Until when this player's answer is in time."""
        return self.closes_at + self.extra.get(player_id, 0)

    @property
    def last_deadline(self) -> int:
        """The latest deadline of all players."""
        return self.closes_at + max(self.extra.values(), default=0)


@dataclass(frozen=True, slots=True)
class Closed:
    """What the closing of a question recorded."""

    counts: Counts
    answered: int
    of: int


@dataclass(frozen=True, slots=True)
class Game:
    """A game after `seq` entries. Equal logs give equal games.

    `paused_at` is when a pause that lasts began. `keys` are the keys in force; `closed` has every closed question in
    order of closing; `advance_at` is when the next question opens by itself; `host_at` is the last host command;
    `version` counts the results published: 0 before the end, 1 at the end, one more with each later regrade.
    """

    game_id: str
    pin: str
    owner_id: str
    quiz_id: str
    quiz_version: int
    title: str
    questions: tuple[FrozenQuestion, ...]
    settings: GameSettings
    rules_version: int
    host_key_sha256: str
    created_at: int
    keys: Mapping[str, Key]
    seq: int = 1
    phase: Phase = "lobby"
    locked: bool = False
    paused_at: int | None = None
    pause_reason: str | None = None
    shown: Shown | None = None
    closed: Mapping[str, Closed] = field(default_factory=dict)
    kicked: frozenset[str] = frozenset()
    advance_at: int | None = None
    host_at: int = 0
    started_at: int | None = None
    ended_at: int | None = None
    version: int = 0

    @property
    def paused(self) -> bool:
        return self.paused_at is not None

    def running_time(self, now: int) -> int:
        """`now`, or the moment at which a pause stopped the game's times."""
        return now if self.paused_at is None else self.paused_at

    def question(self, question_id: str) -> FrozenQuestion | None:
        """The question of this id, whether or not it was opened yet."""
        return next((q for q in self.questions if q.id == question_id), None)

    @property
    def open_question(self) -> FrozenQuestion | None:
        """The question that is open or being read; none in any other phase."""
        return self.questions[self.shown.index] if self.shown is not None and self.phase == "question" else None

    @property
    def is_last(self) -> bool:
        """Whether no question comes after the one on show."""
        return self.shown is not None and self.shown.index + 1 >= len(self.questions)


def begin(entry: entries.GameCreated) -> Game:
    """The game after its first entry."""
    return Game(
        game_id=entry.game_id,
        pin=entry.pin,
        owner_id=entry.owner_id,
        quiz_id=entry.quiz_id,
        quiz_version=entry.quiz_version,
        title=entry.title,
        questions=entry.questions,
        settings=entry.settings,
        rules_version=entry.rules_version,
        host_key_sha256=entry.host_key_sha256,
        created_at=entry.at,
        keys={q.id: q.key for q in entry.questions},
        host_at=entry.at,
    )


def apply(game: Game, entry: Entry) -> Game:
    """The game after one more entry. Every entry that `decide` and `write` made applies; others raise ValueError."""
    after = replace(_apply(game, entry), seq=game.seq + 1)
    return replace(after, host_at=entry.at) if entry.by == "host" else after


def _apply(game: Game, entry: Entry) -> Game:
    match entry:
        case entries.GameStarted():
            return replace(game, started_at=entry.at)
        case entries.QuestionOpened():
            shown = Shown(entry.index, entry.question_id, entry.opens_at, entry.closes_at, since=entry.opens_at)
            return replace(game, phase="question", shown=shown, advance_at=None)
        case entries.QuestionExtended():
            return replace(game, shown=_extended(_shown(game), entry))
        case entries.QuestionClosed():
            return _closed(game, entry)
        case entries.GamePaused():
            return replace(game, paused_at=entry.at, pause_reason=entry.reason)
        case entries.GameUnpaused():
            return _unpaused(game, entry.at)
        case entries.GameLocked():
            return replace(game, locked=entry.locked)
        case entries.PlayerKicked():
            return replace(game, kicked=game.kicked | {entry.player_id})
        case entries.HostKeyRotated():
            return replace(game, host_key_sha256=entry.host_key_sha256)
        case entries.QuestionRegraded():
            keys = {**game.keys, entry.question_id: entry.key}
            return replace(game, keys=keys, version=game.version + 1 if game.version else 0)
        case entries.GameEnded():
            return replace(game, phase="ended", ended_at=entry.at, advance_at=None, version=1)
        case _:
            raise ValueError(f"a game that exists cannot take {entry.type}")


def _shown(game: Game) -> Shown:
    if game.shown is None:
        raise ValueError("no question was opened")
    return game.shown


def _extended(shown: Shown, entry: entries.QuestionExtended) -> Shown:
    if entry.player_ids is not None:
        more = {player: shown.extra.get(player, 0) + entry.ms for player in entry.player_ids}
        return replace(shown, extra={**shown.extra, **more})
    return replace(shown, closes_at=shown.closes_at + entry.ms)


def _closed(game: Game, entry: entries.QuestionClosed) -> Game:
    wait = game.settings.auto_advance_ms
    return replace(
        game,
        phase="result",
        closed={**game.closed, entry.question_id: Closed(entry.counts, entry.answered, entry.of)},
        advance_at=None if wait is None else game.running_time(entry.at) + wait,
    )


def _unpaused(game: Game, at: int) -> Game:
    """All running times move by as long as the pause was."""
    pause = at - game.running_time(at)
    shown, advance_at = game.shown, game.advance_at
    if shown is not None and game.phase == "question":
        opens_at = shown.opens_at + pause
        shown = replace(shown, opens_at=opens_at, closes_at=shown.closes_at + pause, since=max(at, opens_at))
    return replace(
        game,
        paused_at=None,
        pause_reason=None,
        shown=shown,
        advance_at=None if advance_at is None else advance_at + pause,
    )
