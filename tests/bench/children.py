"""Child processes of job handlers, watched from outside while something else is measured."""

import asyncio
import os
from collections import Counter
from pathlib import Path

from job_handler.slots import cores_to_spare

LOOK_EVERY_S = 0.2
MARK = b"job_handler.child"


class Children:
    """Looks every while, within an async with-block, at the children below this process."""

    def __init__(self) -> None:
        self._at_once: Counter[int] = Counter()
        self._niceness: Counter[int] = Counter()
        self._seen: set[int] = set()

    async def __aenter__(self) -> "Children":
        self._looking = asyncio.create_task(self._look_for_ever())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._looking.cancel()
        await asyncio.wait([self._looking])

    def said(self) -> str:
        """What was seen, in a sentence."""
        most, nice = max(self._at_once, default=0), min(self._niceness, default=None)
        allowed = cores_to_spare()
        return f"{len(self._seen)} seen, at most {most} at once of {allowed} allowed, least niceness {nice}"

    async def _look_for_ever(self) -> None:
        while True:
            found = list(_below(os.getpid()))
            self._at_once[len(found)] += 1
            self._niceness.update(nice for _, nice in found)
            self._seen.update(pid for pid, _ in found)
            await asyncio.sleep(LOOK_EVERY_S)


def _below(root: int) -> list[tuple[int, int]]:
    """Number and niceness of every such child below this process."""
    parents: dict[int, int] = {}
    found: list[tuple[int, int]] = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            parents[int(entry.name)] = int(fields[1])
            command = (entry / "cmdline").read_bytes()
            if fields[0] != "Z" and MARK in command and not command.startswith(b"nice"):  # that is about to be it
                found.append((int(entry.name), int(fields[16])))
        except (OSError, IndexError):
            continue  # it has just ended
    return [(pid, nice) for pid, nice in found if _is_below(pid, root, parents)]


def _is_below(pid: int, root: int, parents: dict[int, int]) -> bool:
    while pid not in (0, root):
        pid = parents.get(pid, 0)
    return pid == root
