"""The bus contract, rule by rule (edkit/bus/SPEC.md). Engines differ only in the fixture."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from edkit.bus import Broker, Bus, Handler, Topology, open_broker
from edkit.clock import ManualClock, settle
from edkit.errors import Invalid, TimedOut, Unavailable
from edkit.message import SYSTEM, Envelope, Reply

TOPOLOGY = Topology(("echo", "other", "caller"), {"Happened": ("echo", "other")})
OPEN = Callable[[], Broker]
OK = Reply(ok=True, body=b"{}")


def envelope(name: str, kind: str = "request", *, message_id: str = "m1", number: int = 0, **more: object) -> Envelope:
    return Envelope.model_validate(
        {"id": message_id, "type": name, "kind": kind, "actor": SYSTEM, "request_id": "r", "issued_at": 0}
        | {"body": {"number": number}}
        | more
    )


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=["memory:"])
def open_bus(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> OPEN:
    """Opens a broker on the same storage each time it is called: what a restarted process would find."""

    def again() -> Broker:
        tiers = (5_000, 30_000, 120_000, 600_000)
        return open_broker(request.param, data=tmp_path, topology=TOPOLOGY, clock=clock, retry_tiers_ms=tiers)

    return again


@pytest.fixture
async def broker(open_bus: OPEN) -> AsyncIterator[Broker]:
    opened = open_bus()
    yield opened
    await opened.close()


class Inbox:
    """A handler that notes what it got and answers what it is told to."""

    def __init__(self, answer: Callable[[Envelope], Reply] = lambda _: OK) -> None:
        self.seen: list[Envelope] = []
        self.answer = answer
        self._arrived = asyncio.Condition()

    async def __call__(self, message: Envelope) -> Reply:
        self.seen.append(message)
        async with self._arrived:
            self._arrived.notify_all()
        return self.answer(message)

    async def holds(self, count: int) -> list[Envelope]:
        async with asyncio.timeout(5), self._arrived:
            await self._arrived.wait_for(lambda: len(self.seen) >= count)
        return self.seen


async def served(broker: Broker, role: str, handler: Handler) -> Bus:
    bus = broker.connect(role)
    await bus.serve(handler)
    return bus


async def eventually(check: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not check():
            await asyncio.sleep(0.002)


async def test_b1_a_request_is_answered_with_the_handler_s_bytes(broker: Broker) -> None:
    await served(broker, "echo", Inbox(lambda _: Reply(ok=True, body=b'{"x": 1}')))
    reply = await broker.connect("caller").request("echo", envelope("Ask"), 1)
    assert reply == Reply(ok=True, body=b'{"x": 1}')


async def test_b2_the_handler_cannot_see_the_caller_s_object(broker: Broker) -> None:
    release = asyncio.Event()
    seen = []

    async def handler(message: Envelope) -> Reply:
        await release.wait()
        seen.append(message.body["number"])
        return OK

    await served(broker, "echo", handler)
    sent = envelope("Ask", number=1)
    call = asyncio.create_task(broker.connect("caller").request("echo", sent, 5))
    await settle()
    sent.body["number"] = 2
    release.set()
    await call
    assert seen == [1]


async def test_b3_a_request_times_out_and_its_late_reply_disturbs_nobody(broker: Broker) -> None:
    release = asyncio.Event()

    async def slow_once(message: Envelope) -> Reply:
        if message.id == "slow":
            await release.wait()
        return Reply(ok=True, body=message.id.encode())

    await served(broker, "echo", slow_once)
    caller = broker.connect("caller")
    with pytest.raises(TimedOut):
        await caller.request("echo", envelope("Ask", message_id="slow"), 0.02)
    release.set()
    assert (await caller.request("echo", envelope("Ask", message_id="quick"), 1)).body == b"quick"


async def test_b4_a_request_past_its_deadline_is_never_handled(broker: Broker, clock: ManualClock) -> None:
    inbox = Inbox()
    await served(broker, "echo", inbox)
    with pytest.raises(TimedOut):
        await broker.connect("caller").request("echo", envelope("Ask", expires_at=clock.now() - 1), 0.02)
    assert inbox.seen == []


async def test_b5_a_service_that_nobody_serves_is_unavailable_at_once(broker: Broker) -> None:
    with pytest.raises(Unavailable):
        await broker.connect("caller").request("echo", envelope("Ask"), 60)


async def test_b6_two_hundred_requests_at_once_each_get_their_own_reply(broker: Broker) -> None:
    await served(broker, "echo", Inbox(lambda m: Reply(ok=True, body=m.id.encode())))
    caller = broker.connect("caller")
    ids = [f"m{number}" for number in range(200)]
    replies = await asyncio.gather(*(caller.request("echo", envelope("Ask", message_id=i), 5) for i in ids))
    assert [reply.body.decode() for reply in replies] == ids


async def test_b7_two_replicas_share_the_requests(broker: Broker) -> None:
    first, second = Inbox(), Inbox()
    await served(broker, "echo", first)
    await served(broker, "echo", second)
    caller = broker.connect("caller")
    for number in range(10):
        await caller.request("echo", envelope("Ask", message_id=f"m{number}"), 1)
    assert len(first.seen) + len(second.seen) == 10
    assert first.seen
    assert second.seen


async def test_b10_a_published_task_survives_the_death_of_the_process(open_bus: OPEN) -> None:
    dying = open_bus()
    await dying.connect("caller").publish("echo", envelope("Work", "task"))
    # Nothing is closed: the next broker finds what the disk holds.
    inbox = Inbox()
    reborn = open_bus()
    await served(reborn, "echo", inbox)
    assert [message.id for message in await inbox.holds(1)] == ["m1"]
    await reborn.close()
    await dying.close()


async def test_b11_an_event_reaches_each_listed_service_once_and_a_task_one_worker(broker: Broker) -> None:
    echo, other = Inbox(), Inbox()
    await served(broker, "echo", echo)
    await served(broker, "other", other)
    caller = broker.connect("caller")
    await caller.publish(None, envelope("Happened", "event", message_id="e1"))
    await caller.publish("echo", envelope("Work", "task", message_id="t1"))
    await echo.holds(2)
    await other.holds(1)
    await settle()
    assert [message.id for message in echo.seen] == ["e1", "t1"]
    assert [message.id for message in other.seen] == ["e1"]


async def test_b12_publish_returns_before_any_handler_runs(broker: Broker) -> None:
    inbox = Inbox()
    await served(broker, "echo", inbox)
    await broker.connect("caller").publish(None, envelope("Nudge", "notice"))
    assert inbox.seen == []
    await inbox.holds(1)


async def test_b13_a_queue_keeps_its_order(broker: Broker) -> None:
    inbox = Inbox()
    caller = broker.connect("caller")
    for number in range(100):
        await caller.publish("echo", envelope("Work", "task", message_id=f"m{number}", number=number))
    await served(broker, "echo", inbox)
    assert [message.body["number"] for message in await inbox.holds(100)] == list(range(100))


def _poison(message: Envelope) -> Reply:
    if message.id != "poison":
        return OK
    return Reply(ok=False, body=Invalid("never", code="poison").to_data().model_dump_json().encode())


async def test_b14_b15_a_failing_task_is_retried_in_tiers_then_a_dead_letter_and_can_be_replayed(
    broker: Broker, clock: ManualClock
) -> None:
    inbox = Inbox(_poison)
    await served(broker, "echo", inbox)
    caller = broker.connect("caller")
    await caller.publish("echo", envelope("Work", "task", message_id="poison"))
    await caller.publish("echo", envelope("Work", "task", message_id="neighbour"))
    await inbox.holds(2)
    assert [message.id for message in inbox.seen] == ["poison", "neighbour"]
    for failures, wait in ((2, 5), (3, 30), (4, 120), (5, 600)):
        await asyncio.sleep(0.05)  # the consumer sleeps on the clock by now
        await clock.advance(wait - 3)
        await asyncio.sleep(0.02)
        assert len(inbox.seen) == failures
        await clock.advance(4)
        await inbox.holds(failures + 1)
    dead = []
    async with asyncio.timeout(5):
        while not dead:
            dead = list(await broker.dead_letters())
            await asyncio.sleep(0.002)
    assert [(letter.id, letter.queue) for letter in dead] == [("poison", "echo")]
    assert "poison" in dead[0].reason
    inbox.answer = lambda _: OK
    assert await broker.replay("poison")
    await inbox.holds(7)
    assert await broker.dead_letters() == []
    assert not await broker.replay("poison")


async def test_b16_a_death_while_handling_counts_as_no_failure(open_bus: OPEN, clock: ManualClock) -> None:
    for _ in range(6):
        dying = open_bus()
        begun = asyncio.Event()

        async def hang(_: Envelope, begun: asyncio.Event = begun) -> Reply:
            begun.set()
            await asyncio.Event().wait()
            raise AssertionError("unreachable")

        await served(dying, "echo", hang)
        await dying.connect("caller").publish("echo", envelope("Work", "task"))
        await asyncio.wait_for(begun.wait(), 5)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:  # the process dies here
            task.cancel()
        await settle()
    inbox = Inbox()
    reborn = open_bus()
    await served(reborn, "echo", inbox)
    await inbox.holds(1)
    assert await reborn.dead_letters() == []
    await reborn.close()


async def test_b17_an_unlisted_event_is_dropped_and_a_task_for_nobody_refused(broker: Broker) -> None:
    caller = broker.connect("caller")
    await caller.publish(None, envelope("Unheard", "event"))
    with pytest.raises(Unavailable):
        await caller.publish("nobody", envelope("Work", "task"))


async def test_b18_the_same_id_twice_in_a_queue_is_one_message(broker: Broker) -> None:
    caller = broker.connect("caller")
    await caller.publish("echo", envelope("Work", "task", message_id="m1"))
    await caller.publish("echo", envelope("Work", "task", message_id="m1"))
    await caller.publish("echo", envelope("Work", "task", message_id="m2"))
    inbox = Inbox()
    await served(broker, "echo", inbox)
    await inbox.holds(2)
    await settle()
    assert [message.id for message in inbox.seen] == ["m1", "m2"]


async def test_b20_a_notice_reaches_every_replica_although_one_throws(broker: Broker) -> None:
    def throw(_: Envelope) -> Reply:
        raise RuntimeError("a broken replica")

    inboxes = [Inbox(), Inbox(throw), Inbox()]
    for role, inbox in zip(("echo", "echo", "other"), inboxes, strict=True):
        await served(broker, role, inbox)
    await broker.connect("caller").publish(None, envelope("Nudge", "notice"))
    for inbox in inboxes:
        await inbox.holds(1)


async def test_b30_the_issuer_is_the_connection_s_role_whatever_was_written(broker: Broker) -> None:
    inbox = Inbox()
    await served(broker, "echo", inbox)
    await broker.connect("other").request("echo", envelope("Ask", issuer="gateway"), 1)
    assert inbox.seen[0].issuer == "other"


async def test_b31_closing_lets_what_is_under_way_end(broker: Broker) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def handler(_: Envelope) -> Reply:
        begun.set()
        await asyncio.sleep(0.05)
        ended.set()
        return OK

    bus = await served(broker, "echo", handler)
    call = asyncio.create_task(broker.connect("caller").request("echo", envelope("Ask"), 5))
    await begun.wait()
    await bus.close()
    assert ended.is_set()
    assert (await call).ok
