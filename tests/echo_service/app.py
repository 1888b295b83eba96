"""Messages, handlers and table of the echo service."""

from sqlalchemy import insert, select, update

from edkit.db import found
from edkit.errors import Conflict, Invalid
from edkit.message import Event, Frozen, Notice, Request, Task
from edkit.service import Context, Runtime, Service, read, write
from tests.echo_service.models import counters, metadata


class Count(Frozen):
    """A counter's state."""

    name: str
    value: int


class Increase(Request[Count]):
    """Add one; announces Increased."""

    service = "echo_service"
    name: str
    fail: bool = False


class GetCount(Request[Count]):
    service = "echo_service"
    name: str


class Crash(Request[Count]):
    service = "echo_service"


class Increased(Event):
    name: str
    value: int


class CountTask(Task):
    service = "echo_service"
    name: str
    poison: bool = False


class Hint(Notice):
    text: str


async def _add(name: str, context: Context) -> Count:
    """One more, also when another adds one at the same moment."""
    one_more = update(counters).where(counters.c.name == name).values(value=counters.c.value + 1)
    if not found(await context.session.execute(one_more)):
        await context.session.execute(insert(counters).values(name=name, value=1))
    query = select(counters.c.value).where(counters.c.name == name)
    return Count(name=name, value=(await context.session.execute(query)).scalar_one())


async def increase(cmd: Increase, context: Context) -> Count:
    count = await _add(cmd.name, context)
    context.announce(Increased(name=cmd.name, value=count.value))
    context.announce(Hint(text=cmd.name))
    if cmd.fail:
        raise Conflict("Asked to fail after writing.", code="asked_to_fail")
    return count


async def get_count(cmd: GetCount, context: Context) -> Count:
    query = select(counters.c.value).where(counters.c.name == cmd.name)
    return Count(name=cmd.name, value=(await context.session.execute(query)).scalar() or 0)


async def crash(_: Crash, context: Context) -> Count:
    raise RuntimeError("secret detail")


async def count_task(task: CountTask, context: Context) -> None:
    await _add(task.name, context)
    if task.poison:
        raise Invalid("This task can never be done.", code="poison")


async def record_increased(event: Increased, context: Context) -> None:
    await _add(f"heard-{event.name}", context)


async def take_hint(hint: Hint, runtime: Runtime) -> None:
    runtime.state.setdefault("hints", []).append(hint.text)


service = Service(
    "echo_service",
    package="tests.echo_service",
    metadata=metadata,
    requests={Increase: write(increase), GetCount: read(get_count), Crash: write(crash)},
    tasks={CountTask: write(count_task)},
    events={Increased: write(record_increased)},
    notices={Hint: take_hint},
    issuers={Increase: ("gateway", "tester"), GetCount: ("tester",), Crash: ("tester",), CountTask: ("tester",)},
)
