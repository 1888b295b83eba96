"""Requests, and games beside them, while the broker is killed again and again, and gone for twenty seconds."""

import asyncio
import tempfile
from pathlib import Path

from tests.chaos import course as games
from tests.chaos.calls.history import RequestHistory
from tests.chaos.calls.run import SETTINGS, Course, Ground, check, prove
from tests.chaos.checker import check as check_games
from tests.chaos.history import History, Recorder
from tests.chaos.spread import Spread
from tests.chaos.tasks.history import Notes

MINUTES = 5.0
KILLS = (*["rabbitmq"] * 5, "gateway-1", "gateway-2", "quiz_service-1", "quiz_service-2", "game_server-3", "mariadb")


def play(seed: str, minutes: float, keep: Path | None = None) -> bool:
    """Play, check, print."""
    minutes = minutes or MINUTES
    requests = Course(f"broker-{seed}", keyed=int(1_000 * minutes), reads=int(4_000 * minutes), kills=KILLS)
    with tempfile.TemporaryDirectory(prefix="chaos-broker-", ignore_cleanup_errors=True) as temporary:
        folder = keep or Path(temporary) / "history"
        asyncio.run(_play(requests, minutes, Path(temporary) / "installation", folder))
        reports = {
            "requests": check(RequestHistory.load(folder / "requests"), requests),
            "games": check_games(History.load(folder / "games"), hard=False),
        }
    for name, report in reports.items():
        print(f"--- {requests.seed}, {name}\n{report.text()}", flush=True)
    return all(report.passed for report in reports.values())


async def _play(requests: Course, minutes: float, place: Path, folder: Path) -> None:
    target = Spread(place, settings=SETTINGS)
    notes, recorder = Notes(folder / "requests"), Recorder(folder / "games", requests.seed)
    beside = games.Course(
        games=100, players=8, questions=6, seed=requests.seed, minutes=minutes, at_once=4, faults={}, linger_s=45
    )
    await target.open()
    try:
        gateways = target.installation.of("gateway")
        database = target.installation.mariadb.url("edtech_quiz_service").replace("aiomysql", "pymysql")
        ground = Ground(target, lambda: [gateway.base for gateway in gateways], database)
        playing = asyncio.create_task(games.play_on(beside, target, recorder))
        try:
            await prove(requests, ground, notes, lambda fault, name, phase: recorder.fault(fault, phase, name))
        finally:
            await playing
    finally:
        await target.close()
        notes.close()
        recorder.close()
