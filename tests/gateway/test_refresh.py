"""Refresh tokens: one holds at a time, honest clients are never signed out, thieves are."""

import asyncio
from typing import Any

import httpx
import pytest

from edkit.contracts.accounts import LoggedOut
from tests.gateway.school import PASSWORD, School

LAPTOP = {"X-Device": "laptop"}
PHONE = {"X-Device": "phone"}
NAMELESS = {"User-Agent": "a program that names no device"}


async def refresh(school: School, token: str, device: dict[str, str] | None = None) -> httpx.Response:
    return await school.ask("POST", "/api/auth/refresh", {"refresh_token": token}, headers=device or LAPTOP)


async def signed_in(school: School) -> dict[str, Any]:
    person = await school.person()
    body = {"email": person.email, "password": PASSWORD}
    answer: dict[str, Any] = (await school.ask("POST", "/api/auth/login", body, headers=LAPTOP)).json()
    return answer


async def works(school: School, answer: httpx.Response) -> bool:
    token = answer.json()["access_token"]
    return (await school.ask("GET", "/api/me", token=token)).status_code == 200


async def test_a_refresh_token_is_swapped_for_its_successor(school: School) -> None:
    first = await signed_in(school)
    second = await refresh(school, first["refresh_token"])
    assert second.status_code == 200
    assert second.json()["refresh_token"] != first["refresh_token"]
    assert second.json()["user"] == first["user"]
    assert await works(school, second)
    third = await refresh(school, second.json()["refresh_token"])
    assert third.status_code == 200


async def test_a_lost_answer_or_a_second_tab_gets_the_same_successor_within_ten_seconds(school: School) -> None:
    first = await signed_in(school)
    answers = await asyncio.gather(*(refresh(school, first["refresh_token"]) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    await school.clock.advance(10)
    late = await refresh(school, first["refresh_token"])
    assert late.json()["refresh_token"] == answers[0].json()["refresh_token"]


@pytest.mark.parametrize(("device", "wait_s"), [(LAPTOP, 10.001), (PHONE, 0.005)])
async def test_an_old_token_too_late_or_from_another_device_ends_the_session(
    school: School, device: dict[str, str], wait_s: float
) -> None:
    first = await signed_in(school)
    second = await refresh(school, first["refresh_token"])
    await school.clock.advance(wait_s)
    reused = await refresh(school, first["refresh_token"], device)
    assert (reused.status_code, reused.json()["code"]) == (401, "refresh_refused")
    assert (await refresh(school, second.json()["refresh_token"])).status_code == 401, "the thief's and the victim's"
    await school.told()
    assert not await works(school, second)
    assert any(isinstance(told, LoggedOut) for told in await school.told())


async def test_an_old_token_of_a_program_that_names_no_device_ends_the_session_at_once(school: School) -> None:
    """contracts/http.md: refresh rotates, reuse of an old one revokes the family."""
    person = await school.person()
    first = person.refresh_token
    answers = await asyncio.gather(*(refresh(school, first, NAMELESS) for _ in range(3)))
    assert [answer.status_code for answer in answers] == [200, 200, 200], "asked before the swap"
    await school.clock.advance(0.005)
    assert (await refresh(school, first, NAMELESS)).status_code == 401
    assert (await refresh(school, answers[0].json()["refresh_token"], NAMELESS)).status_code == 401


async def test_a_browser_needs_no_body_to_refresh_and_sign_out(school: School) -> None:
    person = await school.person()
    async with school.browser() as browser:
        browser.headers["X-Client"] = "web"
        await browser.post("/api/auth/login", json={"email": person.email, "password": PASSWORD})
        assert (await browser.post("/api/auth/refresh")).status_code == 200
        assert (await browser.post("/api/auth/logout")).status_code == 204
        assert (await browser.post("/api/auth/refresh")).status_code == 401
    assert (await school.ask("POST", "/api/auth/refresh")).status_code == 422, "a program's token is in the body"


async def test_a_token_two_generations_old_ends_the_session_even_at_once(school: School) -> None:
    first = await signed_in(school)
    second = await refresh(school, first["refresh_token"])
    third = await refresh(school, second.json()["refresh_token"])
    assert (await refresh(school, first["refresh_token"])).status_code == 401
    assert (await refresh(school, third.json()["refresh_token"])).status_code == 401


async def test_a_guess_does_not_sign_anybody_out(school: School) -> None:
    first = await signed_in(school)
    second = await refresh(school, first["refresh_token"])
    session, generation, mac = first["refresh_token"].split(".")
    for guess in (
        f"{session}.{generation}.{mac[:-1]}{'y' if mac.endswith('x') else 'x'}",
        f"{session}.9.{mac}",
        f"{session}..",
        f"{session}.-1.{mac}",
        "",
    ):
        assert (await refresh(school, guess)).status_code in (401, 422), guess
    assert (await refresh(school, second.json()["refresh_token"])).status_code == 200


async def test_a_session_ends_when_it_is_not_used_for_its_days(school: School) -> None:
    first = await signed_in(school)
    await school.clock.sleep_through(29 * 86_400)
    second = await refresh(school, first["refresh_token"])
    assert second.status_code == 200, "use extends it"
    await school.clock.sleep_through(30 * 86_400 + 1)
    assert (await refresh(school, second.json()["refresh_token"])).status_code == 401


async def test_a_browser_gets_its_refresh_token_in_a_cookie_only(school: School) -> None:
    person = await school.person()
    async with school.browser() as browser:
        browser.headers["X-Client"] = "web"
        answer = await browser.post("/api/auth/login", json={"email": person.email, "password": PASSWORD})
        assert "refresh_token" not in answer.json()
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Path=/api/auth" in cookie
        assert "Secure" not in cookie, "plain http on a school's network"
        renewed = await browser.post("/api/auth/refresh", json={})
        assert renewed.status_code == 200
        assert "refresh_token" not in renewed.json()
        assert (await browser.post("/api/auth/logout", json={})).status_code == 204
        assert not browser.cookies
        assert (await browser.post("/api/auth/refresh", json={})).status_code == 401


async def test_a_cookie_is_not_looked_at_without_the_header_that_only_our_pages_send(school: School) -> None:
    person = await school.person()
    async with school.browser() as browser:
        body = {"email": person.email, "password": PASSWORD}
        await browser.post("/api/auth/login", json=body, headers={"X-Client": "web"})
        assert (await browser.post("/api/auth/refresh", json={})).status_code == 422


async def test_over_https_the_cookie_is_secure(school: School) -> None:
    person = await school.person()
    async with school.browser(base="https://school.test") as browser:
        body = {"email": person.email, "password": PASSWORD}
        answer = await browser.post("/api/auth/login", json=body, headers={"X-Client": "web"})
    assert "Secure" in answer.headers["set-cookie"]
