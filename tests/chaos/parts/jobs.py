"""Quizzes are made in the embedded process and in a whole installation while everything is struck at each step."""

import shutil
import tempfile
from pathlib import Path

from tests.chaos.jobs.run import alone, run, spread


def play(seed: str, minutes: float, keep: Path | None = None) -> bool:
    """Play, check, print. Everything is struck at every moment once, so `minutes` means nothing here."""
    passed = True
    for name, course in (("alone", alone(f"a{seed}", more=4)), ("spread", spread(f"s{seed}"))):
        folder = Path(tempfile.mkdtemp(prefix=f"chaos-jobs-{name}-")) if keep is None else keep / name
        report = run(course, folder)
        print(f"--- jobs-{name}-{seed}\n{report.text()}", flush=True)
        passed = passed and report.passed
        if keep is None and report.passed:
            shutil.rmtree(folder, ignore_errors=True)
    return passed
