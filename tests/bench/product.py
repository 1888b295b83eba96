"""One round of the whole product: one game, its players, and everything it promises to keep."""

import statistics
import time
from pathlib import Path
from typing import Any

import httpx

from tests.bench.figures import SETTLE_S, Figures, Size, percentile
from tests.bench.machine import Cpu, Load, cores, memory, python, running, wait_for_port
from tests.servers import free_port

HOST = 0  # the number of the host's connection; the players follow
UNHURRIED_S = 600


def measure(size: Size, folder: Path) -> Figures:
    server_core, client_core = cores()
    port, log = free_port(), folder / "log"
    command = python("edkit.cli", "up")
    environment = {
        "EDTECH_PORT": str(port),
        "EDTECH_HOST": "127.0.0.1",
        "EDTECH_DATA": str(folder / "data"),
        "EDTECH_DEMO": "false",
        "EDTECH_RATE_LIMITS": "false",
        "EDTECH_LOG_LEVEL": "WARNING",
    }
    with running(command, server_core, log, **environment) as pid:
        wait_for_port(port, pid, log)
        token, quiz_id = _teacher_with_quiz(port, size.questions)
        load = Load(port, client_core)
        try:
            warm = Game(load, token, quiz_id, players=50)
            warm.join()
            warm.play(2)
            load("close")
            time.sleep(SETTLE_S)
            return _round(Game(load, token, quiz_id, players=size.room), pid, size)
        finally:
            load.stop()


def _teacher_with_quiz(port: int, questions: int) -> tuple[str, str]:
    """An access token and the id of a quiz of single-choice questions."""
    options = [{"text": text, "correct": text == "Jupiter"} for text in ("Mercury", "Earth", "Jupiter", "Neptune")]
    text = "Which planet of the solar system has the shortest day of all?"
    question = {"type": "single_choice", "text": text, "time_limit_s": UNHURRIED_S, "options": options}
    person = {"email": "bench@example.org", "password": "a long benchmark password", "name": "B", "role": "teacher"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}/api", timeout=30) as http:
        registered = http.post("/auth/register", json=person)
        registered.raise_for_status()
        token: str = registered.json()["access_token"]
        quiz = {"title": "Planets", "questions": [question] * questions}
        made = http.post("/quizzes", json=quiz, headers={"Authorization": f"Bearer {token}"})
        made.raise_for_status()
        return token, made.json()["id"]


class Game:
    """One game driven through the load client, every socket of it real."""

    def __init__(self, load: Load, token: str, quiz_id: str, players: int) -> None:
        self._load = load
        self.players = players
        load("connect", count=1, auth={"token": token})
        settings = {"reading_ms": 0, "nickname_filter": False}
        self._pin = self._host("create_game", quiz_id=quiz_id, settings=settings)["pin"]

    def _host(self, event: str, until: dict[str, int] | None = None, **body: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._load("send", event=event, body=body, until=until or {}, first=HOST)["answer"]
        return answer

    def join(self) -> None:
        self._load("connect", count=self.players)
        player = {"pin": self._pin, "nickname": "Player %n", "join_id": "bench-join-%u"}
        self._load("call", event="join_game", body=player, first=1, count=self.players)

    def broadcast(self) -> None:
        """Two entries of the log, each told to everybody."""
        self._host("pause_game", until={"game_paused": self.players + 1})
        self._host("unpause_game", until={"game_unpaused": self.players + 1})

    def open(self, number: int) -> None:
        event = "next_question" if number else "start_game"
        self._host(event, until={"question_opened": self.players + 1})

    def answer(self, window: int) -> dict[str, Any]:
        """Every player answers the open question."""
        question = self._host("sync_game")["state"]["question"]
        body = {
            "answer_id": "bench-answer-%u",
            "question_id": question["id"],
            "option_ids": [question["options"][0]["id"]],
        }
        return self._load("call", event="submit_answer", body=body, first=1, count=self.players, window=window)

    def closed(self) -> None:
        """Wait until everybody has their result: the question closes by itself once all have answered."""
        self._load("wait", until={"your_result": self.players, "question_closed": self.players + 1})

    def play(self, questions: int, window: int = 64) -> None:
        for number in range(questions):
            self.open(number)
            self.answer(window)
            self.closed()


def _round(game: Game, pid: int, size: Size) -> Figures:
    empty = memory(pid)
    with Cpu(pid) as joining:
        game.join()
    time.sleep(SETTLE_S)
    held = memory(pid) - empty
    with Cpu(pid) as broadcasting:
        for _ in range(size.broadcasts // 2):
            game.broadcast()
    took_ms: list[float] = []
    seconds, answering_s, closing_s, busy = 0.0, 0.0, 0.0, []
    for number in range(size.questions):
        game.open(number)
        with Cpu(pid) as answering:
            answers = game.answer(size.answering)
        with Cpu(pid) as closing:
            game.closed()
        took_ms += answers["took_ms"]
        seconds += answers["calls"] / answers["per_second"]
        answering_s += answering.seconds
        closing_s += closing.seconds
        busy.append(answers["busy"])
    delivered = size.broadcasts // 2 * 2 * (game.players + 1)
    return {
        "set-up, CPU us per connection": joining.seconds / game.players * 1e6,
        "idle memory, KiB per connection": held / game.players / 1024,
        "broadcast, CPU us per delivered message": broadcasting.seconds / delivered * 1e6,
        "answers acknowledged per second": len(took_ms) / seconds,
        "answer, p50 ms": percentile(took_ms, 50),
        "answer, p99 ms": percentile(took_ms, 99),
        "answer, CPU us": answering_s / len(took_ms) * 1e6,
        "client's share of its core while answering": statistics.median(busy),
        "result of a question, CPU us per player": closing_s / len(took_ms) * 1e6,
    }
