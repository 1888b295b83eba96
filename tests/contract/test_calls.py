"""Requests over RabbitMQ beyond the common rules of the bus: what a broken line, a late answer or a liar may not do."""

import asyncio
import random
import time

import orjson
import pytest

from edkit.bus import Handler
from edkit.bus.rabbit.amqp import Address, Connection
from edkit.bus.rabbit.calls import Calls
from edkit.bus.rabbit.channel import LARGEST_BODY
from edkit.bus.rabbit.frames import Broken
from edkit.clock import ManualClock, SystemClock
from edkit.errors import TimedOut, TooLarge, Unavailable
from edkit.message import Envelope, Reply
from tests.contract.calling import Open, answered, envelope, refusal_in, say_it_back, until
from tests.contract.wire import wired

pytestmark = pytest.mark.rabbitmq


@pytest.mark.parametrize("size", [0, 1, 131_064, 131_065, 3_000_000])
async def test_bodies_of_any_size_arrive_whole_in_both_directions(line: Open, size: int) -> None:
    echo, text = line("echo"), "x" * size
    await echo.serve(say_it_back)
    reply = await line("caller").request("echo", envelope(body={"said": text}), 30)
    assert orjson.loads(reply.body) == text


async def test_what_is_larger_than_the_bus_carries_is_refused_and_harms_nobody(line: Open) -> None:
    async def vast(message: Envelope) -> Reply:
        return Reply(ok=True, body=b"x" * (LARGEST_BODY + 1) if message.id == "vast" else b"1")

    await line("echo").serve(vast)
    caller = line("caller")
    with pytest.raises(TooLarge):
        await caller.request("echo", envelope(body={"said": "x" * LARGEST_BODY}), 30)
    reply = await caller.request("echo", envelope("vast"), 30)
    assert refusal_in(reply).code == "too_large"
    assert (await caller.request("echo", envelope(), 5)).ok


async def test_b3_b6_cancelled_callers_leave_nothing_behind_and_nobody_gets_another_s_answer(line: Open) -> None:
    dice = random.Random(14)

    async def unhurried(message: Envelope) -> Reply:
        await asyncio.sleep(dice.random() * 0.01)
        return await say_it_back(message)

    await line("echo").serve(unhurried)
    caller = line("caller")
    wrong, right, cancelled, late = [], 0, 0, 0

    async def ask(number: int) -> None:
        nonlocal right, cancelled, late
        impatient = number % 20 == 0
        try:
            reply = await caller.request("echo", envelope(f"m{number}"), 0.05 if impatient else 30)
        except TimedOut:
            late += 1
            return
        if orjson.loads(reply.body) != f"m{number}":
            wrong.append((number, reply.body))
        right += 1

    async def storm(worker: int) -> None:
        nonlocal cancelled
        for number in range(worker, 4_000, 100):
            task = asyncio.create_task(ask(number))
            if dice.random() < 0.3:
                await asyncio.sleep(dice.random() * 0.02)
                if task.cancel():
                    await asyncio.wait([task])
                    cancelled += task.cancelled()
                    continue
            await task

    await asyncio.gather(*(storm(worker) for worker in range(100)))
    assert wrong == []
    assert cancelled > 200
    assert right + cancelled + late == 4_000
    assert caller.waiting == 0


async def test_b5_when_the_last_replica_has_gone_it_is_told_at_once(line: Open) -> None:
    echo, caller = line("echo"), line("caller")
    await echo.serve(say_it_back)
    assert (await caller.request("echo", envelope(), 5)).ok
    await echo.close()
    async with asyncio.timeout(10):
        with pytest.raises(Unavailable, match="does not answer"):
            await caller.request("echo", envelope(), 60)


async def test_a_lost_line_fails_what_waits_at_once_and_is_made_anew_for_both_sides(
    line: Open, requests_url: str
) -> None:
    release = asyncio.Event()

    async def held(message: Envelope) -> Reply:
        if message.id == "held":
            await release.wait()
        return await say_it_back(message)

    async with wired(requests_url) as (wire, near):
        echo, caller = line("echo", near), line("caller", near)
        await echo.serve(held)
        waiting = asyncio.create_task(caller.request("echo", envelope("held"), 600))
        assert (await caller.request("echo", envelope(), 5)).ok
        wire.cut()
        async with asyncio.timeout(20):
            with pytest.raises(Unavailable) as told:
                await waiting
        assert told.value.code == "interrupted"
        assert "not known" in told.value.message
        release.set()
        assert (await answered(caller, envelope("again"))).body == b'"again"'
        assert wire.connections >= 4
        await echo.close()
        await caller.close()


async def test_without_a_broker_requests_end_within_their_own_deadlines(line: Open, requests_url: str) -> None:
    async with wired(requests_url) as (wire, near):
        caller = line("caller", near)
        with pytest.raises(Unavailable):
            await caller.request("echo", envelope(), 5)
        wire.cut(refuse=True)
        with pytest.raises(Unavailable):  # in whose middle it broke
            await caller.request("echo", envelope(), 5)
        async with asyncio.timeout(30):
            outcomes = await asyncio.gather(
                *(caller.request("echo", envelope(), 0.05 * number) for number in range(1, 60)), return_exceptions=True
            )
            assert {type(outcome) for outcome in outcomes} == {TimedOut, Unavailable}
            with pytest.raises(Unavailable, match="Nothing was changed"):
                await caller.request("echo", envelope(), 600)
            with pytest.raises(Unavailable):
                await caller.ping()
        wire.mend()
        await line("echo").serve(say_it_back)
        assert (await answered(caller)).ok
        await caller.ping()
        await caller.close()


async def test_a_silent_line_is_given_up(line: Open, requests_url: str) -> None:
    class Hasty(Connection):
        tick_s = 0.02

    async with wired(requests_url) as (wire, near):
        connection = await Hasty.open(Address(near.replace("{service}", "caller")), "test")
        wire.hold()
        async with asyncio.timeout(10):
            assert "said nothing" in await connection.lost
        with pytest.raises(Broken):
            await connection.channel()


async def test_a_replica_that_dies_in_the_middle_is_told_and_only_what_is_remembered_runs_again(
    line: Open, requests_url: str
) -> None:
    begun: dict[str, list[str]] = {"first": [], "second": []}

    def replica(name: str, *, hangs: bool) -> Handler:
        async def handle(message: Envelope) -> Reply:
            begun[name].append(message.id)
            if hangs:
                await asyncio.Event().wait()
            return await say_it_back(message)

        return handle

    async with wired(requests_url) as (wire, near):
        first, caller = line("echo", near), line("caller")
        await first.serve(replica("first", hangs=True))
        asks = [
            asyncio.create_task(caller.request("echo", envelope(name, remember=name == "kept"), 60))
            for name in ("forgotten", "kept")
        ]
        await until(lambda: len(begun["first"]) == 2)
        await line("echo").serve(replica("second", hangs=False))
        wire.cut(refuse=True)
        async with asyncio.timeout(20):
            lost, kept = await asyncio.gather(*asks)
        assert refusal_in(lost).code == "interrupted"
        assert kept.body == b'"kept"'
        assert begun["second"] == ["kept"]
        await first.close()


async def test_b4_what_came_while_the_process_stood_still_is_not_done_once_its_caller_has_gone(
    line: Open, requests_url: str
) -> None:
    seen = []

    async def note(message: Envelope) -> Reply:
        seen.append(message.id)
        return await say_it_back(message)

    async with wired(requests_url) as (wire, near):
        echo, caller = line("echo", near), line("caller")
        await echo.serve(note)
        assert (await caller.request("echo", envelope("before"), 5)).ok
        wire.hold()
        stale = asyncio.create_task(caller.request("echo", envelope("stale"), 1))
        await until(lambda: wire.held > 0)
        wire.mend()
        time.sleep(2.5)  # noqa: ASYNC251 - the whole process stands still
        with pytest.raises((TimedOut, Unavailable)):
            await stale
        assert (await answered(caller, envelope("after"))).ok
        assert seen == ["before", "after"]
        await echo.close()


async def test_a_clock_that_is_wrong_by_an_hour_changes_nothing(line: Open, requests_url: str) -> None:
    """Deadlines travel as durations."""
    clock = ManualClock(SystemClock().now() + 3_600_000)
    seen = []

    async def note(message: Envelope) -> Reply:
        seen.append(message.expires_at)
        return await say_it_back(message)

    fast = Calls(requests_url.replace("{service}", "echo"), "echo", clock)
    try:
        await fast.serve(note)
        assert (await line("caller").request("echo", envelope(expires_at=ManualClock().now() + 5_000), 5)).ok
        assert seen[0] is not None
        assert clock.now() < seen[0] <= clock.now() + 5_000
    finally:
        await fast.close()


async def test_b31_closing_answers_what_is_under_way(line: Open) -> None:
    begun, release = asyncio.Event(), asyncio.Event()

    async def handle(message: Envelope) -> Reply:
        if message.id == "hangs":
            await asyncio.Event().wait()
        begun.set()
        await release.wait()
        return await say_it_back(message)

    echo, caller = line("echo"), line("caller")
    await echo.serve(handle)
    asks = [asyncio.create_task(caller.request("echo", envelope(name), 60)) for name in ("hangs", "ends")]
    await begun.wait()
    closing = asyncio.create_task(echo.close())
    release.set()
    async with asyncio.timeout(20):
        hangs, ends = await asyncio.gather(*asks)
        await closing
    assert refusal_in(hangs).code == "interrupted"
    assert ends.body == b'"ends"'
