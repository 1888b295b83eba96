"""Who may ask how often."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edkit.limits.gcra import Rate, judge
from tests.gateway import lesson
from tests.gateway.school import PASSWORD, School

GAPS = st.lists(st.floats(min_value=0, max_value=5, allow_nan=False), max_size=60)


@given(gaps=GAPS, rate=st.builds(Rate, st.just("r"), st.sampled_from([0.5, 1.0, 10.0]), st.integers(1, 8)))
def test_no_window_holds_more_than_burst_and_rate_allow(gaps: list[float], rate: Rate) -> None:
    now, arrival, passed = 1000.0, 0.0, []
    for gap in gaps:
        now += gap
        verdict = judge(rate, arrival, now)
        arrival = verdict.arrival
        if verdict.allowed:
            passed.append(now)
        else:
            assert judge(rate, arrival, now + verdict.wait_s + 1e-6).allowed, "waiting as told is enough"
    for first, start in enumerate(passed):
        for last in range(first, len(passed)):
            assert last - first + 1 <= rate.burst + rate.per_second * (passed[last] - start) + 1e-6


async def test_a_person_in_a_hurry_waits_and_others_do_not(school: School) -> None:
    one, other = await school.person(), await school.person()
    answers = [await one.ask("GET", "/api/me") for _ in range(101)]
    assert [answer.status_code for answer in answers] == [200] * 100 + [429]
    assert answers[-1].json()["code"] == "too_many"
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert (await other.ask("GET", "/api/me")).status_code == 200
    await school.clock.advance(1)
    assert (await one.ask("GET", "/api/me")).status_code == 200


async def test_guessing_one_account_from_one_address_is_slowed(school: School) -> None:
    person = await school.person()
    guess = {"email": person.email, "password": "guess"}
    statuses = [(await school.ask("POST", "/api/auth/login", guess)).status_code for _ in range(9)]
    assert statuses == [401] * 8 + [429]
    right = {"email": person.email.upper(), "password": PASSWORD}
    assert (await school.ask("POST", "/api/auth/login", right)).status_code == 429, "no oracle"
    assert (await school.ask("POST", "/api/auth/login", right, address="192.0.2.77")).status_code == 200
    await school.clock.advance(20)
    assert (await school.ask("POST", "/api/auth/login", right)).status_code == 200
    assert (await school.ask("POST", "/api/auth/login", guess)).status_code == 401, "a good sign-in forgives"


async def test_nobody_can_lock_the_owner_of_an_account_out(school: School) -> None:
    person = await school.person()
    guess = {"email": person.email, "password": "guess"}
    for number in range(40):
        for _ in range(2):
            last = await school.ask("POST", "/api/auth/login", guess, address=f"198.51.100.{number}")
    assert last.status_code == 429, "addresses that guessed wait for the account's common budget"
    assert (await school.sign_in(person.email)).id == person.id, "another address does not"


async def test_guessing_many_accounts_from_one_address_is_slowed(school: School) -> None:
    statuses = []
    for number in range(201):
        guess = {"email": f"nobody{number}@school.test", "password": "guess"}
        statuses.append((await school.ask("POST", "/api/auth/login", guess)).status_code)
    assert statuses == [401] * 200 + [429]


async def test_a_stolen_token_cannot_guess_the_password_quickly(school: School) -> None:
    person = await school.person()
    change = {"new_password": "a brand new secret", "current_password": "guess"}
    statuses = [(await person.ask("PATCH", "/api/me", change)).status_code for _ in range(9)]
    assert statuses == [422] * 8 + [429]


async def test_a_class_signs_in_from_one_address(school: School) -> None:
    students = [await school.person("student") for _ in range(40)]
    for student in students:
        await school.sign_in(student.email)


async def test_only_wrong_pins_are_counted_and_a_wide_guess_spares_the_class(whole_school: School) -> None:
    school = whole_school

    async def look(pin: str, address: str) -> int:
        return (await school.ask("GET", f"/api/games?pin={pin}", address=address)).status_code

    statuses = [await look(f"{number:06d}", "192.0.2.5") for number in range(61)]
    assert statuses == [404] * 60 + [429]
    assert await look("000001", "192.0.2.6") == 404, "other addresses go on"
    for address in range(9):
        for number in range(60):
            await look(f"{number:06d}", f"198.51.100.{address}")
    assert await look("000001", "192.0.2.6") == 429, "the common budget is gone: who guessed lately waits"
    assert await look("000001", "192.0.2.7") == 404, "and who did not may look"


async def test_who_guesses_pins_locks_no_class_out_behind_the_same_address(whole_school: School) -> None:
    game = await lesson.begin(whole_school, await whole_school.person())

    async def look(pin: str) -> int:
        return (await whole_school.ask("GET", f"/api/games?pin={pin}")).status_code

    assert await look(game.pin) == 200
    statuses = [await look(f"00{number:04d}") for number in range(62)]
    assert statuses[-1] == 429
    assert await look(game.pin) == 200


async def test_wrong_class_codes_are_slowed(school: School) -> None:
    student = await school.person("student")
    body = {"join_code": "AAAA-AAAA"}
    statuses = [(await student.ask("POST", "/api/classes/join", body)).status_code for _ in range(11)]
    assert statuses == [404] * 10 + [429]


@pytest.mark.parametrize("addresses", [("2001:db8::1", "2001:db8::ffff:2")])
async def test_one_subscriber_s_network_counts_once(whole_school: School, addresses: tuple[str, str]) -> None:
    for number in range(60):
        await whole_school.ask("GET", f"/api/games?pin={number:06d}", address=addresses[number % 2])
    answer = await whole_school.ask("GET", "/api/games?pin=000001", address=addresses[1])
    assert answer.status_code == 429
