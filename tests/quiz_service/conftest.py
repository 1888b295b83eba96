"""A quiz service with its neighbours as stubs: the gateway asks, the game server answers what a test put there, the job
handler remembers what it is to do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from edkit.clock import ManualClock
from edkit.contracts.files import File, StageFile
from edkit.contracts.game_messages import GameDetails, GameResults, GetGame, GetGameResults
from edkit.contracts.jobs import RunJob
from edkit.contracts.quizzes import QuizFields
from edkit.errors import Conflict, NotFound
from edkit.message import Actor, Request
from edkit.service import Context, Runtime, Service, read, write
from edkit.testing import running
from quiz_service.app import service

MAI = Actor(id="mai", role="teacher")
OTHER = Actor(id="otto", role="teacher")
STUDENT = Actor(id="linh", role="student")
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa75\x81\x84\x00\x00\x00\x00IEND\xaeB`\x82"
)


@dataclass
class World:
    """The quiz service and who may speak to it."""

    quizzes: Runtime
    gateway: Runtime
    games: Runtime
    jobs: Runtime
    clock: ManualClock
    results: dict[str, list[GameResults]] = field(default_factory=dict)
    live: dict[str, tuple[str, GameDetails]] = field(default_factory=dict)
    tasks: list[RunJob] = field(default_factory=list)

    async def ask(self, request: Request[Any], actor: Actor = MAI, **more: Any) -> Any:
        """What the gateway gets to hear."""
        return await self.gateway.bus.call(request, actor=actor, **more)

    async def upload(self, data: bytes, name: str = "file", actor: Actor = MAI, file_id: str = "") -> File:
        """Bytes in the stage area, and the row that names them."""

        async def chunks() -> AsyncIterator[bytes]:
            yield data

        staged = await self.gateway.blobs.stage(chunks(), 50_000_000)
        request = StageFile(
            file_id=file_id or f"f-{sha256(data).hexdigest()[:10]}-{actor.id}",
            name=name,
            size=staged.size,
            sha256=staged.sha256,
            media_type="application/octet-stream",
        )
        file: File = await self.ask(request, actor)
        return file


def make_quiz(title: str = "Rivers", **more: Any) -> QuizFields:
    """A small sound quiz."""
    question = {
        "type": "single_choice",
        "text": "Which river is the longest?",
        "options": [{"text": "Nile", "correct": True}, {"text": "Thames"}],
    }
    return QuizFields.model_validate({"title": title, "questions": [question], **more})


@asynccontextmanager
async def open_world(folder: Path, database_url: str = "", **settings: Any) -> AsyncIterator[World]:
    clock = ManualClock()
    worlds: list[World] = []

    async def results(cmd: GetGameResults, ctx: Context) -> GameResults:
        pages = worlds[0].results.get(cmd.game_id)
        if not pages:
            raise Conflict("The game has not ended.", code="not_ended")
        return pages[int(cmd.cursor or 0)]

    async def game(cmd: GetGame, ctx: Context) -> GameDetails:
        owner, details = worlds[0].live.get(cmd.game_id, ("", None))
        if details is None or owner != ctx.actor.id:
            raise NotFound()
        return details

    games = Service(
        "game_server",
        requests={GetGameResults: read(results), GetGame: read(game)},
        issuers={GetGameResults: ("quiz_service",), GetGame: ("gateway", "quiz_service")},
    )

    async def remember(task: RunJob, ctx: Context) -> None:
        assert ctx.actor.id == task.owner
        worlds[0].tasks.append(task)

    jobs = Service("job_handler", tasks={RunJob: write(remember)}, issuers={RunJob: ("quiz_service",)})
    services = [service, Service("gateway"), games, jobs]
    async with running(folder, services, clock=clock, database_url=database_url, **settings) as runtimes:
        worlds.append(World(*runtimes, clock=clock))
        yield worlds[0]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """On SQLite."""
    async with open_world(tmp_path) as opened:
        yield opened


@pytest.fixture
async def either_world(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    """Once on SQLite, once on MariaDB."""
    async with open_world(tmp_path, database_url) as opened:
        yield opened
