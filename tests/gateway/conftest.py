"""A school per test."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edkit.db.migrate import upgrade
from game_server import app as games
from quiz_service import app as quizzes
from tests.gateway import listener
from tests.gateway.school import School, opened


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every service's empty database, so that not every test makes them anew."""
    folder = tmp_path_factory.mktemp("migrated")
    for name in ("gateway", "quiz_service", "game_server", "job_handler"):
        upgrade(f"sqlite+aiosqlite:///{folder / name}.db", name)
    return folder


@pytest.fixture
def folder(tmp_path: Path, migrated: Path) -> Path:
    """A data folder of the test's own."""
    for database in migrated.glob("*.db"):
        shutil.copy(database, tmp_path)
    return tmp_path


@pytest.fixture
async def school(folder: Path) -> AsyncIterator[School]:
    """A gateway, and somebody who hears what it tells."""
    async with opened(folder, listener.service) as school:
        yield school


@pytest.fixture
async def quiz_school(folder: Path) -> AsyncIterator[School]:
    """A gateway with the quiz service behind it."""
    async with opened(folder, quizzes.service) as school:
        yield school


@pytest.fixture
async def whole_school(folder: Path) -> AsyncIterator[School]:
    """A gateway with everything behind it."""
    async with opened(folder, quizzes.service, games.service) as school:
        yield school
