"""The entries of a game's log: all that ever happened in it, but for players and answers, which are rows of their own.

An entry is decided once, stored as bytes and never changed; whoever folds the entries of a game with its rows stands
where everybody stands. Times are epoch milliseconds of the server clock. Players are named by id only.
"""

import json
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from edkit.contracts.games import Counts, GameSettings
from edkit.contracts.questions import Media, QuestionType
from edkit.message import Frozen

RULES_VERSION = 1
"""Frozen into the first entry. A change of rules that changes any score of an old game needs a new number."""

By = Literal["host", "clock"]
CloseReason = Literal["host", "deadline", "answered", "ended", "recovered"]
EndReason = Literal["host", "last_question", "idle"]


class Key(Frozen):
    """How the answers to one question are judged; only the fields of its type are filled."""

    option_ids: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    number: float | None = None
    tolerance: float = 0
    proximity: bool = False
    order_ids: tuple[str, ...] = ()
    void: bool = False


class FrozenOption(Frozen):
    """`id` is random per game; `source_id` is the quiz's."""

    id: str
    source_id: str | None = None
    text: str
    media: Media | None = None


class FrozenQuestion(Frozen):
    """A question as this game plays it. `options` stand in the order every viewer sees."""

    id: str
    type: QuestionType
    text: str
    time_limit_ms: int
    points: int
    options: tuple[FrozenOption, ...]
    key: Key
    media: Media | None = None
    explanation: str | None = None
    topic: str | None = None
    min: float | None = None
    max: float | None = None
    step: float | None = None
    unit: str | None = None


class Placing(Frozen):
    """One place of a published board."""

    player_id: str
    score: int
    rank: int
    delta: int


class TeamPlacing(Frozen):
    team: str
    score: int
    rank: int
    delta: int


class Published(Frozen):
    """The board at one moment: who was ranked, its top, and what proves the rest.

    `joined` players had joined before this entry (kicked ones counted); all of them but the kicked are ranked.
    `scores_hash` covers every place (see `board.scores_hash`).
    """

    joined: int
    top: tuple[Placing, ...]
    teams: tuple[TeamPlacing, ...]
    scores_hash: str


class EntryBase(Frozen):
    """`at`: when it was decided. `by`: a host's command, or the server's clock."""

    at: int
    by: By


class GameCreated(EntryBase):
    type: Literal["game_created"] = "game_created"
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


class GameStarted(EntryBase):
    type: Literal["game_started"] = "game_started"


class QuestionOpened(EntryBase):
    """Announced at `at`; answers are taken from `opens_at` to `closes_at`."""

    type: Literal["question_opened"] = "question_opened"
    question_id: str
    index: int
    opens_at: int
    closes_at: int


class QuestionExtended(EntryBase):
    """The deadline moves by `ms`, for everyone or for these players only."""

    type: Literal["question_extended"] = "question_extended"
    question_id: str
    ms: int
    player_ids: tuple[str, ...] | None = None


class QuestionClosed(EntryBase):
    """`rows` answer rows were frozen; `answers_hash` covers them, `marks` has four hex digits for each of them.

    Both in order of player id. `counts`, `answered` and `of` leave kicked players out.
    """

    type: Literal["question_closed"] = "question_closed"
    question_id: str
    reason: CloseReason
    counts: Counts
    answered: int
    of: int
    rows: int
    answers_hash: str
    marks: str
    board: Published


class GamePaused(EntryBase):
    """From `at` on no time of the game runs."""

    type: Literal["game_paused"] = "game_paused"
    reason: str | None = None


class GameUnpaused(EntryBase):
    """From `at` on what was left of each time runs again."""

    type: Literal["game_unpaused"] = "game_unpaused"


class GameLocked(EntryBase):
    type: Literal["game_locked"] = "game_locked"
    locked: bool


class PlayerKicked(EntryBase):
    type: Literal["player_kicked"] = "player_kicked"
    player_id: str
    ban: bool


class HostKeyRotated(EntryBase):
    type: Literal["host_key_rotated"] = "host_key_rotated"
    host_key_sha256: str


class QuestionRegraded(EntryBase):
    """From here on `key` judges the question, and every score is folded anew."""

    type: Literal["question_regraded"] = "question_regraded"
    question_id: str
    key: Key
    board: Published


class GameEnded(EntryBase):
    type: Literal["game_ended"] = "game_ended"
    reason: EndReason
    board: Published


Entry = Annotated[
    GameCreated
    | GameStarted
    | QuestionOpened
    | QuestionExtended
    | QuestionClosed
    | GamePaused
    | GameUnpaused
    | GameLocked
    | PlayerKicked
    | HostKeyRotated
    | QuestionRegraded
    | GameEnded,
    Field(discriminator="type"),
]

_ENTRY: TypeAdapter[Entry] = TypeAdapter(Entry)


def canonical(value: Any) -> bytes:
    """JSON values as the one text they have: keys sorted, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def encode(entry: Entry) -> bytes:
    """The bytes to store. They are the truth: hashed as stored, never written again."""
    return canonical(entry.model_dump(mode="json", exclude_none=True))


def decode(body: bytes | str) -> Entry:
    """The entry that `encode` stored. Raises ValueError for anything else."""
    return _ENTRY.validate_json(body)
