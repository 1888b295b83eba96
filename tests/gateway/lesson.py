"""A game played in a school, for what remains of it afterwards."""

import asyncio
from dataclasses import dataclass

from game_server import server
from tests.game_server.stage import Client
from tests.gateway.school import QUIZ, Person, School


@dataclass
class Lesson:
    """A game and one player's way back into it."""

    host: Client
    game_id: str
    pin: str
    question_id: str
    right: str
    resume_token: str


async def begin(school: School, teacher: Person, student: Person | None = None) -> Lesson:
    """A lobby with one player, who is signed in if they are `student`."""
    quiz_id = (await teacher.ask("POST", "/api/quizzes", QUIZ)).json()["id"]
    there = server.of(school.others["game_server"])
    host = await Client(there).connect(token=teacher.token)
    made = await host.do("create_game", quiz_id=quiz_id, settings={"reading_ms": 0, "shuffle_options": False})
    player = await Client(there).connect(**({"token": student.token} if student else {}))
    joined = await player.do("join_game", pin=made["pin"], nickname="Linh")
    return Lesson(host, made["game_id"], made["pin"], "", "", joined["resume_token"])


async def play(school: School, teacher: Person, student: Person | None = None) -> Lesson:
    """A game of one question, ended; its report is stored."""
    lesson = await begin(school, teacher, student)
    await lesson.host.do("start_game")
    question = lesson.host.question()
    lesson.question_id, lesson.right = question["id"], question["options"][0]["id"]
    await lesson.host.do("close_question")
    await lesson.host.do("end_game")
    async with asyncio.timeout(20):
        while (await teacher.ask("GET", f"/api/games/{lesson.game_id}/report")).status_code != 200:
            await asyncio.sleep(0.01)  # the journal's thread has no clock to pass in
    return lesson
