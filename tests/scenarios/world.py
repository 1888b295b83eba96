"""What a scenario needs of the world: accounts, quizzes, sockets that remember what they heard. It knows an address."""

import asyncio
import itertools
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.chaos.wire import Wire

PATIENCE_S = 60.0
"""Generous: a scenario proves what happens, not how fast, and machines may be busy."""


class World:
    """A running product at `base`, in whichever mode. Names are made unique, so scenarios may share one world.

    `doors` are where sockets go in, if not at `base`: hosts by the first, everybody else by all of them in turns.
    """

    def __init__(
        self,
        base: str,
        http: aiohttp.ClientSession,
        restart: Callable[[], Any] | None = None,
        doors: Sequence[str] = (),
    ) -> None:
        self.base, self.http, self.restart = base, http, restart
        self.hosts_door, self._doors = (doors or (base,))[0], itertools.cycle(doors or (base,))
        self._numbers, self._mark = itertools.count(1), secrets.token_hex(4)
        self._sockets: list[Seat] = []
        self.heard: list[str] = []

    @classmethod
    @asynccontextmanager
    async def at(
        cls, base: str, restart: Callable[[], Any] | None = None, doors: Sequence[str] = ()
    ) -> AsyncIterator["World"]:
        """A world whose sockets are closed in the end."""
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(20)) as http:
            world = cls(base, http, restart, doors)
            try:
                yield world
            finally:
                await asyncio.gather(*(seat.wire.close() for seat in world._sockets))

    def number(self) -> int:
        """A number not given before in this world."""
        return next(self._numbers)

    def door(self) -> str:
        """Where the next socket goes in."""
        return next(self._doors)

    async def ask(self, method: str, path: str, token: str = "", body: Any = None) -> tuple[int, Any]:
        """Status and JSON body of one HTTP request; the bytes are remembered."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.http.request(method, self.base + path, json=body, headers=headers) as answer:
            text = await answer.text()
            self.heard.append(f"{method} {path}: {text}")
            return answer.status, json.loads(text) if "json" in answer.content_type else text

    async def person(self, role: str) -> str:
        """The access token of a new account."""
        name = f"{role}-{self._mark}-{self.number()}"
        body = {"email": f"{name}@school.example", "password": f"long enough {name}", "name": name, "role": role}
        status, account = await self.ask("POST", "/api/auth/register", body=body)
        assert status == 201, account
        return str(account["access_token"])

    async def quiz(self, token: str, quiz: dict[str, Any]) -> str:
        """The id of a new quiz."""
        status, stored = await self.ask("POST", "/api/quizzes", token, quiz)
        assert status == 201, stored
        return str(stored["id"])

    async def seat(self, auth: dict[str, Any]) -> "Seat":
        """A connected socket."""
        seat = Seat(self, auth)
        self._sockets.append(seat)
        await seat.wire.open(auth, PATIENCE_S)
        return seat

    async def host(self, quiz: dict[str, Any], token: str = "", **settings: Any) -> "HostSeat":
        """A teacher with an open lobby over `quiz`."""
        token = token or await self.person("teacher")
        quiz_id = await self.quiz(token, quiz)
        seat = HostSeat(self, {"token": token}, self.hosts_door)
        self._sockets.append(seat)
        await seat.wire.open(seat.auth, PATIENCE_S)
        opened = await seat.do("create_game", quiz_id=quiz_id, settings={"reading_ms": 0} | settings)
        seat.game, seat.pin, seat.host_key, seat.token = opened["game_id"], opened["pin"], opened["host_key"], token
        return seat

    async def player(self, pin: str, nickname: str, **fields: Any) -> "PlayerSeat":
        """A player in the lobby (or the game)."""
        seat = PlayerSeat(self, {"device": f"device-{self.number()}"})
        self._sockets.append(seat)
        await seat.wire.open(seat.auth, PATIENCE_S)
        joined = await seat.do("join_game", pin=pin, nickname=nickname, join_id=f"join-{self.number()}", **fields)
        seat.player, seat.token = joined["player_id"], joined["resume_token"]
        return seat

    async def returning(self, player: "PlayerSeat") -> "PlayerSeat":
        """The same player on a new connection, by the resume token alone."""
        seat = PlayerSeat(self, {"resume": player.token})
        self._sockets.append(seat)
        seat.player, seat.token = player.player, player.token
        await seat.wire.open(seat.auth, PATIENCE_S)
        return seat


class Seat:
    """One connection. `inbox` has every event in order, `raw` every packet as it came, `heard_at` the last times."""

    def __init__(self, world: World, auth: dict[str, Any], door: str = "") -> None:
        self.world, self.auth = world, auth
        self.inbox: list[tuple[str, dict[str, Any]]] = []
        self.raw: list[str] = []
        self.heard_at: dict[str, float] = {}
        self.token = ""
        self._news = asyncio.Event()
        self._read = 0
        self.wire = Wire(world.http, door or world.door(), self._hear)

    async def do(self, event: str, **payload: Any) -> dict[str, Any]:
        """The acknowledgement, which must be ok."""
        ack = await self.wire.ask(event, payload, PATIENCE_S)
        assert ack.get("ok") is True, f"{event} {payload}: {ack}"
        return ack

    async def refused(self, event: str, **payload: Any) -> str:
        """The code of the refusal, which must come."""
        ack = await self.wire.ask(event, payload, PATIENCE_S)
        assert ack.get("ok") is False, f"{event} {payload} was not refused: {ack}"
        return str(ack["error"]["code"])

    async def next(self, event: str, **fields: Any) -> dict[str, Any]:
        """The next event of this name with these fields that was not taken before, waiting for it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for place in range(self._read, len(self.inbox)):
                    name, body = self.inbox[place]
                    if name == event and all(body.get(key) == value for key, value in fields.items()):
                        self._read = place + 1
                        return body
                self._news.clear()
                await self._news.wait()

    def names(self) -> list[str]:
        """The names of everything heard."""
        return [name for name, _ in self.inbox]

    async def state(self) -> dict[str, Any]:
        """The snapshot as of now."""
        state = (await self.do("sync_game"))["state"]
        assert isinstance(state, dict)
        return state

    async def leave(self) -> None:
        """Close the connection."""
        await self.wire.close()

    def _hear(self, name: str, payload: Any, raw: str) -> None:
        self.raw.append(raw)
        if not name.startswith("ack:"):
            self.inbox.append((name, payload))
            self.heard_at[name] = time.monotonic()
            self._news.set()


class HostSeat(Seat):
    """A teacher's tab."""

    game = ""
    pin = ""
    host_key = ""

    async def command(self, name: str, **fields: Any) -> dict[str, Any]:
        """A click in a tab that sees the present state."""
        return await self.do(name, op_id=f"op-{self.world.number()}", **fields)


class PlayerSeat(Seat):
    """A player's tab."""

    player = ""

    async def answer(self, question: dict[str, Any], answer_id: str = "", **choice: Any) -> dict[str, Any]:
        """The receipt. Sent again, as pages do, while the server's clock has not come to the opening yet."""
        answer_id = answer_id or f"answer-{self.world.number()}"
        while True:
            receipt = await self.do("submit_answer", answer_id=answer_id, question_id=question["id"], **choice)
            if receipt["status"] != "early":
                return receipt
            await asyncio.sleep(0.05)
