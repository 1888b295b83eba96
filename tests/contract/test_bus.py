"""The bus contract, rule by rule (edkit/bus/SPEC.md). Engines differ only in the stage."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edkit.bus import Broker, Bus, Handler
from edkit.clock import settle
from edkit.errors import Invalid, TimedOut, Unavailable
from edkit.message import Envelope, Reply
from tests.contract.stages import OK, PATIENCE_S, Inbox, MemoryStage, Stage, envelope, rabbit_stage


@pytest.fixture(params=["memory", pytest.param("rabbitmq", marks=pytest.mark.rabbitmq)])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    if request.param == "memory":
        yield MemoryStage(tmp_path)
        return
    async with rabbit_stage(request.getfixturevalue("rabbitmq_server"), tmp_path) as opened:
        yield opened


@pytest.fixture
async def broker(stage: Stage) -> AsyncIterator[Broker]:
    opened = stage.open()
    yield opened
    await opened.close()


async def served(broker: Broker, role: str, handler: Handler) -> Bus:
    bus = broker.connect(role)
    await bus.serve(handler)
    return bus


async def test_b1_a_request_is_answered_with_the_handler_s_bytes(broker: Broker) -> None:
    await served(broker, "echo", Inbox(lambda _: Reply(ok=True, body=b'{"x": 1}')))
    reply = await broker.connect("caller").request("echo", envelope("Ask"), 5)
    assert reply == Reply(ok=True, body=b'{"x": 1}')


async def test_b2_the_handler_cannot_see_the_caller_s_object(broker: Broker) -> None:
    begun, release = asyncio.Event(), asyncio.Event()
    seen = []

    async def handler(message: Envelope) -> Reply:
        begun.set()
        await release.wait()
        seen.append(message.body["number"])
        return OK

    await served(broker, "echo", handler)
    sent = envelope("Ask", number=1)
    call = asyncio.create_task(broker.connect("caller").request("echo", sent, 5))
    await begun.wait()
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
    assert (await caller.request("echo", envelope("Ask", message_id="first"), 5)).body == b"first"
    with pytest.raises(TimedOut):
        await caller.request("echo", envelope("Ask", message_id="slow"), 0.2)
    release.set()
    assert (await caller.request("echo", envelope("Ask", message_id="quick"), 5)).body == b"quick"


async def test_b4_a_request_past_its_deadline_is_never_handled(broker: Broker, stage: Stage) -> None:
    inbox = Inbox()
    await served(broker, "echo", inbox)
    caller = broker.connect("caller")
    with pytest.raises(TimedOut):
        await caller.request("echo", envelope("Ask", message_id="late", expires_at=stage.clock.now() - 1), 0.2)
    await caller.request("echo", envelope("Ask", message_id="next"), 5)
    assert inbox.ids == ["next"]


async def test_b5_a_service_that_nobody_serves_is_unavailable_at_once(broker: Broker) -> None:
    with pytest.raises(Unavailable):
        await asyncio.wait_for(broker.connect("caller").request("echo", envelope("Ask"), 600), PATIENCE_S)


async def test_b6_two_hundred_requests_at_once_each_get_their_own_reply(broker: Broker) -> None:
    await served(broker, "echo", Inbox(lambda m: Reply(ok=True, body=m.id.encode())))
    caller = broker.connect("caller")
    ids = [f"m{number}" for number in range(200)]
    replies = await asyncio.gather(*(caller.request("echo", envelope("Ask", message_id=i), 10) for i in ids))
    assert [reply.body.decode() for reply in replies] == ids


async def test_b7_two_replicas_share_the_requests(broker: Broker) -> None:
    first, second = Inbox(), Inbox()
    await served(broker, "echo", first)
    await served(broker, "echo", second)
    caller = broker.connect("caller")
    for number in range(10):
        await caller.request("echo", envelope("Ask", message_id=f"m{number}"), 5)
    assert len(first.seen) + len(second.seen) == 10
    assert first.seen
    assert second.seen


async def test_b10_a_published_task_survives_the_death_of_the_process(stage: Stage) -> None:
    dying = stage.open()
    await dying.connect("caller").publish("echo", envelope("Work", "task"))
    # Nothing is closed: the next broker finds what the disk holds.
    inbox = Inbox()
    reborn = stage.open()
    await served(reborn, "echo", inbox)
    await inbox.holds(1)
    assert inbox.ids == ["m1"]
    await reborn.close()
    await dying.close()


async def test_b11_an_event_reaches_each_listed_service_once_and_a_task_one_worker(broker: Broker) -> None:
    echo, other = Inbox(), Inbox()
    await served(broker, "echo", echo)
    await served(broker, "other", other)
    caller = broker.connect("caller")
    await caller.publish(None, envelope("Happened", "event", message_id="e1"))
    await caller.publish("echo", envelope("Work", "task", message_id="t1"))
    await caller.publish(None, envelope("Happened", "event", message_id="e2"))
    await echo.holds(3)
    await other.holds(2)
    assert echo.ids == ["e1", "t1", "e2"]
    assert other.ids == ["e1", "e2"]


async def test_b12_publish_runs_no_handler_inside_itself(broker: Broker) -> None:
    published, ended = asyncio.Event(), asyncio.Event()

    async def handler(_: Envelope) -> Reply:
        await published.wait()  # never, if publish waited for us
        ended.set()
        return OK

    await served(broker, "echo", handler)
    for kind in ("notice", "task"):
        ended.clear()
        published.clear()
        async with asyncio.timeout(PATIENCE_S):
            await broker.connect("caller").publish("echo" if kind == "task" else None, envelope("Nudge", kind))
            published.set()
            await ended.wait()


async def test_b13_a_queue_keeps_its_order(broker: Broker) -> None:
    inbox = Inbox()
    caller = broker.connect("caller")
    for number in range(100):
        await caller.publish("echo", envelope("Work", "task", message_id=f"m{number}", number=number))
    await served(broker, "echo", inbox)
    assert [message.body["number"] for message in await inbox.holds(100)] == list(range(100))


async def test_b13_a_queue_keeps_the_order_of_what_is_published_at_once(broker: Broker) -> None:
    inbox = Inbox()
    caller = broker.connect("caller")
    tasks = [envelope("Work", "task", message_id=f"m{number}", number=number) for number in range(100)]
    await asyncio.gather(*(caller.publish("echo", task) for task in tasks))
    await served(broker, "echo", inbox)
    assert [message.body["number"] for message in await inbox.holds(100)] == list(range(100))


def _poison(message: Envelope) -> Reply:
    if message.id != "poison":
        return OK
    return Reply(ok=False, body=Invalid("never", code="poison").to_data().model_dump_json().encode())


async def test_b14_b15_a_failing_task_is_retried_in_tiers_then_a_dead_letter_and_can_be_replayed(
    broker: Broker, stage: Stage
) -> None:
    inbox = Inbox(_poison)
    await served(broker, "echo", inbox)
    caller = broker.connect("caller")
    await caller.publish("echo", envelope("Work", "task", message_id="poison"))
    await caller.publish("echo", envelope("Work", "task", message_id="neighbour"))
    await inbox.holds(2)
    assert inbox.ids == ["poison", "neighbour"]
    for count, wait_ms in enumerate(stage.tiers_ms, 3):
        await stage.retried(inbox, count, wait_ms)
    dead = []
    async with asyncio.timeout(PATIENCE_S):
        while not dead:
            dead = list(await broker.dead_letters())
            await asyncio.sleep(0.002)
    assert [(letter.id, letter.queue, letter.type) for letter in dead] == [("poison", "echo", "Work")]
    assert "poison" in dead[0].reason
    assert await broker.dead_letters() == dead  # to look at them changes nothing
    inbox.answer = lambda _: OK
    assert await broker.replay("poison")
    await inbox.holds(7)
    assert inbox.seen[6].issuer == inbox.seen[0].issuer == "caller"
    assert await broker.dead_letters() == []
    assert not await broker.replay("poison")


async def test_b15_a_replayed_message_has_its_failures_forgotten(broker: Broker, stage: Stage) -> None:
    inbox = Inbox(_poison)
    await served(broker, "echo", inbox)
    await broker.connect("caller").publish("echo", envelope("Work", "task", message_id="poison"))
    await inbox.holds(1)
    for count, wait_ms in enumerate(stage.tiers_ms, 2):
        await stage.retried(inbox, count, wait_ms)
    async with asyncio.timeout(PATIENCE_S):
        while not await broker.replay("poison"):
            await asyncio.sleep(0.002)
    await inbox.holds(6)
    await stage.retried(inbox, 7, stage.tiers_ms[0])


async def test_b15_only_so_many_dead_letters_are_listed_as_asked_for(broker: Broker, stage: Stage) -> None:
    inbox = Inbox(lambda _: Reply(ok=False, body=Invalid("never").to_data().model_dump_json().encode()))
    await served(broker, "echo", inbox)
    caller = broker.connect("caller")
    for number in range(3):
        await caller.publish("echo", envelope("Work", "task", message_id=f"m{number}"))
    await inbox.holds(3)
    for count, wait_ms in enumerate(stage.tiers_ms, 2):
        await stage.retried(inbox, count * 3, wait_ms)
    async with asyncio.timeout(PATIENCE_S):
        while len(await broker.dead_letters()) < 3:
            await asyncio.sleep(0.002)
    assert [letter.id for letter in await broker.dead_letters(2)] == ["m0", "m1"]


async def test_b16_a_death_while_handling_counts_as_no_failure(stage: Stage) -> None:
    sender = stage.open()
    await sender.connect("caller").publish("echo", envelope("Work", "task"))
    await sender.close()
    for _ in range(6):
        process = await asyncio.create_subprocess_exec(*stage.dying(), stdout=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        try:
            line = await asyncio.wait_for(process.stdout.readline(), 60)
        finally:
            process.kill()
            await process.wait()
        assert line == b"begun m1\n"
    inbox = Inbox()
    reborn = stage.open()
    await served(reborn, "echo", inbox)
    await inbox.holds(1)
    assert inbox.ids == ["m1"]
    assert await reborn.dead_letters() == []
    await reborn.close()


async def test_b17_an_unlisted_event_is_dropped_and_a_task_for_nobody_refused(broker: Broker) -> None:
    caller = broker.connect("caller")
    await caller.publish(None, envelope("Unheard", "event"))
    with pytest.raises(Unavailable, match="nobody"):
        await caller.publish("nobody", envelope("Work", "task"))


async def test_b18_a_message_published_twice_keeps_its_id_and_its_place(broker: Broker) -> None:
    caller = broker.connect("caller")
    for message_id in ("m1", "m1", "m2"):
        await caller.publish("echo", envelope("Work", "task", message_id=message_id))
    inbox = Inbox()
    await served(broker, "echo", inbox)
    async with asyncio.timeout(PATIENCE_S):
        while "m2" not in inbox.ids:
            await asyncio.sleep(0.002)
    assert inbox.ids in (["m1", "m2"], ["m1", "m1", "m2"])


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
    liar = broker.connect("other")
    await liar.request("echo", envelope("Ask", issuer="gateway"), 5)
    await liar.publish("echo", envelope("Work", "task", issuer="gateway"))
    await inbox.holds(2)
    await liar.publish(None, envelope("Happened", "event", issuer="gateway"))
    await inbox.holds(3)
    await liar.publish(None, envelope("Nudge", "notice", issuer="gateway"))
    await inbox.holds(4)
    assert [(message.kind, message.issuer) for message in inbox.seen] == [
        (kind, "other") for kind in ("request", "task", "event", "notice")
    ]


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


async def test_b31_closing_ends_the_task_under_way_and_leaves_the_others_to_the_next(broker: Broker) -> None:
    begun, leave = asyncio.Event(), asyncio.Event()
    handled = []

    async def handler(message: Envelope) -> Reply:
        handled.append(message.id)
        begun.set()
        await leave.wait()
        return OK

    caller = broker.connect("caller")
    for number in range(10):
        await caller.publish("echo", envelope("Work", "task", message_id=f"m{number}"))
    bus = await served(broker, "echo", handler)
    await begun.wait()
    closing = asyncio.create_task(bus.close())
    await settle()  # it has begun to close
    leave.set()
    await closing
    assert handled == ["m0"]
    inbox = Inbox()
    await served(broker, "echo", inbox)
    await inbox.holds(9)
    assert inbox.ids == [f"m{number}" for number in range(1, 10)]


async def test_b32_a_large_message_arrives_whole(broker: Broker) -> None:
    inbox = Inbox()
    await served(broker, "echo", inbox)
    text = "ä" * 3_000_000
    await broker.connect("caller").publish("echo", envelope("Work", "task", body={"text": text}))
    await inbox.holds(1)
    assert inbox.seen[0].body == {"text": text}
