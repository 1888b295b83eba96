"""The four kinds of message, and the envelope they travel in.

The kind says the guarantee:

- `Request` goes to one replica of one service and is answered or times out. It is never stored.
- `Task` goes to one worker, is stored before `publish` returns, is delivered at least once, and ends in the dead
  letters after five handled failures.
- `Event` goes to every interested service, one replica of each, with the guarantee of a Task.
- `Notice` goes to every replica, at most once. It is a hint; a row somewhere is the truth.

Consumers of Tasks and Events write an inbox row with their effect, so the effect happens once.
"""

from typing import Any, ClassVar, Generic, Literal, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict

Role = Literal["anonymous", "student", "teacher", "admin", "system"]


class Frozen(BaseModel):
    """A value: parsed once at the edge, never changed, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Actor(Frozen):
    """On whose behalf a message is sent. `id` is a user id, or the role name of a process for `system`."""

    id: str
    role: Role
    session: str | None = None


ANONYMOUS = Actor(id="", role="anonymous")
SYSTEM = Actor(id="system", role="system")

R = TypeVar("R")


class Message(Frozen):
    """Base of all four kinds. The class name is the type on the wire, so it is never renamed."""

    kind: ClassVar[str] = ""
    registry: ClassVar[dict[str, type["Message"]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__ != __name__ and "[" not in cls.__name__:
            known = Message.registry.get(cls.__name__)
            if known is not None and known.__module__ != cls.__module__:
                raise TypeError(f"two messages are called {cls.__name__}: rename one")
            Message.registry[cls.__name__] = cls


class Request(Message, Generic[R]):
    """Answered with an `R` by one replica of `service`, or timed out."""

    kind = "request"
    service: ClassVar[str]

    @classmethod
    def reply_type(cls) -> Any:
        """The R of `Request[R]`."""
        for base in cls.__mro__:
            args = getattr(base, "__pydantic_generic_metadata__", {}).get("args")
            if args:
                return args[0]
        raise TypeError(f"{cls.__name__} does not say what answers it: derive it from Request[Answer]")


class Task(Message):
    """Done by one worker of `service`, at least once, stored until it is done or dead-lettered."""

    kind = "task"
    service: ClassVar[str]


class Event(Message):
    """Told to every service that lists it, at least once. Carries the aggregate's id and version."""

    kind = "event"


class Notice(Message):
    """A hint to every replica, at most once."""

    kind = "notice"


class Envelope(Frozen):
    """What the bus carries around a message.

    `issuer` is the process role that sent it, set by the bus and never by the sender's word. Times are epoch
    milliseconds. A Request whose `expires_at` has passed is dropped unanswered. `remember` asks the runner to keep the
    reply under `id`, so that the same id again gets the same reply and no second effect.
    """

    id: str
    type: str
    kind: Literal["request", "task", "event", "notice"]
    actor: Actor
    issuer: str = ""
    request_id: str
    issued_at: int
    expires_at: int | None = None
    remember: bool = False
    body: dict[str, Any]


class Ready(NamedTuple):
    """An answer of a handler that is in JSON already, such as one from the cache."""

    body: bytes


class Reply(Frozen):
    """The end of a Request: the answer as JSON bytes, or an `ErrorData` as JSON bytes."""

    ok: bool
    body: bytes
