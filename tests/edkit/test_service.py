"""The runner: one message, one transaction, one effect."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from edkit import log
from edkit.bus import BusClient
from edkit.clock import ManualClock
from edkit.db.revisions import differences
from edkit.errors import AppError, Conflict, Forbidden, Unavailable
from edkit.ids import CountingIds
from edkit.message import SYSTEM, Actor, Task
from edkit.runner import LocalCalls, Runner
from edkit.service import Runtime, Service
from edkit.testing import running
from tests.echo_service.app import Count, CountTask, Crash, GetCount, Hint, Increase, Increased, service
from tests.echo_service.models import metadata

TEACHER = Actor(id="t1", role="teacher")
tester = Service("tester")


class World:
    def __init__(self, echo: Runtime, caller: Runtime) -> None:
        self.echo, self.bus = echo, caller.bus

    async def value(self, name: str) -> int:
        count = await self.bus.call(GetCount(name=name), actor=TEACHER)
        return count.value

    async def value_becomes(self, name: str, value: int) -> None:
        async with asyncio.timeout(5):
            while await self.value(name) != value:
                await asyncio.sleep(0.005)


@pytest.fixture
async def world(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    async with running(tmp_path, [service, tester], database_url=database_url) as (echo, caller):
        yield World(echo, caller)


async def test_a_request_is_answered_and_its_event_reaches_its_consumer(world: World) -> None:
    assert await world.bus.call(Increase(name="a"), actor=TEACHER) == Count(name="a", value=1)
    await world.value_becomes("heard-a", 1)
    assert world.echo.state["hints"] == ["a"]


async def test_an_error_rolls_everything_back_and_announces_nothing(world: World) -> None:
    with pytest.raises(Conflict) as caught:
        await world.bus.call(Increase(name="a", fail=True), actor=TEACHER)
    assert caught.value.code == "asked_to_fail"
    assert await world.value("a") == 0
    assert world.echo.outbox is not None
    assert await world.echo.outbox.relay_once() == 0
    assert "hints" not in world.echo.state


async def test_the_same_message_id_again_gets_the_same_answer_and_no_second_effect(world: World) -> None:
    first = await world.bus.call_raw(Increase(name="a"), actor=TEACHER, message_id="m1", remember=True)
    again = await world.bus.call_raw(Increase(name="a"), actor=TEACHER, message_id="m1", remember=True)
    assert first == again
    assert await world.value("a") == 1


async def test_twenty_repetitions_at_once_have_one_effect(world: World) -> None:
    calls = [world.bus.call_raw(Increase(name="a"), actor=TEACHER, message_id="m1", remember=True) for _ in range(20)]
    assert len(set(await asyncio.gather(*calls))) == 1
    assert await world.value("a") == 1


async def test_an_event_delivered_twice_has_one_effect(world: World) -> None:
    envelope = world.bus.envelope(CountTask(name="a"), actor=SYSTEM, message_id="m1")
    await world.bus.forward(envelope)
    await world.value_becomes("a", 1)
    await world.bus.forward(envelope)
    await world.bus.publish(CountTask(name="b"))
    await world.value_becomes("b", 1)
    assert await world.value("a") == 1


async def test_a_role_that_is_not_listed_is_refused(world: World, tmp_path: Path) -> None:
    stranger = world.echo.bus  # echo_service itself is always allowed; a foreign role is not
    broker = stranger._bus._broker  # type: ignore[attr-defined]  # the memory engine, to connect as another role
    hostile = BusClient(broker.connect("job_handler"), ManualClock(), CountingIds("x"))
    with pytest.raises(Forbidden) as caught:
        await hostile.call(Increase(name="a"), actor=TEACHER)
    assert caught.value.code == "issuer_refused"
    assert await world.value("a") == 0


@pytest.mark.parametrize("kind", ["event", "task", "notice"])
async def test_a_request_that_is_called_something_else_is_refused(world: World, kind: str) -> None:
    """A forged kind must open no other door."""
    sent = world.bus.envelope(Increase(name="a"), actor=TEACHER)
    forged = sent.model_copy(update={"kind": kind, "issuer": "job_handler"})
    reply = await Runner(world.echo).handle(forged)
    assert reply.ok == (kind == "notice")  # nobody takes a notice of that name
    assert await world.value("a") == 0


async def test_events_and_notices_of_a_role_that_is_not_listed_have_no_effect(world: World) -> None:
    for kind, message in (("event", Increased(name="a", value=7)), ("notice", Hint(text="x"))):
        sent = world.bus.envelope(message, actor=SYSTEM)
        reply = await Runner(world.echo).handle(sent.model_copy(update={"issuer": "job_handler"}))
        assert (reply.ok, b"issuer_refused" in reply.body) == (False, True), kind
        assert (await Runner(world.echo).handle(sent.model_copy(update={"issuer": "echo_service"}))).ok


async def test_a_crash_tells_the_caller_nothing_of_its_inside(world: World) -> None:
    with pytest.raises(AppError) as caught:
        await world.bus.call(Crash(), actor=TEACHER)
    assert caught.value.code == "internal"
    assert "secret" not in caught.value.message


async def test_a_service_that_is_not_there_is_unavailable_at_once(tmp_path: Path) -> None:
    async with running(tmp_path, [tester]) as (caller,):
        with pytest.raises(Unavailable):
            await caller.bus.call(GetCount(name="a"), actor=TEACHER)


async def test_the_request_id_travels_with_the_work(world: World) -> None:
    token = log.request_id.set("request-7")
    try:
        await world.bus.call(Increase(name="a"), actor=TEACHER)
    finally:
        log.request_id.reset(token)
    outbox = metadata.tables["outbox"]
    async with world.echo.database.read() as session:
        envelope = (await session.execute(select(outbox.c.envelope))).scalar_one()
    assert envelope["request_id"] == "request-7"


async def test_a_caller_that_hangs_up_does_not_cut_a_local_transaction_short(world: World) -> None:
    call = asyncio.create_task(LocalCalls(world.echo).call(Increase(name="a"), actor=TEACHER))
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await world.value_becomes("a", 1)


async def test_the_migrated_schema_is_what_the_models_say(world: World) -> None:
    url = world.echo.database.url
    assert await asyncio.to_thread(differences, url, metadata) == []


async def test_a_claim_of_a_dead_relay_expires_and_is_sent_again(world: World) -> None:
    outbox = world.echo.outbox
    clock = world.echo.clock
    assert outbox is not None
    assert isinstance(clock, ManualClock)
    async with world.echo.database.write() as session:
        envelope = world.echo.bus.envelope(CountTask(name="a"), actor=SYSTEM)
        await session.execute(
            metadata.tables["outbox"]
            .insert()
            .values(
                id=envelope.id,
                status="claimed",
                changed_at=clock.now() - 1,
                envelope=envelope.model_copy(update={"issuer": ""}).model_dump(mode="json"),
            )
        )
    assert await outbox.relay_once() == 0
    await clock.advance(31)
    await world.value_becomes("a", 1)


class NobodysTask(Task):
    service = "nobody"


async def test_a_row_that_only_a_newer_version_can_read_holds_up_none_behind_it(world: World) -> None:
    outbox, bus = world.echo.outbox, world.echo.bus
    assert outbox is not None
    newer = bus.envelope(CountTask(name="newer"), actor=SYSTEM)
    async with world.echo.database.write() as session:
        row = {"id": newer.id, "status": "pending", "changed_at": 0, "envelope": {**newer.model_dump(), "newer": 1}}
        await session.execute(metadata.tables["outbox"].insert().values(row))
        await outbox.add(session, bus.envelope(CountTask(name="a"), actor=SYSTEM))
    await world.value_becomes("a", 1)  # at once: the clock of this test stands still, so no claim ever expires
    async with world.echo.database.read() as session:
        query = select(metadata.tables["outbox"].c.status).where(metadata.tables["outbox"].c.id == newer.id)
        assert (await session.execute(query)).scalar_one() != "sent"


async def test_a_message_that_nobody_takes_holds_up_none_behind_it(world: World) -> None:
    outbox, bus = world.echo.outbox, world.echo.bus
    assert outbox is not None
    async with world.echo.database.write() as session:
        for message in (CountTask(name="a"), NobodysTask(), CountTask(name="b")):
            await outbox.add(session, bus.envelope(message, actor=SYSTEM))
    await world.value_becomes("a", 1)
    await world.value_becomes("b", 1)  # at once: the clock of this test stands still, so no claim ever expires
