"""Every planted bug must be caught and twenty clean runs raise no alarm: some cases at a time, each a process."""

import asyncio
import random
import sys
import time
from pathlib import Path

from tests.chaos.selftest import cases

AT_ONCE = 4


def play(seed: str, minutes: float, keep: Path | None = None) -> bool:
    """Play all cases; one line each. They are short, so `minutes` and `keep` mean nothing here."""
    return asyncio.run(_play(seed))


async def _play(seed: str) -> bool:
    apart = [case for case in cases() if case.startswith("apart")]
    alone = [case for case in cases() if not case.startswith("apart")]
    random.Random(seed).shuffle(alone)
    waiting = [[case] for case in alone] + [apart]
    started, passed = time.monotonic(), True

    async def row() -> None:
        nonlocal passed
        while waiting:
            command = (sys.executable, "-m", "tests.chaos.selftest", *waiting.pop())
            process = await asyncio.create_subprocess_exec(*command)
            if await process.wait() != 0:
                passed = False

    await asyncio.gather(*(row() for _ in range(AT_ONCE)))
    print(f"{len(alone) + len(apart)} cases in {time.monotonic() - started:.0f} s\n{'PASSED' if passed else 'FAILED'}")
    return passed
