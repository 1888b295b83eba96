"""Every planted bug must be caught and twenty clean runs raise no alarm: some cases at a time."""

import random
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.chaos.selftest import cases, come_out

AT_ONCE = 4


def play(seed: str, minutes: float, keep: Path | None = None) -> bool:
    """Play all cases; one line each. They are short, so `minutes` and `keep` mean nothing here."""
    started = time.monotonic()
    apart = [case for case in cases() if case.startswith("apart")]
    alone = [case for case in cases() if not case.startswith("apart")]
    random.Random(seed).shuffle(alone)
    with ProcessPoolExecutor(AT_ONCE) as pool:  # those apart share an installation, and take the longest
        passed = all(list(pool.map(come_out, [apart, *([case] for case in alone)])))
    print(f"{len(alone) + len(apart)} cases in {time.monotonic() - started:.0f} s\n{'PASSED' if passed else 'FAILED'}")
    return passed
