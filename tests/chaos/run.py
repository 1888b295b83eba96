"""Play many games against a product that is being killed, then check what was promised.

python -m tests.chaos.run --part games --seed 7 --minutes 7
python -m tests.chaos.run --games 40 --players 15 --questions 8 --seed 7 --minutes 8     # the embedded process
"""

import argparse
import sys
from importlib import import_module
from pathlib import Path

from tests.chaos.course import Course, run
from tests.chaos.nemesis import EMBEDDED
from tests.chaos.parts import PARTS


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=PARTS, help="a part of the whole proof; without it, the embedded process")
    parser.add_argument("--seed", default="7")
    parser.add_argument("--minutes", type=float, default=0, help="to play for; what belongs to the part if not given")
    parser.add_argument("--keep", type=Path, help="folder for the history")
    embedded = parser.add_argument_group("the embedded process")
    embedded.add_argument("--games", type=int, default=40)
    embedded.add_argument("--players", type=int, default=15)
    embedded.add_argument("--questions", type=int, default=8)
    embedded.add_argument("--at-once", type=int, default=8, help="games played at the same time")
    embedded.add_argument("--every", type=float, default=4, help="seconds between faults, on average")
    embedded.add_argument("--undisturbed", action="store_true", help="the control: the same without faults")
    given = parser.parse_args()
    if given.part:
        part = import_module(PARTS[given.part])
        sys.exit(not part.play(given.seed, given.minutes, given.keep))
    course = Course(
        games=given.games,
        players=given.players,
        questions=given.questions,
        seed=given.seed,
        minutes=given.minutes or 8,
        at_once=given.at_once,
        every_s=given.every,
        faults={} if given.undisturbed else EMBEDDED,
    )
    report = run(course, hard=not given.undisturbed, keep=given.keep)
    print(report.text(), flush=True)
    sys.exit(not report.passed)


if __name__ == "__main__":
    main()
