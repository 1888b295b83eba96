"""People who hang up in the middle: two thousand requests, a third of them cancelled, and no answer holds what
another asked for. Over both buses and both databases, through the runner and its transactions."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import literal, select

from edkit.bus.rabbit.topology import definitions
from edkit.clock import SystemClock
from edkit.errors import AppError
from edkit.launch import opened, serving, topology
from edkit.message import Actor
from edkit.service import Runtime, Service
from edkit.settings import Settings
from tests import servers
from tests.echo_service.app import Count, GetCount, Increase, service
from tests.echo_service.models import counters

PEOPLE, REQUESTS, AT_ONCE = 50, 2_000, 40
TESTER = Service("tester")


@pytest.fixture(params=["memory", pytest.param("rabbitmq", marks=pytest.mark.rabbitmq)])
def bus_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Both engines."""
    if request.param == "memory":
        yield "memory:"
        return
    server: servers.RabbitMQ = request.getfixturevalue("rabbitmq_server")
    roles = ("echo_service", "tester", "operator")
    said = definitions(topology([service, TESTER]), "/", dict.fromkeys(roles, "secret"), (50,))
    name, url = servers.fresh_vhost(server, definitions=said)
    yield url
    server.api("DELETE", f"vhosts/{name}")


@pytest.fixture
async def pair(bus_url: str, database_url: str, tmp_path: Path) -> AsyncIterator[tuple[Runtime, Runtime]]:
    """The service that counts, and the one that asks it."""
    template = database_url.replace("/test.db", "/{service}.db") if "sqlite" in database_url else database_url
    settings = Settings(data=tmp_path, bus_url=bus_url, database_url=template, retry_tiers_ms=(50,))
    async with AsyncExitStack() as stack:
        runtimes = await stack.enter_async_context(
            opened(settings, ("echo_service", "tester"), SystemClock(), table=[service, TESTER])
        )
        await stack.enter_async_context(serving(runtimes))
        yield runtimes[0], runtimes[1]


async def test_b6_no_answer_holds_another_s_data_when_a_third_hang_up(pair: tuple[Runtime, Runtime]) -> None:
    counting, asking = pair
    dice = random.Random(30)
    wrong: list[str] = []
    done: dict[str, int] = dict.fromkeys((f"person-{number}" for number in range(PEOPLE)), 0)
    begun = dict(done)
    cancelled = answered = 0

    async def ask(name: str, writes: bool) -> None:
        nonlocal answered
        actor = Actor(id=name, role="teacher")
        begun[name] += writes
        try:
            sent = Increase(name=name) if writes else GetCount(name=name)
            count: Count = await asking.bus.call(sent, actor=actor, timeout=30)
        except AppError:  # a busy machine may refuse, never mix up
            return
        answered += 1
        if count.name != name:
            wrong.append(f"{name} was told of {count.name}")
        done[name] += writes

    async def worker(first: int) -> None:
        nonlocal cancelled
        for number in range(first, REQUESTS, AT_ONCE):
            task = asyncio.create_task(ask(f"person-{number % PEOPLE}", number % 3 == 0))
            if dice.random() < 0.4:
                await asyncio.sleep(dice.random() * 0.03)
                if task.cancel():
                    await asyncio.wait([task])
                    cancelled += task.cancelled()
                    continue
            await task

    async def hang_up_on_the_database(first: int) -> None:
        """What no runner shields: reads of the gateway itself, cancelled wherever they stand."""
        for number in range(first, REQUESTS // 3, 10):
            task = asyncio.create_task(read(f"person-{number % PEOPLE}"))
            await asyncio.sleep(dice.random() * 0.01)
            task.cancel()
            await asyncio.wait([task])

    async def read(name: str) -> None:
        async with counting.database.read() as session:
            told = (await session.execute(select(literal(name)))).scalar()
        if told != name:
            wrong.append(f"{name} read {told}")

    await asyncio.gather(
        *(worker(number) for number in range(AT_ONCE)), *(hang_up_on_the_database(number) for number in range(10))
    )
    assert wrong == []
    assert cancelled > REQUESTS // 10
    assert answered > REQUESTS // 3
    async with counting.database.read() as session:
        stored = {row.name: row.value for row in await session.execute(select(counters))}
    for name, least in done.items():
        assert least <= stored.get(name, 0) <= begun[name]
