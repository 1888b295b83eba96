"""Idempotency keys: one effect and one answer, however often a POST is repeated."""

import asyncio

from tests.gateway.school import QUIZ, School

KEY = {"Idempotency-Key": "attempt-1"}


async def test_the_same_key_and_body_again_is_the_same_quiz(quiz_school: School) -> None:
    teacher = await quiz_school.person()
    first = await teacher.ask("POST", "/api/quizzes", QUIZ, headers=KEY)
    again = await teacher.ask("POST", "/api/quizzes", QUIZ, headers=KEY)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert len((await teacher.ask("GET", "/api/quizzes")).json()["items"]) == 1


async def test_five_repetitions_at_once_have_one_effect(quiz_school: School) -> None:
    teacher = await quiz_school.person()
    answers = await asyncio.gather(*(teacher.ask("POST", "/api/quizzes", QUIZ, headers=KEY) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1


async def test_without_a_key_every_request_has_its_effect(quiz_school: School) -> None:
    teacher = await quiz_school.person()
    ids = {(await teacher.ask("POST", "/api/quizzes", QUIZ)).json()["id"] for _ in range(2)}
    assert len(ids) == 2


async def test_the_same_key_with_another_body_is_refused(quiz_school: School) -> None:
    teacher = await quiz_school.person()
    await teacher.ask("POST", "/api/quizzes", QUIZ, headers=KEY)
    answer = await teacher.ask("POST", "/api/quizzes", QUIZ | {"title": "Rivers"}, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")


async def test_a_key_is_of_one_person_and_one_route(quiz_school: School) -> None:
    one, other = await quiz_school.person(), await quiz_school.person()
    ids = {(await who.ask("POST", "/api/quizzes", QUIZ, headers=KEY)).json()["id"] for who in (one, other)}
    assert len(ids) == 2
    made = await one.ask("POST", "/api/classes", {"name": "7a"}, headers=KEY)
    assert made.status_code == 201


async def test_a_key_is_forgotten_after_a_day(quiz_school: School) -> None:
    teacher = await quiz_school.person()
    first = await teacher.ask("POST", "/api/quizzes", QUIZ, headers=KEY)
    await quiz_school.clock.advance(24 * 3600)
    teacher = await quiz_school.sign_in(teacher.email)
    later = await teacher.ask("POST", "/api/quizzes", QUIZ | {"title": "Rivers"}, headers=KEY)
    assert later.status_code == 201
    assert later.json()["id"] != first.json()["id"]


async def test_the_gateway_s_own_posts_are_remembered_too(quiz_school: School) -> None:
    teacher = await quiz_school.person()
    answers = [await teacher.ask("POST", "/api/classes", {"name": "7a"}, headers=KEY) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len((await teacher.ask("GET", "/api/classes")).json()["items"]) == 1
    code = f"/api/classes/{answers[0].json()['id']}/code"
    codes = [(await teacher.ask("POST", code, headers=KEY)).json()["join_code"] for _ in range(2)]
    assert codes[0] == codes[1]


async def test_an_upload_is_known_by_its_content(quiz_school: School) -> None:
    teacher = await quiz_school.person()

    async def send(text: str, key: str) -> tuple[int, str]:
        files = {"file": ("quiz.txt", text.encode())}
        answer = await teacher.ask("POST", "/api/quizzes/import", headers={"Idempotency-Key": key}, files=files)
        return answer.status_code, answer.json().get("code") or answer.json()["quiz"]["id"]

    aiken = "2 + 2?\nA. 3\nB. 4\nANSWER: B\n"
    first = await send(aiken, "k")
    assert first[0] == 201
    assert await send(aiken, "k") == first
    assert await send(aiken.replace("3", "5"), "k") == (422, "idempotency_mismatch")


async def test_a_key_that_is_none_is_refused(quiz_school: School) -> None:
    teacher = await quiz_school.person()
    for key in ("", " ", "x" * 201, "a b"):
        answer = await teacher.ask("POST", "/api/quizzes", QUIZ, headers={"Idempotency-Key": key})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_idempotency_key")
