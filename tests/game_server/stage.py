"""Game servers with clients that speak to their namespace directly: one hub, one database, one clock, no network."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from edkit.clock import ManualClock
from edkit.contracts.game_messages import GetQuizForGame
from edkit.contracts.questions import NumberAnswer, Option, Question
from edkit.contracts.quizzes import Quiz
from edkit.db import Database
from edkit.errors import NotFound
from edkit.message import Actor
from edkit.service import Context, Runtime, Service, read
from edkit.sockets import Counters, Packet
from edkit.testing import running
from game_server import server
from game_server.app import service
from game_server.hub import Hub
from game_server.server import HUB, STATE, GameServer

TEACHER = Actor(id="teacher", role="teacher", session="s1")
OTHER = Actor(id="other", role="teacher", session="s2")
WITHIN_S = 20
"""How long anything may take before a test gives up on it."""


def choice(number: int, *, seconds: int = 20, points: int = 1000) -> Question:
    """A single choice question whose right option says `right`."""
    options = tuple(Option(id=f"q{number}{x}", text=x, correct=x == "right") for x in ("right", "wrong", "other"))
    return Question(
        id=f"q{number}",
        type="single_choice",
        text=f"Question {number}",
        options=options,
        time_limit_s=seconds,
        points=points,
    )


def number_question(number: int) -> Question:
    return Question(id=f"q{number}", type="number", text="How many?", number=NumberAnswer(answer=42, tolerance=1))


def quiz(*questions: Question) -> Quiz:
    made = datetime(2026, 1, 1, tzinfo=UTC)
    return Quiz(id="quiz", title="Capitals", questions=questions, version=3, created_at=made, updated_at=made)


class Transportless:
    """A socket as the namespace sees it, whose packets come back as events."""

    def __init__(self, client: "Client") -> None:
        self.id, self.link, self.state, self.address = "fake", None, None, "192.0.2.1"
        self.session = self
        self.host = self
        self.counters = Counters()
        self._client = client

    @property
    def gone(self) -> bool:
        return not self._client.connected

    def send(self, packet: Packet, droppable: bool = False) -> bool:
        if not self._client.connected:
            return False
        name, data = orjson.loads(packet.text.partition(b",")[2])
        self._client.hear(name, data)
        return True

    def emit(self, event: str, data: Any, *, acknowledged: Any = None) -> None:
        if self._client.connected:
            self._client.hear(event, orjson.loads(orjson.dumps(data)))
            if event == "probe" and self._client.answers_probes:
                asyncio.get_running_loop().call_soon(acknowledged, {})

    def disconnect(self) -> None:
        self._client.connected = False
        asyncio.get_running_loop().call_soon(self._client.gone)


class Client:
    """One browser. `heard` is everything it was ever sent."""

    def __init__(self, there: GameServer) -> None:
        self.server = there
        self.socket: Any = Transportless(self)
        self.connected = True
        self.answers_probes = False
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.player_id = self.resume_token = self.pin = self.game_id = ""
        self.state: dict[str, Any] = {}
        self._news = asyncio.Event()
        self._read = 0

    def hear(self, event: str, data: dict[str, Any]) -> None:
        self.heard.append((event, data))
        self._news.set()

    def gone(self) -> None:
        self.server.games.disconnected(self.socket, "gone")

    def leave(self) -> None:
        """The network is gone."""
        if self.connected:
            self.connected = False
            self.gone()

    async def connect(self, **auth: Any) -> "Client":
        waits = self.server.games.connected(self.socket, auth)
        if waits is not None:
            await waits
        return self

    async def ask(self, event: str, **body: Any) -> dict[str, Any]:
        """The acknowledgement."""
        answer = self.server.games.received(self.socket, event, [body])
        if not isinstance(answer, dict):
            answer = await asyncio.wait_for(answer, WITHIN_S)  # type: ignore[arg-type]
        result: dict[str, Any] = orjson.loads(orjson.dumps(answer))
        return result

    async def do(self, event: str, **body: Any) -> dict[str, Any]:
        """The acknowledgement of something that must succeed."""
        answer = await self.ask(event, **body)
        assert answer["ok"], answer
        self.state = answer.get("state", self.state)
        return answer

    async def refused(self, event: str, **body: Any) -> str:
        """The code of the refusal of something that must not succeed."""
        answer = await self.ask(event, **body)
        assert not answer["ok"], answer
        code: str = answer["error"]["code"]
        return code

    async def next(self, *events: str) -> dict[str, Any]:
        """The next event of one of these names that was not read yet; what lies before it is skipped."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                while self._read < len(self.heard):
                    name, data = self.heard[self._read]
                    self._read += 1
                    if name in events:
                        return data
                self._news.clear()
                await self._news.wait()

    def events(self, *names: str) -> list[dict[str, Any]]:
        return [data for name, data in self.heard if name in names]

    async def answer(self, text: str, answer_id: str = "") -> dict[str, Any]:
        """Choose the option with this text of the question last heard of."""
        question = self.question()
        option = next(o["id"] for o in question["options"] if o["text"] == text)
        answer_id = answer_id or f"{self.player_id}-{question['id']}"
        return await self.ask("submit_answer", answer_id=answer_id, question_id=question["id"], option_ids=[option])

    def question(self) -> dict[str, Any]:
        opened = self.events("question_opened")
        question: dict[str, Any] = opened[-1]["question"] if opened else self.state["question"]
        return question


@dataclass
class Stage:
    """The servers, and everything they share."""

    clock: ManualClock
    runtime: Runtime
    servers: list[GameServer]
    quizzes: dict[str, Quiz]

    @property
    def a(self) -> GameServer:
        return self.servers[0]

    @property
    def b(self) -> GameServer:
        return self.servers[1]

    def token(self, actor: Actor = TEACHER) -> str:
        return self.runtime.keys.issue_access(actor, now=self.clock.now(), minutes=10_000)

    async def host(self, there: GameServer | None = None, **settings: Any) -> Client:
        """A teacher with a fresh lobby."""
        client = await Client(there or self.a).connect(token=self.token())
        made = await client.do("create_game", quiz_id="quiz", settings={"reading_ms": 0, **settings})
        client.pin, client.game_id = made["pin"], made["game_id"]
        return client

    async def join(self, host: Client, nickname: str, there: GameServer | None = None, **more: Any) -> Client:
        client = await Client(there or host.server).connect()
        joined = await client.do("join_game", pin=host.pin, nickname=nickname, **more)
        client.player_id, client.resume_token = joined["player_id"], joined["resume_token"]
        client.pin, client.game_id = host.pin, host.game_id
        return client

    async def settled(self) -> None:
        """Wait until all servers have done what is begun, but for what waits for the clock."""
        for there in self.servers:
            await there.play.presence.flush()
            await asyncio.sleep(0)
            async with asyncio.timeout(WITHIN_S):
                await there.play.follower.quiet()

    async def advance(self, seconds: float) -> None:
        """Let time pass, second by second, and every server tick each second."""
        while seconds > 0:
            step = min(1.0, seconds)
            await self.clock.advance(step)
            for there in self.servers:
                await there.tick()
            await self.settled()
            seconds -= step

    async def another(self, hub: Hub | None = None) -> GameServer:
        """One more server over the same database, and over the same hub unless it is given another."""
        shared = hub or self.runtime.state[HUB]
        database = Database(self.runtime.database.url)
        runtime = replace(self.runtime, database=database, state={HUB: shared})
        await server.start(runtime)
        added: GameServer = runtime.state[STATE]
        self.servers.append(added)
        return added

    async def kill(self, there: GameServer) -> None:
        """The process is gone: it hears and says nothing any more, and its rows stay as they were."""
        self.servers.remove(there)
        await there.rooms.close()
        await there.play.follower.quiet()
        await there.play.runtime.database.close()


@asynccontextmanager
async def stage(folder: Path, database_url: str = "", servers: int = 1) -> AsyncIterator[Stage]:
    """Game servers whose teacher owns the quiz `quiz` of two choices; nothing ticks unless the test says so."""
    quizzes = {"quiz": quiz(choice(1), choice(2))}

    async def get_quiz(cmd: GetQuizForGame, ctx: Context) -> Quiz:
        if ctx.actor.id not in (TEACHER.id, OTHER.id) or cmd.quiz_id not in quizzes:
            raise NotFound
        return quizzes[cmd.quiz_id]

    library = Service(
        "quiz_service", requests={GetQuizForGame: read(get_quiz)}, issuers={GetQuizForGame: ("game_server",)}
    )
    quiet = replace(service, background=())
    async with running(folder, [library, quiet], database_url=database_url) as (_, runtime):
        made = Stage(runtime.clock, runtime, [server.of(runtime)], quizzes)  # type: ignore[arg-type]
        for _ in range(servers - 1):
            await made.another()
        try:
            yield made
        finally:
            for there in made.servers:
                await there.close()
                if there.play.runtime is not runtime:
                    await there.play.runtime.database.close()


__all__ = ["OTHER", "TEACHER", "Client", "Stage", "choice", "number_question", "quiz", "stage"]
