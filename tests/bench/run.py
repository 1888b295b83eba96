"""`make bench`: live games beside stock python-socketio, in one run on one machine.

Systems take turns (A B C, C B A, ...), each in a fresh process on its own core, the load client on another. Printed
are one JSON line per system and round, then medians and ratios. CPU per unit of work is firm; what depends on the wall
clock is not.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench import jobs, jobs_drain, product, quizmaking, quizmaking_files, rpc, several, sockets
from tests.bench.figures import Figures, Size
from tests.bench.machine import python


def socket_layer(module: str, *, stored: bool, calm: bool = False) -> Callable[[Size, Path], Figures]:
    def measure(size: Size, folder: Path) -> Figures:
        options = [*(["--store", folder / "answers.db"] if stored else []), *(["--calm"] if calm else [])]
        return sockets.measure(python(module, *options), size, folder)

    return measure


SYSTEMS: dict[str, Callable[[Size, Path], Figures]] = {
    "stock": socket_layer("tests.bench.peer_stock", stored=True),
    "stock, calm collector": socket_layer("tests.bench.peer_stock", stored=True, calm=True),
    "stock, no database": socket_layer("tests.bench.peer_stock", stored=False),
    "ours": socket_layer("tests.bench.ours", stored=True, calm=True),
    "ours, no database": socket_layer("tests.bench.ours", stored=False, calm=True),
    "whole product": product.measure,
}
NOTES = {
    "stock": "python-socketio on uvicorn, each answer committed to SQLite before its acknowledgement",
    "stock, calm collector": "the same with the product's settings of Python's garbage collector",
    "stock, no database": "the same as stock, but answers are acknowledged from memory",
    "ours": "our socket layer with the peer's entry points and the peer's store",
    "ours, no database": "the same, but answers are acknowledged from memory",
    "whole product": "edtech up: a real game; joins, answers, receipts and the log in its own database",
}
OTHERS: dict[str, Callable[[list[str]], None]] = {
    "jobs": jobs.main,
    "jobs_drain": jobs_drain.main,
    "quizmaking": quizmaking.main,
    "quizmaking_files": quizmaking_files.main,
    "rpc": rpc.main,
    "several": several.main,
}


def main() -> None:
    if (other := OTHERS.get(" ".join(sys.argv[1:2]))) is not None:
        other(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--systems", default=";".join(SYSTEMS), help="names separated by ;")
    parser.add_argument("--connections", type=int, default=Size.connections)
    parser.add_argument("--room", type=int, default=Size.room)
    parser.add_argument("--seconds", type=float, default=Size.seconds)
    given = parser.parse_args()
    size = Size(connections=given.connections, room=given.room, seconds=given.seconds)
    names = [name for name in given.systems.split(";") if name]
    found: dict[str, list[Figures]] = {name: [] for name in names}
    for number in range(given.rounds):
        for name in names if number % 2 == 0 else reversed(names):
            with tempfile.TemporaryDirectory(prefix="edtech-bench-") as folder:
                figures = SYSTEMS[name](size, Path(folder))
            found[name].append(figures)
            line: dict[str, Any] = {"system": name, "round": number + 1}
            print(json.dumps(line | {key: round(value, 3) for key, value in figures.items()}), flush=True)
    print(table(found, size))


def table(found: dict[str, list[Figures]], size: Size) -> str:
    """Medians over the rounds; beside each figure how many times stock's it is."""
    medians = {
        name: {key: statistics.median(each[key] for each in rounds) for key in rounds[0]}
        for name, rounds in found.items()
    }
    first = next(iter(medians))
    rows = list(dict.fromkeys(key for figures in medians.values() for key in figures))
    lines = [
        "",
        f"Room of {size.room}, {size.connections} connections, medians. In brackets: as a multiple of {first}.",
    ]
    for row in rows:
        lines += ["", row]
        for name, figures in medians.items():
            if row in figures:
                ratio = f"({figures[row] / medians[first][row]:.2f})" if medians[first].get(row) else ""
                lines.append(f"    {name:24}{figures[row]:12.2f}  {ratio}")
    lines += ["", *(f"{name}: {NOTES[name]}" for name in medians)]
    lines.append(
        "A client near its whole core sets the pace itself: rates and times are then the least the server can do."
    )
    lines.append("The whole product's set-up includes joining the game; its memory a player's share of the game.")
    lines.append("No Node.js peer: the project's packages hold Socket.IO's client only.")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
