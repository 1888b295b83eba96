"""A class of robots, and what is told about it: one line per question, and an account at the end."""

# ruff: noqa: SIM905 - a list of names reads better as names

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from edkit.chance import SeededChance
from edkit.clock import Clock, SystemClock
from game_server.robots.robot import Robot

NAMES = (
    "Linh Minh An Bình Châu Dung Giang Hà Hùng Khoa Lan Mai Nam Ngọc Phong Quân Sơn Thảo Trang Tuấn Uyên Việt Vy "
    "Yến Ada Alex Amir Ana Ben Chloe Diego Elif Emma Femi Grace Hana Ivan Jonas Kofi Lea Luca Maya Noor Omar "
    "Priya Rosa Sami Tara Tomas Wei Yuki Zoe"
).split()

ARRIVAL_S = 8.0
"""Robots come in spread over this time."""

SETTLE_S = 1.5
"""A question's line is printed this long after its closing, when all results have come."""


@dataclass
class Asked:
    """What happened in one question, by robot."""

    question: dict[str, Any]
    seen: set[str] = field(default_factory=set)
    receipts: dict[str, str] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)
    told: bool = False

    def line(self) -> str:
        """In one line: who answered, and how well."""
        of, statuses = Counter(self.receipts.values()), Counter(self.results.values())
        text = " ".join(self.question.get("text", "").split()) or self.question["type"]
        shown = text if len(text) <= 40 else text[:39] + "…"
        answered = f"{of['accepted']} of {len(self.seen)} answered"
        odd = ", ".join(f"{n} {status}" for status, n in sorted(of.items()) if status != "accepted")
        words = {"correct": "right", "partial": "partly right", "wrong": "wrong", "none": "nothing", "survey": "survey"}
        how = ", ".join(f"{statuses[status]} {word}" for status, word in words.items() if statuses[status])
        place = f"{self.question['index'] + 1}/{self.question['total']}"
        return f"{place:>6}  {shown:<40}  {answered}{f' ({odd})' if odd else ''}: {how}"


@dataclass
class Account:
    """How a class of robots has fared. `faults` are things that should not have happened; an honest game has none."""

    players: int
    joined: int = 0
    accepted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    resent: int = 0
    dropped: int = 0
    came_back: int = 0
    seconds: float = 0
    best: tuple[str, int] = ("", 0)
    faults: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every robot got in and nothing that was accepted was lost."""
        return self.joined == self.players and not self.faults

    def lines(self) -> list[str]:
        """For people."""
        refused = ", ".join(f"{n} {status}" for status, n in sorted(self.refused.items())) or "none"
        told = [
            f"{self.joined} of {self.players} robots joined and played for {self.seconds:.0f} s.",
            f"{self.accepted} answers accepted, {self.resent} of all sent more than once; not accepted: {refused}.",
            f"{self.dropped} times a robot dropped out on purpose; {self.came_back} times one came back.",
        ]
        if self.best[0]:
            told.append(f"Best: {self.best[0]} with {self.best[1]} points.")
        told += [f"Should not have happened: {fault}" for fault in self.faults[:20]]
        return told


class Crowd:
    """Watches all robots of a class."""

    def __init__(self, players: int, say: Callable[[str], None], clock: Clock, speed: float) -> None:
        self.account = Account(players)
        self.questions: dict[str, Asked] = {}
        self._say, self._clock, self._speed = say, clock, speed
        self._telling: list[asyncio.Task[None]] = []

    def joined(self, robot: Robot) -> None:
        self.account.joined += 1
        if self.account.joined == self.account.players:
            self._say(f"All {self.account.players} robots are in.")

    def gave_up(self, robot: Robot, why: str) -> None:
        self.account.faults.append(f"{robot.nickname} gave up: {why}")
        if len(self.account.faults) == 1:
            self._say(f"{robot.nickname} gave up: {why}")

    def opened(self, robot: Robot, question: dict[str, Any]) -> None:
        self.questions.setdefault(question["id"], Asked(question)).seen.add(robot.nickname)

    def receipt(self, robot: Robot, question_id: str, status: str, sends: int) -> None:
        self.questions[question_id].receipts[robot.nickname] = status
        if status == "accepted":
            self.account.accepted += 1
        else:
            self.account.refused[status] += 1
        self.account.resent += sends > 1
        if status == "invalid":
            self.account.faults.append(f"{robot.nickname}'s answer to {question_id} was called invalid")

    def result(self, robot: Robot, result: dict[str, Any]) -> None:
        asked = self.questions.get(result["question_id"])
        if asked is None:
            return
        asked.results[robot.nickname] = result["status"]
        if asked.receipts.get(robot.nickname) == "accepted" and result["status"] == "none":
            self.contradicted(robot, f"its accepted answer to {result['question_id']} was not counted")

    def closed(self, robot: Robot, question_id: str) -> None:
        asked = self.questions.get(question_id)
        if asked is not None and not asked.told:
            asked.told = True
            self._telling.append(asyncio.ensure_future(self._tell(asked)))

    def dropped(self, robot: Robot) -> None:
        self.account.dropped += 1

    def came_back(self, robot: Robot) -> None:
        self.account.came_back += 1

    def contradicted(self, robot: Robot, what: str) -> None:
        self.account.faults.append(f"{robot.nickname}: {what}")

    async def _tell(self, asked: Asked) -> None:
        await self._clock.sleep(SETTLE_S / self._speed)
        self._say(asked.line())

    async def finish(self) -> None:
        """Wait until every line was told."""
        await asyncio.gather(*self._telling)


async def play(
    url: str,
    pin: str,
    players: int,
    seed: int | str = 1,
    *,
    say: Callable[[str], None],
    drops: float = 0.08,
    speed: float = 1.0,
    verify_tls: bool = True,
    clock: Clock | None = None,
) -> Account:
    """Let `players` robots join the game with this PIN at `url` and play it to its end.

    `seed` fixes what they think, not what the network does. `drops` is how often, per question, each loses its
    connection for 1 to 6 s. `speed` divides all waiting. `say` gets each line for people. Returns when the game has
    ended or nobody could join.
    """
    clock = clock or SystemClock()
    chance, started = SeededChance(seed), clock.monotonic()
    crowd = Crowd(players, say, clock, speed)
    robots = [
        Robot(
            name,
            url,
            pin,
            watcher=crowd,
            chance=SeededChance(f"{seed}/{number}"),
            clock=clock,
            drops=drops,
            speed=speed,
            verify_tls=verify_tls,
        )
        for number, name in enumerate(_names(players, chance.shuffled(NAMES)))
    ]
    await asyncio.gather(*(robot.live(chance.uniform(0, ARRIVAL_S)) for robot in robots))
    await crowd.finish()
    account = crowd.account
    account.seconds = clock.monotonic() - started
    best = max(robots, key=lambda robot: robot.score, default=None)
    account.best = (best.nickname, best.score) if best is not None and best.score else ("", 0)
    for line in account.lines():
        say(line)
    return account


def _names(count: int, names: list[str]) -> list[str]:
    """As many different names, numbered from the second round on."""
    return [names[n % len(names)] + (f" {n // len(names) + 1}" if n >= len(names) else "") for n in range(count)]
