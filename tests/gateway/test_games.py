"""Games over HTTP: finding them, and what remains of them."""

import hashlib
from typing import Any

import orjson
import pytest

from edkit.contracts.game_messages import GameLogPage, ReadGameLog
from edkit.service import Service, read
from tests.gateway import lesson
from tests.gateway.school import School, opened


async def test_anybody_finds_a_live_game_by_its_pin(whole_school: School) -> None:
    teacher = await whole_school.person()
    game = await lesson.begin(whole_school, teacher)
    for typed in (game.pin, f"{game.pin[:3]} {game.pin[3:]}"):
        found = await whole_school.ask("GET", "/api/games", params={"pin": typed})
        assert found.status_code == 200
        assert found.json() | {"title": "Capitals", "phase": "lobby", "locked": False} == found.json()
    await game.host.do("end_game")
    assert (await whole_school.ask("GET", "/api/games", params={"pin": game.pin})).status_code == 404


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "12345\u0000"])
async def test_what_is_no_pin_finds_nothing(whole_school: School, pin: str) -> None:
    assert (await whole_school.ask("GET", "/api/games", params={"pin": pin})).status_code == 404


async def test_a_finished_game_is_listed_with_its_report_and_log(whole_school: School) -> None:
    teacher = await whole_school.person()
    game = await lesson.play(whole_school, teacher)
    listed = (await teacher.ask("GET", "/api/games")).json()["items"]
    assert [(one["id"], one["phase"]) for one in listed] == [(game.game_id, "ended")]
    report = (await teacher.ask("GET", f"/api/games/{game.game_id}/report")).json()
    assert [player["nickname"] for player in report["players"]] == ["Linh"]
    log = await teacher.ask("GET", f"/api/games/{game.game_id}/log")
    assert log.headers["content-type"].startswith("application/x-ndjson")
    entries = [line for line in map(orjson.loads, log.content.splitlines()) if line["kind"] == "entry"]
    previous = "0" * 64
    for entry in entries:
        previous = hashlib.sha256((previous + entry["body"]).encode()).hexdigest()
        assert entry["hash"] == previous, "the chain can be followed by whoever holds the file"


async def test_a_regrade_changes_scores_once_for_one_key(whole_school: School) -> None:
    teacher = await whole_school.person()
    game = await lesson.play(whole_school, teacher)
    body = {"question_id": game.question_id, "void": True}
    path, key = f"/api/games/{game.game_id}/regrade", {"Idempotency-Key": "regrade-1"}
    first = await teacher.ask("POST", path, body, headers=key)
    again = await teacher.ask("POST", path, body, headers=key)
    assert first.status_code == 200, first.text
    assert again.content == first.content


async def test_a_report_that_is_not_stored_yet_says_when_to_come_back(whole_school: School) -> None:
    teacher = await whole_school.person()
    game = await lesson.begin(whole_school, teacher)
    answer = await teacher.ask("GET", f"/api/games/{game.game_id}/report")
    assert (answer.status_code, answer.json()["code"]) == (409, "report_pending")
    assert int(answer.headers["retry-after"]) >= 1
    assert (await teacher.ask("GET", "/api/games/nothing/report")).status_code == 404


async def test_a_long_log_is_read_page_by_page(folder: Any) -> None:
    asked: list[str | None] = []

    async def read_log(cmd: ReadGameLog, _: Any) -> GameLogPage:
        asked.append(cmd.cursor)
        number = int(cmd.cursor or 0)
        line = {"kind": "entry", "seq": number, "body": "{}", "hash": "0" * 64}
        after = str(number + 1) if number < 3 else None
        return GameLogPage.model_validate({"items": [line], "next_cursor": after})

    logs = Service("game_server", requests={ReadGameLog: read(read_log)})
    async with opened(folder, logs) as school:
        teacher = await school.person()
        log = await teacher.ask("GET", "/api/games/any/log")
    assert [orjson.loads(line)["seq"] for line in log.content.splitlines()] == [0, 1, 2, 3]
    assert asked == [None, "1", "2", "3"]
