"""Small games driven by one process over the sockets of several servers, with the moment of every delivery."""

import asyncio
import json
import time
from collections import Counter
from typing import Any

import httpx

from tests.bench.load import Connection

WITHIN_S = 60
OPTIONS = [{"text": text, "correct": text == "Jupiter"} for text in ("Mercury", "Earth", "Jupiter", "Neptune")]
TEXT = "Which planet of the solar system has the shortest day of all?"
HURRY = {"reading_ms": 0, "nickname_filter": False}


class Deliveries:
    """When each event last came to one connection, and how many came in all."""

    def __init__(self) -> None:
        self.seen: Counter[bytes] = Counter()
        self.at: dict[bytes, float] = {}
        self._news = asyncio.Event()

    def count(self, name: bytes) -> None:
        self.seen[name] += 1
        self.at[name] = time.perf_counter()
        self._news.set()

    async def reach(self, name: str, number: int) -> float:
        """When the event came for the so-manieth time."""
        async with asyncio.timeout(WITHIN_S):
            while self.seen[name.encode()] < number:
                self._news.clear()
                await self._news.wait()
        return self.at[name.encode()]


class Seat:
    """One socket in a game."""

    def __init__(self, deliveries: Deliveries, connection: Connection) -> None:
        self.deliveries, self._connection = deliveries, connection
        self.acknowledged = 0

    @classmethod
    async def open(cls, port: int, auth: object = None) -> "Seat":
        deliveries = Deliveries()
        connection = Connection(f"127.0.0.1:{port}", auth, deliveries)  # type: ignore[arg-type]  # counts as a Tally does
        await asyncio.get_running_loop().create_connection(lambda: connection, "127.0.0.1", port)
        await connection.ready
        return cls(deliveries, connection)

    async def ask(self, event: str, **body: Any) -> dict[str, Any]:
        """The acknowledgement. Raises RuntimeError for a refusal."""
        answered: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._connection.call(event, json.dumps(body), answered.set_result)
        answer: dict[str, Any] = json.loads(await asyncio.wait_for(answered, WITHIN_S))
        if not answer["ok"]:
            raise RuntimeError(f"{event}: {answer}")
        self.acknowledged += 1
        return answer

    @property
    def messages(self) -> int:
        """Everything that was delivered to this socket."""
        return self.deliveries.seen.total() + self.acknowledged

    def close(self) -> None:
        self._connection.close()


class SmallGame:
    """A host on one server, and players on several."""

    def __init__(self, host: Seat, players: list[Seat]) -> None:
        self.host, self.players = host, players
        self.opened = 0

    @classmethod
    async def begin(cls, token: str, quiz_id: str, host_port: int, player_ports: list[int]) -> "SmallGame":
        host = await Seat.open(host_port, {"token": token})
        pin = (await host.ask("create_game", quiz_id=quiz_id, settings=HURRY))["pin"]
        players = []
        for number, port in enumerate(player_ports):
            player = await Seat.open(port)
            await player.ask("join_game", pin=pin, nickname=f"Player {number}", join_id=f"{pin}-{number}-join")
            players.append(player)
        return cls(host, players)

    @property
    def seats(self) -> list[Seat]:
        return [self.host, *self.players]

    async def open(self) -> tuple[float, list[float]]:
        """Open the next question: when the host asked for it, and when it came to each player."""
        asked_at = time.perf_counter()
        event, self.opened = "next_question" if self.opened else "start_game", self.opened + 1
        await self.host.ask(event)
        return asked_at, [await seat.deliveries.reach("question_opened", self.opened) for seat in self.players]

    async def answer(self) -> None:
        """Everybody answers, and so the question closes by itself; wait until everybody has heard."""
        question = (await self.host.ask("sync_game"))["state"]["question"]
        choice = {"question_id": question["id"], "option_ids": [question["options"][0]["id"]]}
        await asyncio.gather(
            *(
                player.ask("submit_answer", answer_id=f"{question['id']}-{number}-answer", **choice)
                for number, player in enumerate(self.players)
            )
        )
        for seat in self.seats:
            await seat.deliveries.reach("question_closed", self.opened)

    async def close_question(self) -> None:
        await self.host.ask("close_question")

    def leave(self) -> None:
        for seat in self.seats:
            seat.close()


def teacher_with_quiz(base: str, questions: int) -> tuple[str, str]:
    """An access token and the id of a quiz."""
    question = {"type": "single_choice", "text": TEXT, "time_limit_s": 600, "options": OPTIONS}
    person = {"email": "bench@example.org", "password": "a long benchmark password", "name": "B", "role": "teacher"}
    with httpx.Client(base_url=f"{base}/api", timeout=30) as http:
        registered = http.post("/auth/register", json=person)
        if registered.status_code == 409:
            registered = http.post("/auth/login", json={name: person[name] for name in ("email", "password")})
        registered.raise_for_status()
        token: str = registered.json()["access_token"]
        quiz = {"title": "Planets", "questions": [question] * questions}
        made = http.post("/quizzes", json=quiz, headers={"Authorization": f"Bearer {token}"})
        made.raise_for_status()
        return token, made.json()["id"]
