"""The broker is killed, frozen, restarted and robbed of its queues; nothing that was published is lost."""

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from edkit.bus import Broker, Bus
from edkit.bus.rabbit.supervise import reconnects
from edkit.bus.rabbit.topology import OPERATOR, definitions, notices_queue, queue_of
from edkit.errors import AppError, Unavailable
from edkit.message import Envelope, Reply
from tests.contract.stages import OK, TOPOLOGY, Inbox, RabbitStage, envelope
from tests.servers import SECRET, RabbitMQ

pytestmark = pytest.mark.rabbitmq

HEAL_S = 90
"""Far more than healing takes, so that a slow machine fails nothing."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    """A broker that loads our definitions at each start, as an installation's does."""
    folder = tmp_path_factory.mktemp("broker")
    passwords = dict.fromkeys((*TOPOLOGY.services, OPERATOR), SECRET)
    said = definitions(TOPOLOGY, "edtech", passwords, RabbitStage.tiers_ms)
    (folder / "definitions.json").write_text(json.dumps(said))
    broker = RabbitMQ(folder / "node", password=SECRET, definitions=folder / "definitions.json")
    yield broker
    broker.kill()


@pytest.fixture
async def started(server: RabbitMQ) -> RabbitMQ:
    await asyncio.to_thread(server.start)
    return server


@pytest.fixture
async def broker(server: RabbitMQ, tmp_path: Path) -> AsyncIterator[Broker]:
    opened = RabbitStage(server.url("edtech", "{service}", SECRET), tmp_path).open()
    yield opened
    await opened.close()


async def answers(bus: Bus) -> None:
    """Returns when the bus says that it works."""
    async with asyncio.timeout(HEAL_S):
        while True:
            try:
                return await bus.ping()
            except Unavailable:
                await asyncio.sleep(0.02)


async def fails(bus: Bus) -> None:
    """Returns when the bus says that it does not work."""
    async with asyncio.timeout(HEAL_S):
        while True:
            try:
                await bus.ping()
            except Unavailable:
                return
            await asyncio.sleep(0.01)


async def sent(bus: Bus, message: Envelope) -> None:
    """Publish as the outbox does: until the broker has confirmed it."""
    async with asyncio.timeout(HEAL_S):
        while True:
            try:
                return await bus.publish("echo", message)
            except Unavailable:
                await asyncio.sleep(0.02)


async def test_a_process_that_starts_before_the_broker_waits_for_it(server: RabbitMQ, broker: Broker) -> None:
    await asyncio.to_thread(server.kill)
    inbox = Inbox()
    bus = broker.connect("echo")
    await bus.serve(inbox)  # returns, and goes on trying
    with pytest.raises(Unavailable):
        await bus.ping()
    await asyncio.to_thread(server.start)
    await answers(bus)
    caller = broker.connect("caller")
    await caller.publish("echo", envelope("Work", "task"))
    await caller.publish(None, envelope("Nudge", "notice", message_id="m2"))
    assert (await caller.request("echo", envelope("Ask", message_id="m3"), 10)).ok
    await inbox.holds(3)
    assert set(inbox.ids) == {"m1", "m2", "m3"}


async def test_two_thousand_tasks_survive_the_death_of_the_broker(started: RabbitMQ, broker: Broker) -> None:
    handled: set[str] = set()
    everything, half = asyncio.Event(), asyncio.Event()
    ids = [f"m{number}" for number in range(2_000)]

    async def count(message: Envelope) -> Reply:
        handled.add(message.id)
        if len(handled) >= 500:
            half.set()
        if len(handled) == len(ids):
            everything.set()
        return OK

    worker, caller = broker.connect("echo"), broker.connect("caller")
    await worker.serve(count)
    before = reconnects.labels("echo", "consumer")._value.get()
    waiting = iter(ids)

    async def publish() -> None:
        for message_id in waiting:
            await sent(caller, envelope("Work", "task", message_id=message_id))

    publishing = asyncio.gather(*(publish() for _ in range(8)))
    async with asyncio.timeout(HEAL_S):
        await half.wait()
    assert len(handled) < len(ids)
    await asyncio.to_thread(started.kill)
    await asyncio.to_thread(started.start)
    await publishing
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(HEAL_S):
            await everything.wait()
    assert set(ids) - handled == set()
    assert await broker.dead_letters() == []
    assert reconnects.labels("echo", "consumer")._value.get() > before


async def test_what_waited_for_its_turn_when_the_broker_died_is_handled_afterwards(
    started: RabbitMQ, broker: Broker
) -> None:
    begun, release, done = asyncio.Event(), asyncio.Event(), asyncio.Event()
    handled: set[str] = set()

    async def slow(message: Envelope) -> Reply:
        begun.set()
        await release.wait()
        handled.add(message.id)
        if len(handled) == 5:
            done.set()
        return OK

    worker, caller = broker.connect("echo"), broker.connect("caller")
    await worker.serve(slow)
    for number in range(5):
        await sent(caller, envelope("Work", "task", message_id=f"m{number}"))
    async with asyncio.timeout(HEAL_S):
        await begun.wait()
    await asyncio.to_thread(started.kill)
    await fails(worker)
    release.set()
    await asyncio.to_thread(started.start)
    async with asyncio.timeout(HEAL_S):
        await done.wait()
    assert handled == {f"m{number}" for number in range(5)}


async def test_while_the_broker_is_away_a_publish_is_refused_and_a_notice_is_dropped(
    started: RabbitMQ, broker: Broker
) -> None:
    caller = broker.connect("caller")
    await answers(caller)
    await asyncio.to_thread(started.kill)
    with pytest.raises(Unavailable):
        await caller.publish("echo", envelope("Work", "task"))
    await caller.publish(None, envelope("Nudge", "notice"))
    with pytest.raises(AppError):
        await caller.request("echo", envelope("Ask"), 5)
    with pytest.raises(Unavailable):
        await broker.dead_letters()
    await asyncio.to_thread(started.start)
    await answers(caller)


async def test_a_broker_that_hangs_is_told_from_one_that_is_slow(started: RabbitMQ, broker: Broker) -> None:
    inbox = Inbox()
    worker, caller = broker.connect("echo"), broker.connect("caller")
    await worker.serve(inbox)
    await answers(caller)
    await answers(worker)
    started.signal(signal.SIGSTOP)
    try:
        with pytest.raises(Unavailable):
            await caller.publish("echo", envelope("Work", "task", message_id="lost"))
        await fails(worker)
    finally:
        started.signal(signal.SIGCONT)
    await answers(worker)
    await answers(caller)
    await sent(caller, envelope("Work", "task", message_id="found"))
    async with asyncio.timeout(HEAL_S):
        while "found" not in inbox.ids:
            await asyncio.sleep(0.01)


async def test_a_broker_short_of_memory_takes_nothing_new_and_still_hears_what_is_done(
    started: RabbitMQ, broker: Broker
) -> None:
    release = asyncio.Event()
    handled = []

    async def wait(message: Envelope) -> Reply:
        await release.wait()
        handled.append(message.id)
        return OK

    caller = broker.connect("caller")
    for number in range(40):
        await sent(caller, envelope("Work", "task", message_id=f"m{number}"))
    await broker.connect("echo").serve(wait)
    await asyncio.to_thread(started.control, "set_vm_memory_high_watermark", "0.000001")
    try:
        with pytest.raises(Unavailable):
            await caller.publish("echo", envelope("Work", "task", message_id="more"))
        release.set()
        async with asyncio.timeout(HEAL_S):
            while len(handled) < 40:
                await asyncio.sleep(0.01)
    finally:
        await asyncio.to_thread(started.control, "set_vm_memory_high_watermark", "0.4")
    await sent(caller, envelope("Work", "task", message_id="last"))
    async with asyncio.timeout(HEAL_S):
        while "last" not in handled:
            await asyncio.sleep(0.01)


async def test_a_queue_that_was_deleted_is_missed_and_taken_up_again(started: RabbitMQ, broker: Broker) -> None:
    inbox = Inbox()
    worker = broker.connect("echo")
    await worker.serve(inbox)
    await answers(worker)
    await asyncio.to_thread(started.control, "-p", "edtech", "delete_queue", queue_of("echo"))
    await fails(worker)
    await broker.declare()
    await answers(worker)
    await sent(broker.connect("caller"), envelope("Work", "task"))
    await inbox.holds(1)


async def test_a_replica_that_lost_its_notices_gets_them_again(started: RabbitMQ, broker: Broker) -> None:
    inbox = Inbox()
    worker, caller = broker.connect("echo"), broker.connect("caller")
    await worker.serve(inbox)
    await answers(caller)
    listed = await asyncio.to_thread(started.control, "-p", "edtech", "list_queues", "name", "--no-table-headers")
    (name,) = (line for line in listed.split() if line.startswith(notices_queue("echo", "")))
    await asyncio.to_thread(started.control, "-p", "edtech", "delete_queue", name)
    async with asyncio.timeout(HEAL_S):
        while not inbox.seen:
            await caller.publish(None, envelope("Nudge", "notice"))
            await asyncio.sleep(0.02)


async def test_connections_that_the_broker_closes_are_made_again(started: RabbitMQ, broker: Broker) -> None:
    inbox = Inbox()
    worker, caller = broker.connect("echo"), broker.connect("caller")
    await worker.serve(inbox)
    await answers(caller)
    for number in range(3):
        await asyncio.to_thread(started.control, "close_all_connections", "-p", "edtech", "a test")
        await sent(caller, envelope("Work", "task", message_id=f"m{number}"))
    await inbox.holds(3)
    await answers(worker)
    assert set(inbox.ids) == {"m0", "m1", "m2"}
