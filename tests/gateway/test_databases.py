"""The same on SQLite and MariaDB: the schema, and what must hold when things happen at the same moment."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from edkit.contracts.classes import MembershipChanged
from edkit.contracts.demo import DEMO_STUDENTS
from edkit.db.revisions import differences
from gateway.handlers.demo import has_demo, seed_demo
from gateway.models import metadata
from gateway.repository.accounts import AccountRepository
from tests.gateway import listener
from tests.gateway.school import PASSWORD, School, opened

pytestmark = pytest.mark.xdist_group("mariadb")


@pytest.fixture
async def anywhere(tmp_path: Path, database_url: str) -> AsyncIterator[School]:
    async with opened(tmp_path, listener.service, database_url=database_url) as school:
        yield school


async def test_the_migrations_make_what_the_models_say(anywhere: School) -> None:
    assert await asyncio.to_thread(differences, anywhere.runtime.database.url, metadata) == []


async def test_names_that_look_alike_are_different_accounts(anywhere: School) -> None:
    for email in ("jose@school.test", "josé@school.test"):
        body = {"email": email, "password": PASSWORD, "name": "José", "role": "student"}
        assert (await anywhere.ask("POST", "/api/auth/register", body)).status_code == 201
    assert (await anywhere.sign_in("JOSÉ@school.test")).email == "josé@school.test"


async def test_gateways_that_start_at_the_same_moment_seed_one_demo_school(anywhere: School) -> None:
    """The second one died of the first one's rows."""
    shown = replace(anywhere.runtime, settings=anywhere.runtime.settings.model_copy(update={"demo": True}))
    await asyncio.gather(*(seed_demo(shown) for _ in range(3)))
    assert has_demo(shown)
    async with anywhere.runtime.database.read() as session:
        assert await AccountRepository(session).count() == 1 + len(DEMO_STUDENTS)


async def test_of_what_is_done_at_the_same_moment_once_is_enough(anywhere: School) -> None:
    body = {"email": "same@school.test", "password": PASSWORD, "name": "Same", "role": "teacher"}
    made = await asyncio.gather(*(anywhere.ask("POST", "/api/auth/register", body) for _ in range(4)))
    assert sorted(answer.status_code for answer in made) == [201, 409, 409, 409]

    teacher = await anywhere.sign_in("same@school.test")
    token = {"refresh_token": teacher.refresh_token}
    renewed = await asyncio.gather(*(anywhere.ask("POST", "/api/auth/refresh", token) for _ in range(4)))
    assert {answer.status_code for answer in renewed} == {200}
    assert len({answer.json()["refresh_token"] for answer in renewed}) == 1

    key = {"Idempotency-Key": "one"}
    classes = await asyncio.gather(
        *(teacher.ask("POST", "/api/classes", {"name": "7a"}, headers=key) for _ in range(4))
    )
    assert {answer.status_code for answer in classes} == {201}
    assert len({answer.content for answer in classes}) == 1

    students = [await anywhere.person("student") for _ in range(5)]
    join = {"join_code": classes[0].json()["join_code"]}
    joined = await asyncio.gather(
        *(student.ask("POST", "/api/classes/join", join) for student in students for _ in range(2))
    )
    assert {answer.status_code for answer in joined} == {200}
    told = [change for change in await anywhere.told() if isinstance(change, MembershipChanged)]
    newest = max(told, key=lambda change: change.version)
    assert set(newest.student_ids) == {student.id for student in students}
    assert len({change.version for change in told}) == len(told)
