"""Accounts and sign-ins, over HTTP."""

import asyncio
import io
import zipfile

import httpx
import orjson
import pytest

from edkit.contracts.accounts import LoggedOut, UserErased
from edkit.errors import Invalid
from gateway import app as gateway
from gateway.rules.passwords import check_password
from tests.gateway import lesson
from tests.gateway.school import PASSWORD, School
from tests.gateway.test_files import png


async def test_a_new_account_is_signed_in_and_finds_itself(school: School) -> None:
    person = await school.person("teacher")
    me = await person.ask("GET", "/api/me")
    assert me.status_code == 200
    assert me.json() | {"id": "", "created_at": ""} == {
        "id": "",
        "email": person.email,
        "name": "teacher 1",
        "role": "teacher",
        "created_at": "",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no address"),
        ("email", "two@at@signs"),
        ("password", "short"),
        ("password", "New@School.Test"),
        ("name", "   "),
        ("role", "admin"),
    ],
)
async def test_a_field_that_will_not_do_is_named(school: School, field: str, value: str) -> None:
    body = {"email": "new@school.test", "password": PASSWORD, "name": "New", "role": "student"}
    answer = await school.ask("POST", "/api/auth/register", body | {field: value})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("password", ["password123", "PASSWORD123", "aaaaaaaaaaaa"])
def test_production_refuses_what_is_tried_first_and_a_trial_does_not(password: str) -> None:
    check_password(password, email="a@b", name="A", strict=False)
    with pytest.raises(Invalid, match="A few words in a row"):
        check_password(password, email="a@b", name="A", strict=True)


async def test_one_address_is_one_account_however_it_is_written(school: School) -> None:
    person = await school.person()
    body = {"email": person.email.upper(), "password": PASSWORD, "name": "Again", "role": "teacher"}
    answer = await school.ask("POST", "/api/auth/register", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")
    assert (await school.sign_in(f"  {person.email.title()} ")).id == person.id


async def test_two_registrations_of_one_address_at_once_make_one_account(school: School) -> None:
    body = {"email": "same@school.test", "password": PASSWORD, "name": "Same", "role": "student"}
    answers = await asyncio.gather(*(school.ask("POST", "/api/auth/register", body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(school: School) -> None:
    person = await school.person()
    wrong = await school.ask("POST", "/api/auth/login", {"email": person.email, "password": "not the password"})
    unknown = await school.ask("POST", "/api/auth/login", {"email": "nobody@school.test", "password": PASSWORD})
    nonsense = await school.ask("POST", "/api/auth/login", {"email": "nobody", "password": PASSWORD})
    assert wrong.status_code == unknown.status_code == nonsense.status_code == 401
    assert wrong.json() == unknown.json() == nonsense.json()
    assert wrong.json()["code"] == "wrong_credentials"


async def test_an_access_token_ends_with_its_minutes(school: School) -> None:
    person = await school.person()
    await school.clock.advance(15 * 60 - 1)
    assert (await person.ask("GET", "/api/me")).status_code == 200
    await school.clock.advance(1)
    answer = await person.ask("GET", "/api/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "ü"])
async def test_a_token_of_somebody_else_s_making_opens_nothing(school: School, token: str) -> None:
    answer = await school.ask("GET", "/api/me", headers={"Authorization": f"Bearer {token}".encode()})
    assert answer.status_code == 401


async def test_signing_out_ends_the_session_at_once_and_everybody_hears_it(school: School) -> None:
    person = await school.person()
    assert (await person.ask("GET", "/api/me")).status_code == 200
    answer = await school.ask("POST", "/api/auth/logout", {"refresh_token": person.refresh_token})
    assert answer.status_code == 204
    await school.told()
    after = await person.ask("GET", "/api/me")
    assert (after.status_code, after.json()["code"]) == (401, "signed_out")
    renewed = await school.ask("POST", "/api/auth/refresh", {"refresh_token": person.refresh_token})
    assert renewed.status_code == 401
    assert [(told.user_id, bool(told.session_id)) for told in await school.told() if isinstance(told, LoggedOut)] == [
        (person.id, True)
    ]


async def test_signing_out_with_a_foreign_or_old_token_is_no_error(school: School) -> None:
    person = await school.person()
    for token in ("nonsense", f"{person.refresh_token}x", "a.1.b"):
        assert (await school.ask("POST", "/api/auth/logout", {"refresh_token": token})).status_code == 204
    assert (await person.ask("GET", "/api/me")).status_code == 200


async def test_a_new_password_needs_the_old_one_and_signs_out_the_others(school: School) -> None:
    here = await school.person()
    there = await school.sign_in(here.email)
    change = {"new_password": "another good password"}
    assert (await here.ask("PATCH", "/api/me", change)).json()["errors"][0]["field"] == "current_password"
    wrong = await here.ask("PATCH", "/api/me", change | {"current_password": "wrong"})
    assert wrong.json()["errors"][0]["field"] == "current_password"
    done = await here.ask("PATCH", "/api/me", change | {"current_password": PASSWORD})
    assert done.status_code == 200
    await school.told()
    assert (await there.ask("GET", "/api/me")).status_code == 401
    assert (await here.ask("GET", "/api/me")).status_code == 200
    await school.sign_in(here.email, "another good password")
    old = await school.ask("POST", "/api/auth/login", {"email": here.email, "password": PASSWORD})
    assert old.status_code == 401


def unpacked(answer: httpx.Response) -> dict[str, bytes]:
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def test_an_export_holds_what_is_held_and_no_secret(whole_school: School) -> None:
    teacher, student = await whole_school.person("teacher"), await whole_school.person("student")
    game = await lesson.play(whole_school, teacher, student)
    await teacher.ask("POST", "/api/files", files={"file": ("a.png", png(), "image/png")})
    held = unpacked(await teacher.ask("GET", "/api/me/export"))
    assert orjson.loads(held["account.json"])["email"] == teacher.email
    assert png() in held.values()
    assert {f"games/{game.game_id}.json", f"games/{game.game_id}-report.json", "README.txt"} <= held.keys()
    assert [name for name in held if name.startswith("quizzes/")]
    own = unpacked(await student.ask("GET", "/api/me/export"))
    assert [one["result"]["user_id"] for one in orjson.loads(own["results.json"])] == [student.id]
    assert not [name for name in own if name.startswith(("quizzes/", "games/"))]
    for content in (*held.values(), *own.values()):
        assert b"argon2" not in content
        assert teacher.refresh_token.rpartition(".")[2].encode() not in content


async def test_one_account_s_data_is_gathered_once_at_a_time(whole_school: School) -> None:
    teacher = await whole_school.person()
    answers = await asyncio.gather(*(teacher.ask("GET", "/api/me/export") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 429, 429, 429, 429]
    assert all(answer.headers["retry-after"] for answer in answers if answer.status_code == 429)
    assert (await teacher.ask("GET", "/api/me/export")).status_code == 200


async def test_an_export_is_whole_or_not_at_all(school: School) -> None:
    person = await school.person()
    assert (await person.ask("GET", "/api/me/export")).status_code == 503, "the quiz service is not there"


async def test_an_erased_account_is_gone_everywhere(school: School) -> None:
    teacher, student = await school.person("teacher"), await school.person("student")
    made = (await teacher.ask("POST", "/api/classes", {"name": "7a"})).json()
    await student.ask("POST", "/api/classes/join", {"join_code": made["join_code"]})
    assert (await student.ask("DELETE", "/api/me")).status_code == 204
    assert (await student.ask("GET", "/api/me")).status_code == 401
    again = await school.ask("POST", "/api/auth/login", {"email": student.email, "password": PASSWORD})
    assert again.status_code == 401
    assert (await teacher.ask("GET", f"/api/classes/{made['id']}/members")).json()["items"] == []
    assert [told.user_id for told in await school.told() if isinstance(told, UserErased)] == [student.id]


async def test_the_only_administrator_stays(school: School) -> None:
    admin = await school.person("admin")
    answer = await admin.ask("DELETE", "/api/me")
    assert (answer.status_code, answer.json()["code"]) == (409, "last_admin")
    await school.person("admin")
    assert (await admin.ask("DELETE", "/api/me")).status_code == 204


async def test_passwords_are_stored_as_argon2id_only(school: School) -> None:
    await school.person()
    async with school.runtime.database.read() as session:
        users = (await session.execute(gateway.models.users.select())).all()
    assert [row.password_hash[:10] for row in users] == ["$argon2id$"]
