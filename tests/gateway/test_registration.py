"""Who may make an account, and the demo school."""

import argparse
from pathlib import Path
from typing import Any

import pytest

from edkit.contracts.classes import MembershipChanged
from edkit.contracts.demo import DEMO_PASSWORD, DEMO_STUDENTS, DEMO_TEACHER
from edkit.errors import AppError
from gateway import admin
from tests.gateway import listener
from tests.gateway.school import PASSWORD, School, opened

NEW: dict[str, Any] = {"email": "new@school.test", "password": PASSWORD, "name": "New", "role": "teacher"}


async def register(school: School, **fields: Any) -> tuple[int, str | None]:
    answer = await school.ask("POST", "/api/auth/register", NEW | fields)
    return answer.status_code, answer.json().get("code")


async def test_closed_registration_takes_nobody(folder: Path) -> None:
    async with opened(folder, registration="closed") as school:
        assert await register(school) == (403, "registration_closed")
        assert (await school.ask("GET", "/api/config")).json()["registration"] == "closed"


async def test_registration_by_invitation_asks_for_the_code(folder: Path) -> None:
    async with opened(folder, registration="invite", invite_code="blue door") as school:
        assert await register(school) == (403, "invite_needed")
        assert await register(school, invite_code="red door") == (403, "invite_needed")
        assert (await register(school, invite_code=" blue door "))[0] == 201


async def test_a_class_s_code_invites_its_students_and_no_teacher(folder: Path) -> None:
    async with opened(folder, registration="invite", invite_code="blue door") as school:
        await admin.add(school.runtime, "head@school.test", "Head", "teacher", PASSWORD)
        head = await school.sign_in("head@school.test")
        code = (await head.ask("POST", "/api/classes", {"name": "7a"})).json()["join_code"]
        assert await register(school, invite_code=code) == (403, "invite_needed")
        assert (await register(school, invite_code=code.lower(), role="student"))[0] == 201


async def test_the_first_administrator_is_made_on_the_command_line(
    school: School, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    admin.arguments(parser)
    assert parser.parse_args(["--email", "a@b.test", "--name", "Ada"]).role == "admin"
    await admin.add(school.runtime, "head@school.test", "Head", "admin", PASSWORD)
    assert (await school.sign_in("head@school.test")).role == "admin"
    with pytest.raises(AppError, match="email_taken"):
        await admin.add(school.runtime, "HEAD@school.test", "Head", "admin", PASSWORD)
    with pytest.raises(AppError, match="8 characters"):
        await admin.add(school.runtime, "other@school.test", "Head", "admin", "short")


async def test_the_demo_school_lets_everybody_in_who_is_shown(folder: Path) -> None:
    async with opened(folder, listener.service, demo=True) as school:
        shown = (await school.ask("GET", "/api/demo")).json()
        assert len(shown["accounts"]) == 1 + len(DEMO_STUDENTS)
        for account in (shown["accounts"][0], shown["accounts"][-1]):
            assert (await school.sign_in(account["email"], account["password"])).role == account["role"]
        student = await school.person("student")
        joined = await student.ask("POST", "/api/classes/join", {"join_code": shown["join_code"]})
        assert joined.json()["name"] == shown["class_name"]
        told = [change for change in await school.told() if isinstance(change, MembershipChanged)]
        assert len(told[0].student_ids) == len(DEMO_STUDENTS)
        teacher = await school.sign_in(DEMO_TEACHER.email, DEMO_PASSWORD)
        assert (await teacher.ask("DELETE", "/api/me")).json()["code"] == "demo"
        change = {"new_password": "a brand new secret", "current_password": DEMO_PASSWORD}
        assert (await teacher.ask("PATCH", "/api/me", change)).json()["code"] == "demo"


async def test_demo_accounts_open_nothing_once_the_demo_is_off(folder: Path) -> None:
    async with opened(folder, demo=True) as school:
        teacher = await school.sign_in(DEMO_TEACHER.email, DEMO_PASSWORD)
    async with opened(folder, demo=False) as school:
        body = {"email": DEMO_TEACHER.email, "password": DEMO_PASSWORD}
        assert (await school.ask("POST", "/api/auth/login", body)).status_code == 401
        assert (await school.ask("GET", "/api/demo")).status_code == 404
        renewed = await school.ask("POST", "/api/auth/refresh", {"refresh_token": teacher.refresh_token})
        assert renewed.status_code == 401
        assert (await school.ask("GET", "/api/demo")).status_code == 404


async def test_the_demo_is_seeded_once_and_never_over_real_accounts(folder: Path) -> None:
    async with opened(folder, demo=False) as school:
        await school.person()
    async with opened(folder, demo=True) as school:
        body = {"email": DEMO_TEACHER.email, "password": DEMO_PASSWORD}
        assert (await school.ask("POST", "/api/auth/login", body)).status_code == 401
        assert (await school.ask("GET", "/api/demo")).status_code == 404
