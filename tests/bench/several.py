"""`make bench ARGS=several`: live games over several game servers, with MariaDB, RabbitMQ and Redis of their own.

skew   the teacher on server A, students on A and B: how much later than A's B's students see what begins
redis  the same while Redis is up, while it is gone, and after it is back
flat   many small games over 1, 2 and 4 servers: CPU per delivered message, and messages of the hub, per server

CPU is that of the game servers' own processes; times depend on what else the machine does. Games per server and their
pace are the same for every number of servers, so that figures per message should be, too. More processes on the same
cores cost each of them caches, so a fixed piece of Python runs beside and tells how much slower the cores have become.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import httpx
import uvloop

from edkit.local.installation import Installation, Replica, together
from tests.bench.crowd import SmallGame, teacher_with_quiz
from tests.bench.figures import Figures, percentile
from tests.bench.machine import Pace, cpu_s

SETTINGS = {"EDTECH_DEMO": "false", "EDTECH_RATE_LIMITS": "false", "EDTECH_LOG_LEVEL": "WARNING"}
QUESTIONS = 30
HUB = ("published", "received", "own", "local", "lost")


class Stage(NamedTuple):
    """A running installation, its game servers, and somebody who may host."""

    installation: Installation
    servers: list[Replica]
    token: str
    quiz_id: str


async def deliveries(stage: Stage, games: int, players: int) -> list[tuple[float, list[float], list[float]]]:
    """For each opening: when it was asked for, and when it came to the players of server A and of server B."""
    a, b = (server.port for server in stage.servers[:2])
    found = []
    for _ in range(games):
        game = await SmallGame.begin(stage.token, stage.quiz_id, a, [a, b] * players)
        await asyncio.sleep(0.3)
        for _ in range(5):
            asked_at, came_at = await game.open()
            found.append((asked_at, came_at[::2], came_at[1::2]))
            await game.close_question()
            await asyncio.sleep(0.1)
        game.leave()
    return found


def told(found: list[tuple[float, list[float], list[float]]]) -> Figures:
    """Milliseconds: from the host's click to each player, and how much later B's players heard than A's first."""
    on_a = [1000 * (each - asked) for asked, a, _ in found for each in a]
    on_b = [1000 * (each - asked) for asked, _, b in found for each in b]
    skew = [1000 * abs(statistics.median(b) - statistics.median(a)) for _, a, b in found]
    widest = [1000 * (max(*a, *b) - min(*a, *b)) for _, a, b in found]
    named = {"A, from the click": on_a, "B, from the click": on_b, "skew of A and B": skew, "first to last": widest}
    return {f"{name}, p{p} ms": percentile(values, p) for name, values in named.items() for p in (50, 99)}


async def skew(stage: Stage, given: argparse.Namespace) -> None:
    say("skew", told(await deliveries(stage, given.games, 8)))


async def redis(stage: Stage, given: argparse.Namespace) -> None:
    say("redis up (control)", told(await deliveries(stage, given.games // 2, 8)))
    await asyncio.to_thread(stage.installation.redis.kill)
    say("redis gone", told(await deliveries(stage, given.games // 2, 8)))
    await asyncio.to_thread(stage.installation.redis.start)
    say("redis back", told(await deliveries(stage, given.games // 2, 8)))


async def flat(stage: Stage, given: argparse.Namespace) -> None:
    """Rounds of all numbers of servers, whole games on one server each, or spread over all of them."""
    for spread in (False, True) if given.spread else (False,):
        rounds: dict[int, list[Figures]] = {}
        for each in range(given.rounds):
            for number in (1, 2, 4) if each % 2 == 0 else (4, 2, 1):
                figures = await one_round(stage, number, given, spread=spread)
                rounds.setdefault(number, []).append(figures)
                say(f"{number} servers, {'spread' if spread else 'whole'} games", figures)
        medians = {
            number: {name: statistics.median(one[name] for one in figures) for name in figures[0]}
            for number, figures in rounds.items()
        }
        print(f"\nPlayers of one game {'on all servers' if spread else 'on one server'}; in brackets: to 1 server")
        for name, one in medians[1].items():
            values = (
                f"{found[name]:10.2f} ({found[name] / one if one else 0:.2f})" for _, found in sorted(medians.items())
            )
            print(f"    {name:44}", *values, flush=True)


async def one_round(stage: Stage, number: int, given: argparse.Namespace, *, spread: bool) -> Figures:
    """So many servers, each with its share of games."""
    used, idle = stage.servers[:number], stage.servers[number:]
    await asyncio.to_thread(together, [server.stop for server in idle] + [server.start for server in used])
    await asyncio.sleep(4)  # those that left are forgotten
    ports = [server.port for server in used]
    games = []
    for index in range(given.each * number):
        home = ports[index % number]
        player_ports = [ports[(index + seat) % number] if spread else home for seat in range(given.players)]
        games.append(await SmallGame.begin(stage.token, stage.quiz_id, home, player_ports))
    await asyncio.sleep(2)
    with Pace() as pace:
        before = [(cpu_s(server.pid), hub(server)) for server in used]
        messages, began = sum(seat.messages for game in games for seat in game.seats), time.perf_counter()
        playing = (play(game, began + index / len(games) * given.pace, given) for index, game in enumerate(games))
        await asyncio.gather(*playing)
        seconds = time.perf_counter() - began
        messages = sum(seat.messages for game in games for seat in game.seats) - messages
        after = [(cpu_s(server.pid), hub(server)) for server in used]
    for game in games:
        game.leave()
    cpu = sum(one[0] - other[0] for one, other in zip(after, before, strict=True))
    told_by_hub: Counter[str] = Counter()
    for one, other in zip(after, before, strict=True):
        told_by_hub.update({what: one[1][what] - other[1][what] for what in HUB})
    return {
        "CPU us per delivered message": cpu / messages * 1e6,
        "CPU us of a fixed piece of Python": pace.piece_s * 1e6,
        "CPU per delivered message, in such pieces": cpu / messages / pace.piece_s,
        "delivered messages per server and second": messages / number / seconds,
        "CPU share of a core per server": cpu / number / seconds,
        **{
            f"hub: {what} per server and question": told_by_hub[what] / number / given.each / given.questions
            for what in HUB
        },
    }


async def play(game: SmallGame, begin: float, given: argparse.Namespace) -> None:
    """One game at its pace."""
    for question in range(given.questions):
        await asyncio.sleep(max(0.0, begin + question * given.pace - time.perf_counter()))
        await game.open()
        await game.answer()


def hub(server: Replica) -> dict[str, int]:
    """What this server's hub has counted."""
    lines = httpx.get(f"{server.base}/metrics").text.splitlines()
    counted = dict(line.rsplit(" ", 1) for line in lines if line.startswith("edtech_game_hub_messages_total"))
    return {what: int(float(counted[f'edtech_game_hub_messages_total{{what="{what}"}}'])) for what in HUB}


def say(system: str, figures: Figures) -> None:
    print(json.dumps({"system": system} | {name: round(value, 3) for name, value in figures.items()}), flush=True)


PARTS: dict[str, Callable[[Stage, argparse.Namespace], Awaitable[None]]] = {"skew": skew, "redis": redis, "flat": flat}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="several", description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS), help=", ".join(PARTS))
    parser.add_argument("--games", type=int, default=20, help="games of skew and redis")
    parser.add_argument("--each", type=int, default=12, help="small games per server")
    parser.add_argument("--players", type=int, default=8, help="of a small game")
    parser.add_argument("--questions", type=int, default=4, help="of a small game")
    parser.add_argument("--pace", type=float, default=4.0, help="seconds from one question of a small game to the next")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--spread", action="store_true", help="also games whose players are on all servers")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="edtech-bench-") as folder:
        replicas = {"gateway": 1, "quiz_service": 1, "game_server": 4 if "flat" in given.parts else 2}
        with Installation(Path(folder), replicas=replicas, settings=SETTINGS) as installation:
            token, quiz_id = teacher_with_quiz(installation.of("gateway")[0].base, QUESTIONS)
            stage = Stage(installation, installation.of("game_server"), token, quiz_id)
            for part in given.parts:
                uvloop.run(PARTS[part](stage, given))  # type: ignore[arg-type]  # they are coroutines


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
