"""Ten thousand tasks between three small services of which everything is killed, over RabbitMQ and MariaDB."""

from pathlib import Path

from tests.chaos.tasks.run import course, run

MINUTES = 6.0
EACH_MINUTE = 1_667


def play(seed: str, minutes: float, keep: Path | None = None) -> bool:
    """Play, check, print."""
    report = run(course(round((minutes or MINUTES) * EACH_MINUTE), f"tasks-{seed}"), keep)
    print(f"--- tasks-{seed}\n{report.text()}", flush=True)
    return report.passed
