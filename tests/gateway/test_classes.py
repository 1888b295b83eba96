"""Classes: joining, leaving, and what the other services are told."""

import asyncio
from typing import Any

import pytest

from edkit.contracts.classes import MembershipChanged
from tests.gateway.school import PASSWORD, Person, School


async def new_class(teacher: Person, name: str = "7a") -> dict[str, Any]:
    answer = await teacher.ask("POST", "/api/classes", {"name": name})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def join(student: Person, made: dict[str, Any]) -> None:
    answer = await student.ask("POST", "/api/classes/join", {"join_code": made["join_code"]})
    assert answer.status_code == 200, answer.text


async def changes(school: School) -> list[MembershipChanged]:
    return [told for told in await school.told() if isinstance(told, MembershipChanged)]


async def test_a_code_has_no_letter_that_looks_like_another(school: School) -> None:
    teacher = await school.person()
    code = "".join([(await new_class(teacher))["join_code"] for _ in range(20)])
    assert not set(code) & set("0O1IL5S")


@pytest.mark.parametrize(
    "typed", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code[:2]} {code[2:]} "]
)
async def test_a_student_joins_with_the_code_however_it_is_typed(school: School, typed: Any) -> None:
    teacher, student = await school.person("teacher"), await school.person("student")
    made = await new_class(teacher)
    answer = await student.ask("POST", "/api/classes/join", {"join_code": typed(made["join_code"])})
    assert answer.status_code == 200
    assert answer.json() == {**made, "join_code": None, "member_count": 1}, "the code is the teacher's"
    assert (await student.ask("GET", "/api/classes")).json()["items"] == [answer.json()]


async def test_joining_twice_is_joining_once(school: School) -> None:
    teacher, student = await school.person("teacher"), await school.person("student")
    made = await new_class(teacher)
    await join(student, made)
    await join(student, made)
    assert [change.student_ids for change in await changes(school)] == [(), (student.id,)]


async def test_everybody_who_joins_at_once_is_in(school: School) -> None:
    teacher = await school.person("teacher")
    students = [await school.person("student") for _ in range(8)]
    made = await new_class(teacher)
    await asyncio.gather(*(join(student, made) for student in students))
    told = await changes(school)
    assert [change.version for change in told] == sorted({change.version for change in told})
    assert set(told[-1].student_ids) == {student.id for student in students}


async def test_who_may_see_whom(school: School) -> None:
    teacher, student, stranger = [await school.person(role) for role in ("teacher", "student", "student")]
    made = await new_class(teacher)
    await join(student, made)
    path = f"/api/classes/{made['id']}/members"
    seen = (await teacher.ask("GET", path)).json()["items"]
    assert [(one["user_id"], one["email"]) for one in seen] == [(student.id, student.email)]
    assert [one["email"] for one in (await student.ask("GET", path)).json()["items"]] == [None]
    assert (await stranger.ask("GET", path)).status_code == 404


async def test_members_are_listed_by_name_a_page_at_a_time(school: School) -> None:
    teacher = await school.person("teacher")
    students = [await school.person("student") for _ in range(5)]
    made = await new_class(teacher)
    for student in reversed(students):
        await join(student, made)
    names, cursor = [], None
    for _ in range(3):
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await teacher.ask("GET", f"/api/classes/{made['id']}/members", params=query)).json()
        names += [one["name"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert names == [f"student {n}" for n in range(2, 7)]
    assert cursor is None
    found = await teacher.ask("GET", f"/api/classes/{made['id']}/members", params={"q": "STUDENT 4"})
    assert [one["name"] for one in found.json()["items"]] == ["student 4"]


async def test_classes_are_listed_the_newest_first_a_page_at_a_time(school: School) -> None:
    teacher = await school.person()
    for name in ("a", "b", "c"):
        await new_class(teacher, name)
        await school.clock.advance(1)
    page = (await teacher.ask("GET", "/api/classes", params={"limit": 2})).json()
    rest = (await teacher.ask("GET", "/api/classes", params={"limit": 2, "cursor": page["next_cursor"]})).json()
    assert [one["name"] for one in page["items"] + rest["items"]] == ["c", "b", "a"]
    bad = await teacher.ask("GET", "/api/classes", params={"cursor": "!!"})
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "cursor")


async def test_a_student_leaves_and_a_teacher_takes_out(school: School) -> None:
    teacher, one, other = [await school.person(role) for role in ("teacher", "student", "student")]
    made = await new_class(teacher)
    await join(one, made)
    await join(other, made)
    members = f"/api/classes/{made['id']}/members"
    assert (await one.ask("DELETE", f"{members}/{other.id}")).status_code == 403
    assert (await one.ask("DELETE", f"{members}/{one.id}")).status_code == 204
    assert (await teacher.ask("DELETE", f"{members}/{other.id}")).status_code == 204
    assert (await teacher.ask("DELETE", f"{members}/{other.id}")).status_code == 404
    assert (await one.ask("GET", f"/api/classes/{made['id']}")).status_code == 404
    assert (await changes(school))[-1].student_ids == ()


async def test_a_new_code_replaces_the_old_one(school: School) -> None:
    teacher, student = await school.person("teacher"), await school.person("student")
    made = await new_class(teacher)
    renewed = (await teacher.ask("POST", f"/api/classes/{made['id']}/code")).json()
    old = await student.ask("POST", "/api/classes/join", {"join_code": made["join_code"]})
    assert (old.status_code, old.json()["code"]) == (404, "unknown_code")
    await join(student, renewed)


async def test_a_dissolved_class_is_told_as_such(school: School) -> None:
    teacher, student = await school.person("teacher"), await school.person("student")
    made = await new_class(teacher)
    await join(student, made)
    assert (await teacher.ask("DELETE", f"/api/classes/{made['id']}")).status_code == 204
    told = await changes(school)
    assert (told[-1].deleted, told[-1].student_ids) == (True, ())
    assert told[-1].version > told[-2].version
    assert (await student.ask("GET", "/api/classes")).json()["items"] == []


async def test_a_forgotten_password_is_set_anew_with_the_teacher_s_code(school: School) -> None:
    teacher, student = await school.person("teacher"), await school.person("student")
    made = await new_class(teacher)
    await join(student, made)
    answer = await teacher.ask("POST", f"/api/classes/{made['id']}/members/{student.id}/reset-code")
    reset = {"email": student.email, "code": answer.json()["code"], "new_password": "a brand new secret"}
    assert (await school.ask("POST", "/api/auth/reset", reset)).status_code == 204
    await school.told()
    assert (await student.ask("GET", "/api/me")).status_code == 401, "all sessions end"
    await school.sign_in(student.email, "a brand new secret")
    assert (await school.ask("POST", "/api/auth/reset", reset)).status_code == 422, "a code works once"


async def test_a_reset_code_holds_five_tries_and_one_hour(school: School) -> None:
    teacher, student = await school.person("teacher"), await school.person("student")
    made = await new_class(teacher)
    await join(student, made)
    path = f"/api/classes/{made['id']}/members/{student.id}/reset-code"
    reset = {"email": student.email, "new_password": "a brand new secret"}
    code = (await teacher.ask("POST", path)).json()["code"]
    for _ in range(5):
        wrong = await school.ask("POST", "/api/auth/reset", reset | {"code": "0000-0000"})
        assert wrong.json()["errors"][0]["field"] == "code"
    assert (await school.ask("POST", "/api/auth/reset", reset | {"code": code})).status_code == 422
    code = (await teacher.ask("POST", path)).json()["code"]
    await school.clock.advance(3600)
    assert (await school.ask("POST", "/api/auth/reset", reset | {"code": code})).status_code == 422
    await school.sign_in(student.email, PASSWORD)


async def test_a_reset_tells_a_stranger_nothing_about_whose_account_it_is(school: School) -> None:
    teacher, student = await school.person("teacher"), await school.person("student")
    made = await new_class(teacher)
    await join(student, made)
    name = (await student.ask("GET", "/api/me")).json()["name"]
    reset = {"code": "0000-0000", "new_password": name}
    known = await school.ask("POST", "/api/auth/reset", reset | {"email": student.email})
    unknown = await school.ask("POST", "/api/auth/reset", reset | {"email": "nobody@school.test"})
    assert known.json() == unknown.json()
    code = (await teacher.ask("POST", f"/api/classes/{made['id']}/members/{student.id}/reset-code")).json()["code"]
    told = await school.ask("POST", "/api/auth/reset", reset | {"email": student.email, "code": code})
    assert told.json()["errors"][0]["field"] == "new_password"


async def test_no_code_for_who_is_not_a_student_of_the_class(school: School) -> None:
    teacher, student = await school.person("teacher"), await school.person("student")
    made = await new_class(teacher)
    for user_id in (student.id, teacher.id, "nobody"):
        answer = await teacher.ask("POST", f"/api/classes/{made['id']}/members/{user_id}/reset-code")
        assert answer.status_code == 404
