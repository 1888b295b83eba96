"""A gateway with the other services behind it, over one temporary folder, and people who ask it things."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher
from sqlalchemy import func, select

from edkit.clock import ManualClock, settle
from edkit.message import Event, Message
from edkit.service import Runtime, Service
from edkit.testing import running
from game_server import server
from gateway import admin
from gateway import app as gateway
from gateway.models import metadata
from gateway.passwords import Passwords
from tests.gateway import listener

PASSWORD = "correct horse battery"
QUIZ = {
    "title": "Capitals",
    "questions": [
        {
            "type": "single_choice",
            "text": "Capital of Vietnam?",
            "options": [{"text": "Ha Noi", "correct": True}, {"text": "Hue"}],
        }
    ],
}


@dataclass
class Person:
    """Somebody with an account. `ask` speaks with their access token."""

    school: "School"
    id: str
    email: str
    role: str
    token: str
    refresh_token: str

    async def ask(self, method: str, path: str, json: Any = None, **more: Any) -> httpx.Response:
        return await self.school.ask(method, path, json, token=self.token, **more)


class School:
    """A running gateway."""

    def __init__(self, runtimes: list[Runtime], clock: ManualClock) -> None:
        self.runtime, self.clock = runtimes[0], clock
        self.gateways = [runtime for runtime in runtimes if runtime.name == "gateway"]
        self.others = {runtime.name: runtime for runtime in runtimes if runtime.name != "gateway"}
        self.app = gateway.make_http(self.runtime).apps["/"]
        self._numbers = count(1)

    def browser(self, address: str = "192.0.2.1", base: str = "http://school.test") -> httpx.AsyncClient:
        """A client of its own, which keeps cookies."""
        transport = httpx.ASGITransport(self.app, client=(address, 40_000))
        return httpx.AsyncClient(transport=transport, base_url=base)

    async def ask(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str | bytes] | None = None,
        address: str = "192.0.2.1",
        **more: Any,
    ) -> httpx.Response:
        """One request by a client that keeps nothing."""
        sent: dict[str, str | bytes] = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        async with self.browser(address) as client:
            return await client.request(method, path, json=json, headers=sent, **more)

    async def person(self, role: str = "teacher") -> Person:
        """A new account, signed in."""
        if role == "admin":
            user = await admin.add(self.runtime, f"admin{next(self._numbers)}@school.test", "Admin", "admin", PASSWORD)
            return await self.sign_in(user.email)
        name = f"{role} {next(self._numbers)}"
        body = {"email": f"{name.replace(' ', '.')}@school.test", "password": PASSWORD, "name": name, "role": role}
        answer = await self.ask("POST", "/api/auth/register", body)
        assert answer.status_code == 201, answer.text
        return self._known(answer.json())

    async def sign_in(self, email: str, password: str = PASSWORD) -> Person:
        """The same person again, in another session."""
        answer = await self.ask("POST", "/api/auth/login", {"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        return self._known(answer.json())

    def _known(self, answer: dict[str, Any]) -> Person:
        user = answer["user"]
        return Person(self, user["id"], user["email"], user["role"], answer["access_token"], answer["refresh_token"])

    async def told(self) -> list[Message]:
        """What the other services have heard, once all that was announced has arrived."""
        heard = listener.heard(self.others["listener"])
        async with self.runtime.database.read() as session:
            announced = (
                await session.execute(select(func.count()).select_from(metadata.tables["outbox"]))
            ).scalar_one()
        async with asyncio.timeout(10):
            while sum(isinstance(message, Event) for message in heard) < announced:
                await asyncio.sleep(0.002)  # the journal's thread has no clock to pass in
        await settle()
        return heard


@asynccontextmanager
async def opened(folder: Path, *others: Service, gateways: int = 1, **settings: Any) -> AsyncIterator[School]:
    """A school whose passwords are hashed cheaply."""
    clock = ManualClock()
    async with running(folder, [gateway.service] * gateways + [*others], clock=clock, **settings) as runtimes:
        runtimes[0].state["passwords"] = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        try:
            yield School(runtimes, clock)
        finally:
            for runtime in runtimes:
                if server.STATE in runtime.state:
                    await server.of(runtime).close()
