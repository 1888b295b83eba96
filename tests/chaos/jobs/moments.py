"""The moments of a job, noted as files by the processes that reach them and held there for as long as the run says.

A process that comes to a moment writes a line, and waits there while the job's `plan` names this moment, or is not
written yet. So no strike comes too late, however slow the machine is.
"""

import asyncio
from pathlib import Path

LOOK_AGAIN_S = 0.02
PLAN = "plan"


class Moments:
    """Moments under `folder`. `who` is the process that comes to them; nobody waits longer than `most_s`."""

    def __init__(self, folder: Path, who: str = "", most_s: float = 0.0) -> None:
        self._folder, self._who, self._most_s = folder, who, most_s

    async def reach(self, job_id: str, moment: str) -> None:
        """Note it, and wait for as long as the plan says."""
        self.note(job_id, moment)
        waited = 0.0
        while waited < self._most_s and self._plan(job_id) in (moment, None):
            await asyncio.sleep(LOOK_AGAIN_S)
            waited += LOOK_AGAIN_S

    def note(self, job_id: str, moment: str) -> None:
        """Who came to it: a line that survives the process."""
        if self._most_s:
            place = self._folder / job_id
            place.mkdir(parents=True, exist_ok=True)
            with (place / moment).open("a") as lines:
                lines.write(f"{self._who}\n")

    def plan(self, job_id: str, moment: str) -> None:
        """Hold the job at this moment, and at no other; with an empty one, nowhere."""
        place = self._folder / job_id
        place.mkdir(parents=True, exist_ok=True)
        written = place / "plan.new"
        written.write_text(moment)
        written.replace(place / PLAN)

    def who(self, job_id: str, moment: str) -> list[str]:
        """Everybody who came to it, in order; one more than once if so."""
        try:
            return (self._folder / job_id / moment).read_text().splitlines()
        except FileNotFoundError:
            return []

    def _plan(self, job_id: str) -> str | None:
        try:
            return (self._folder / job_id / PLAN).read_text()
        except FileNotFoundError:
            return None
