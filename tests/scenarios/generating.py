"""Scenarios of quizzes that a machine proposes: plain functions over a `World`, the same for every mode."""

import asyncio
from typing import Any

from tests.scenarios.world import PATIENCE_S, World

TEXT = """Photosynthesis is the process by which green plants make sugar from carbon dioxide and water. It needs the \
energy of sunlight. Chlorophyll is the green pigment that takes up light in the leaf. Most chlorophyll lies in the \
chloroplasts of leaf cells.
A stoma is a small opening in the skin of a leaf through which gases pass. Carbon dioxide enters the leaf through the \
stomata, and oxygen leaves it there. Two guard cells open and close each stoma.
Glucose is a simple sugar that plants use as a source of energy. Starch is a large molecule in which plants store \
glucose for the night. Cellulose is the tough material of which cell walls are built.
Respiration is the process by which cells release energy from glucose. Transpiration is the loss of water from the \
leaves of a plant. Xylem is the tissue that carries water from the roots to the leaves. Phloem is the tissue that \
carries sugar from the leaves to the rest of the plant."""
ENDED = ("completed", "failed", "cancelled")


async def begin(world: World, token: str, **wish: Any) -> tuple[str, str]:
    """Ids of the job and the draft."""
    status, begun = await world.ask("POST", "/api/quizzes/generate", token, wish or {"text": TEXT, "count": 4})
    assert status == 202, begun
    return str(begun["job_id"]), str(begun["draft_id"])


async def job_ended(world: World, token: str, job_id: str) -> dict[str, Any]:
    """The job once it has ended. It is there from the first moment, and its progress never goes back."""
    share = 0.0
    async with asyncio.timeout(PATIENCE_S):
        while True:
            job = await got(world, token, f"/api/jobs/{job_id}")
            assert job["id"] == job_id
            assert job["progress"] >= share
            if job["status"] in ENDED:
                return job
            share = job["progress"]
            await asyncio.sleep(0.05)


async def got(world: World, token: str, path: str) -> dict[str, Any]:
    status, body = await world.ask("GET", path, token)
    assert status == 200, body
    assert isinstance(body, dict)
    return body


async def reached(world: World, token: str, path: str, **fields: Any) -> dict[str, Any]:
    """What is there, once it has these fields."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            body = await got(world, token, path)
            if {name: body[name] for name in fields} == fields:
                return body
            await asyncio.sleep(0.05)


async def proposed(world: World, token: str) -> tuple[str, dict[str, Any]]:
    """The job of a draft that can be looked through, and the draft."""
    job_id, draft_id = await begin(world, token)
    job = await job_ended(world, token, job_id)
    assert job["status"] == "completed", job
    return job_id, await got(world, token, f"/api/drafts/{draft_id}")


async def decide(world: World, token: str, draft: dict[str, Any], item_id: str, **what: Any) -> dict[str, Any]:
    """The draft after one decision of somebody who sees it as it is."""
    body = {"version": draft["version"], **what}
    status, after = await world.ask("PATCH", f"/api/drafts/{draft['id']}/items/{item_id}", token, body)
    assert status == 200, after
    assert isinstance(after, dict)
    return after


async def a_text_becomes_a_quiz_that_can_be_played(world: World) -> None:
    """Generated, watched, looked through question by question, accepted once, and hosted."""
    teacher = await world.person("teacher")
    job_id, draft = await proposed(world, teacher)
    path, items = f"/api/drafts/{draft['id']}", draft["items"]
    assert (draft["status"], draft["job_id"], draft["decided"], len(items)) == ("ready", job_id, 0, 4)
    assert draft["engine"]
    assert all(item["source"]["quote"] in TEXT for item in items)
    first, second, third, fourth = (item["id"] for item in items)

    draft = await decide(world, teacher, draft, first, state="kept")
    stale = {"version": draft["version"] - 1, "state": "dropped"}
    status, refusal = await world.ask("PATCH", f"{path}/items/{second}", teacher, stale)
    assert (status, refusal["code"]) == (409, "stale_version")
    draft = await decide(world, teacher, draft, second, state="dropped")
    mine = items[2]["question"] | {"text": "What would you call this?"}
    draft = await decide(world, teacher, draft, third, question=mine, state="kept")

    held = {item["question"]["text"] for item in draft["items"]}
    status, begun = await world.ask("POST", f"{path}/items/{fourth}/regenerate", teacher)
    assert status == 202, begun
    another = await job_ended(world, teacher, begun["job_id"])
    assert another["status"] == "completed", another
    draft = await got(world, teacher, path)
    replaced = draft["items"][3]
    assert (replaced["id"], replaced.get("job_id"), replaced["state"]) == (fourth, None, "proposed")
    assert replaced["question"]["text"] not in held
    draft = await decide(world, teacher, draft, fourth, state="kept")
    assert draft["decided"] == 4

    status, quiz = await world.ask("POST", f"{path}/accept", teacher, {"title": "Leaves"})
    assert status == 201, quiz
    expected = [items[0]["question"]["text"], mine["text"], replaced["question"]["text"]]
    assert [question["text"] for question in quiz["questions"]] == expected
    status, again = await world.ask("POST", f"{path}/accept", teacher, {})
    assert (status, again) == (201, quiz)
    assert (await got(world, teacher, "/api/drafts"))["items"] == []
    assert await got(world, teacher, f"/api/quizzes/{quiz['id']}") == quiz

    seat = await world.seat({"token": teacher})
    opened = await seat.do("create_game", quiz_id=quiz["id"], settings={"reading_ms": 0})
    player = await world.player(opened["pin"], "Ada")
    await seat.do("start_game", op_id="start")
    assert (await player.next("question_opened"))["question"]["text"] == expected[0]


async def a_job_s_end_is_told_once(world: World) -> None:
    """One notification for one job, and it leads to the draft."""
    teacher = await world.person("teacher")
    job_id, draft = await proposed(world, teacher)
    told = await reached(world, teacher, "/api/notifications", unread=1)
    (one,) = told["items"]
    assert (one["job_id"], one["job_status"], one["link"]) == (job_id, "completed", f"/drafts/{draft['id']}")


async def nobody_else_sees_what_was_proposed(world: World) -> None:
    """Drafts, jobs and notifications of one are not there for another; students have none made."""
    teacher, other, student = [await world.person(role) for role in ("teacher", "teacher", "student")]
    job_id, draft = await proposed(world, teacher)
    path, item = f"/api/drafts/{draft['id']}", draft["items"][0]["id"]
    asked: tuple[tuple[str, str, Any], ...] = (
        ("GET", path, None),
        ("PATCH", f"{path}/items/{item}", {"version": draft["version"], "state": "dropped"}),
        ("POST", f"{path}/items/{item}/regenerate", None),
        ("POST", f"{path}/accept", {"rest": True}),
        ("DELETE", path, None),
        ("GET", f"/api/jobs/{job_id}", None),
        ("GET", f"/api/jobs/{job_id}/steps", None),
        ("GET", f"/api/jobs/{job_id}/events", None),
        ("POST", f"/api/jobs/{job_id}/cancel", None),
        ("POST", f"/api/jobs/{job_id}/retry", None),
    )
    for method, where, body in asked:
        status, refusal = await world.ask(method, where, other, body)
        assert status == 404, (method, where, refusal)
        assert (await world.ask(method, where, "", body))[0] == 401
    for listed in ("/api/drafts", "/api/jobs", "/api/notifications"):
        assert (await got(world, other, listed))["items"] == []
    status, refusal = await world.ask("POST", "/api/quizzes/generate", student, {"text": TEXT})
    assert (status, refusal["code"]) == (403, "teachers_only")
    assert await got(world, teacher, path) == draft


async def a_cancelled_job_brings_nothing_until_it_is_tried_again(world: World) -> None:
    """The last of several that wait in line is stopped; a retry goes on with it."""
    teacher = await world.person("teacher")
    begun = [await begin(world, teacher) for _ in range(5)]
    job_id, draft_id = begun[-1]
    status, job = await world.ask("POST", f"/api/jobs/{job_id}/cancel", teacher)
    assert (status, job["status"]) == (200, "cancelled"), job
    draft = await reached(world, teacher, f"/api/drafts/{draft_id}", status="cancelled")
    assert draft["items"] == []
    for other_id, _ in begun[:-1]:
        assert (await job_ended(world, teacher, other_id))["status"] == "completed"
    assert (await got(world, teacher, f"/api/jobs/{job_id}"))["status"] == "cancelled"
    status, job = await world.ask("POST", f"/api/jobs/{job_id}/retry", teacher)
    assert status == 200, job
    assert (await job_ended(world, teacher, job_id))["status"] == "completed"
    assert (await got(world, teacher, f"/api/drafts/{draft_id}"))["item_count"] == 4


async def a_draft_thrown_away_ends_its_job(world: World) -> None:
    """Whatever the job was doing, it ends, and nothing comes back."""
    teacher = await world.person("teacher")
    job_id, draft_id = await begin(world, teacher)
    status, _ = await world.ask("DELETE", f"/api/drafts/{draft_id}", teacher)
    assert status == 204
    async with asyncio.timeout(PATIENCE_S):
        status, job = await world.ask("GET", f"/api/jobs/{job_id}", teacher)
        while status == 200 and job["status"] not in ENDED:
            await asyncio.sleep(0.05)
            status, job = await world.ask("GET", f"/api/jobs/{job_id}", teacher)
    status, refusal = await world.ask("GET", f"/api/drafts/{draft_id}", teacher)
    assert (status, refusal["code"]) == (404, "draft_not_found")
    assert (await got(world, teacher, "/api/quizzes"))["items"] == []


async def a_wrong_wish_is_answered_by_field(world: World) -> None:
    """And a text that gives no question ends in a sentence, with a draft that says it too."""
    teacher = await world.person("teacher")
    wrong: tuple[tuple[dict[str, Any], int, str], ...] = (
        ({}, 422, "body"),
        ({"text": TEXT, "topic": "Leaves"}, 422, "body"),
        ({"text": "   "}, 422, "text"),
        ({"text": TEXT, "count": 31}, 422, "count"),
        ({"text": TEXT, "types": ["order"]}, 422, "types.0"),
        ({"file_ids": ["nobody-s"]}, 404, "file_ids.0"),
        ({"document_ids": ["none"]}, 404, "document_ids.0"),
    )
    for wish, expected, field in wrong:
        status, refusal = await world.ask("POST", "/api/quizzes/generate", teacher, wish)
        assert status == expected, (wish, refusal)
        assert [error["field"] for error in refusal["errors"]] == [field], (wish, refusal)
    assert (await got(world, teacher, "/api/drafts"))["items"] == []
    job_id, draft_id = await begin(world, teacher, text="Hello there.", count=3)
    job = await job_ended(world, teacher, job_id)
    assert job["status"] == "failed"
    draft = await reached(world, teacher, f"/api/drafts/{draft_id}", status="failed")
    assert draft["remarks"] == [job["error"]["message"]]


SCENARIOS = (
    a_text_becomes_a_quiz_that_can_be_played,
    a_job_s_end_is_told_once,
    nobody_else_sees_what_was_proposed,
    a_cancelled_job_brings_nothing_until_it_is_tried_again,
    a_draft_thrown_away_ends_its_job,
    a_wrong_wish_is_answered_by_field,
)
