"""What the gateway says while a service, or the whole bus, does not answer."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher

from edkit import metrics
from edkit.bus.rabbit.topology import definitions
from edkit.clock import ManualClock
from edkit.errors import AppError, NotFound, TimedOut, Unavailable
from edkit.launch import load, opened, serving, topology
from edkit.settings import Settings
from gateway import app as gateway
from gateway.breaker import FAILURES, REST_S, Breaker, honest
from gateway.passwords import Passwords
from tests import servers
from tests.gateway.school import PASSWORD, QUIZ, School


class Service:
    """Answers, or does not, as it is told; counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.error: AppError | None = None
        self.gate: asyncio.Event | None = None

    async def __call__(self) -> bytes:
        self.asked += 1
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        return b"answer"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def breaker(clock: ManualClock) -> Breaker:
    return Breaker("quiz_service", clock.monotonic)


async def fail(breaker: Breaker, service: Service, error: AppError, times: int = FAILURES) -> None:
    service.error = error
    for _ in range(times):
        with pytest.raises(type(error)):
            await breaker.call(service)


@pytest.mark.parametrize("error", [Unavailable(), TimedOut()])
async def test_silence_in_a_row_opens_it_and_nobody_is_asked_for_a_second(
    breaker: Breaker, clock: ManualClock, error: AppError
) -> None:
    service = Service()
    await fail(breaker, service, error)
    with pytest.raises(Unavailable) as refused:
        await breaker.call(service)
    assert (refused.value.code, service.asked) == ("resting", FAILURES)
    assert refused.value.retry_after_ms is not None
    assert b'edtech_breaker_open{service="quiz_service"} 1.0' in metrics.render()[0]
    await clock.advance(REST_S)
    service.error = None
    assert await breaker.call(service) == b"answer"
    assert await breaker.call(service) == b"answer"
    assert b'edtech_breaker_open{service="quiz_service"} 0.0' in metrics.render()[0]


async def test_one_probe_goes_through_and_a_failed_one_opens_it_again(breaker: Breaker, clock: ManualClock) -> None:
    service = Service()
    await fail(breaker, service, Unavailable())
    await clock.advance(REST_S)
    service.gate = asyncio.Event()
    probe = asyncio.create_task(breaker.call(service))
    await asyncio.sleep(0)
    for _ in range(3):
        with pytest.raises(Unavailable, match="resting"):
            await breaker.call(service)
    service.gate.set()
    with pytest.raises(Unavailable):
        await probe
    with pytest.raises(Unavailable, match="resting"):
        await breaker.call(service)
    assert service.asked == FAILURES + 1


async def test_a_probe_whose_caller_goes_away_makes_room_for_another(breaker: Breaker, clock: ManualClock) -> None:
    service = Service()
    await fail(breaker, service, Unavailable())
    await clock.advance(REST_S)
    service.gate, service.error = asyncio.Event(), None
    probe = asyncio.create_task(breaker.call(service))
    await asyncio.sleep(0)
    probe.cancel()
    await asyncio.wait([probe])
    service.gate.set()
    assert await breaker.call(service) == b"answer"


@pytest.mark.parametrize("error", [NotFound(), Unavailable(code="interrupted")])
async def test_refusals_and_interruptions_say_nothing_about_the_next_request(breaker: Breaker, error: AppError) -> None:
    service = Service()
    await fail(breaker, service, Unavailable(), FAILURES - 1)
    await fail(breaker, service, NotFound(), 1)
    await fail(breaker, service, error, FAILURES)
    service.error = None
    assert await breaker.call(service) == b"answer"


@pytest.mark.parametrize("error", [TimedOut(), Unavailable(code="interrupted")])
def test_who_asked_is_told_what_may_have_been_done(error: AppError) -> None:
    assert "Nothing was changed" in honest(error, changes=False, keyed=False).message
    assert "not known. Look before" in honest(error, changes=True, keyed=False).message
    assert "same Idempotency-Key" in honest(error, changes=True, keyed=True).message
    assert honest(error, changes=True, keyed=True).code == error.code
    plain = Unavailable("as it was")
    assert honest(plain, changes=True, keyed=False) is plain


async def test_a_service_that_is_not_there_is_503_with_a_time_to_come_back(school: School) -> None:
    teacher = await school.person()
    answers = [await teacher.ask("GET", "/api/quizzes") for _ in range(FAILURES + 2)]
    assert [answer.status_code for answer in answers] == [503] * len(answers)
    assert [answer.json()["code"] for answer in answers] == ["unavailable"] * FAILURES + ["resting"] * 2
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in answers)
    assert (await teacher.ask("GET", "/api/classes")).status_code == 200, "what the gateway does itself goes on"


@asynccontextmanager
async def over_rabbitmq(server: servers.RabbitMQ, folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The gateway and the quiz service over a broker, and a client that is signed in."""
    table = load(("gateway", "quiz_service"))
    tiers = (50, 100)
    said = definitions(topology(table), "/", dict.fromkeys(("gateway", "quiz_service", "operator"), "secret"), tiers)
    _, url = servers.fresh_vhost(server, definitions=said)
    settings = Settings(data=folder, bus_url=url, demo=False, retry_tiers_ms=tiers, web_dir=folder)
    async with AsyncExitStack() as stack:
        runtimes = await stack.enter_async_context(opened(settings, ("gateway", "quiz_service"), table=table))
        runtimes[0].state["passwords"] = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        await stack.enter_async_context(serving(runtimes))
        door = gateway.make_http(runtimes[0]).apps["/"]
        client = await stack.enter_async_context(
            httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://school.test", timeout=30)
        )
        person = {"email": "t@school.test", "password": PASSWORD, "name": "T", "role": "teacher"}
        token = (await client.post("/api/auth/register", json=person)).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


async def until_well(ask: Callable[[], Any]) -> httpx.Response:
    """Ask again until it goes well."""
    async with asyncio.timeout(60):
        while (answer := await ask()).status_code >= 500:
            await asyncio.sleep(0.1)
    found: httpx.Response = answer
    return found


@pytest.mark.rabbitmq
async def test_a_broker_that_dies_or_stands_still_costs_honest_503s_and_504s_and_heals_by_itself(folder: Path) -> None:
    with servers.rabbitmq() as server:
        async with over_rabbitmq(server, folder) as client:
            made = await client.post("/api/quizzes", json=QUIZ)
            assert made.status_code == 201, made.text
            address = f"/api/quizzes/{made.json()['id']}"

            async def ask(number: int) -> httpx.Response:
                return await (client.post("/api/quizzes", json=QUIZ) if number % 3 == 0 else client.get(address))

            for fault, repair in (
                (lambda: server.signal(signal.SIGSTOP), lambda: server.signal(signal.SIGCONT)),
                (server.kill, server.start),
            ):
                await until_well(lambda: ask(1))
                await asyncio.to_thread(fault)
                async with asyncio.timeout(20):  # four times the deadline of one
                    answers = await asyncio.gather(*(ask(number) for number in range(30)))
                await asyncio.to_thread(repair)
                for number, answer in enumerate(answers):
                    problem = answer.json()
                    assert answer.status_code in (503, 504), answer.text
                    assert int(answer.headers["retry-after"]) >= 1
                    known = "Nothing was changed" in problem["detail"]
                    assert known or (number % 3 == 0 and "not known" in problem["detail"]), problem
            assert (await until_well(lambda: ask(1))).json()["id"] == made.json()["id"]
