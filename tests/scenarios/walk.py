"""The walk "Server A and Server B" over a running installation: who is where, who hears what, and when.

python -m tests.scenarios.walk http://localhost:8000 http://localhost:8082 http://localhost:8083
"""

import asyncio
import sys
import time
from collections.abc import Mapping

from tests.scenarios.live_game import quiz_of, right_answer
from tests.scenarios.world import PlayerSeat, Seat, World

ALL_HEARD_S = 0.2


async def walk(base: str, a: str, b: str) -> None:
    """A teacher and students A and B on server A, students C, D and E on server B."""
    async with World.at(base, doors=[a, a, b, b, b]) as world:
        host = await world.host(quiz_of("single_choice", "typed"))
        print(f"1  The teacher opens a game at {a}: PIN {host.pin}, game {host.game}.")
        students: dict[str, PlayerSeat] = {}
        for letter in "ABCDE":
            students[letter] = await world.player(host.pin, f"Student {letter}")
        print(f"2  Students A and B join there, students C, D and E at {b}.")
        everybody = {"teacher": host, **students}

        clicked = time.monotonic()
        await host.command("start_game")
        opened = [(await student.next("question_opened"))["question"] for student in students.values()]
        await asyncio.sleep(ALL_HEARD_S)
        print("3  The teacher clicks: server A stores the entry and publishes it, server B is subscribed.")
        say(everybody, "game_started", clicked)
        say(everybody, "question_opened", clicked)

        clicked = time.monotonic()
        answers = [student.answer(opened[0], **right_answer(opened[0])) for student in students.values()]
        receipts = await asyncio.gather(*answers)
        told = ", ".join(f"{name} {receipt['status']}" for name, receipt in zip(students, receipts, strict=True))
        print(f"4  Each answers at its own server: {told}.")
        closed = [await student.next("question_closed") for student in students.values()]
        await asyncio.sleep(ALL_HEARD_S)
        say(everybody, "question_closed", clicked)
        boards = [one["leaderboard"] for one in closed]
        print(f"5  The leaderboard is the same on both: {all(board == boards[0] for board in boards)}.")


def say(everybody: Mapping[str, Seat], event: str, since: float) -> None:
    """How long after `since` each of them heard the event."""
    times = {name: (seat.heard_at[event] - since) * 1000 for name, seat in everybody.items()}
    told = "  ".join(f"{name} {ms:.1f}" for name, ms in times.items())
    apart = max(times.values()) - min(times.values())
    print(f"   {event:<15}  {told}  ms after the click; {apart:.1f} ms apart")


if __name__ == "__main__":
    asyncio.run(walk(*sys.argv[1:]))
