"""What a process of the proof notes by itself: one JSON line for each message it began, and how that ended.

A line is written before anything else happens, with one write to an open file: what the kernel has
survives the process.
"""

import json
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edkit.bus import Broker, Bus, DeadLetter, Handler
from edkit.errors import ErrorData
from edkit.message import Envelope, Reply

_open: dict[str, int] = {}


def folder() -> Path:
    return Path(os.environ["CHAOS_FOLDER"])


def replica() -> str:
    return os.environ["CHAOS_REPLICA"]


def note(**line: Any) -> None:
    """One line in this process's own file."""
    if "file" not in _open:
        place = folder() / "work"
        place.mkdir(parents=True, exist_ok=True)
        path = place / f"{replica()}.{os.getpid()}.jsonl"
        _open["file"] = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    whole = {"t_ns": time.monotonic_ns(), "replica": replica(), "pid": os.getpid()} | line
    os.write(_open["file"], json.dumps(whole, separators=(",", ":")).encode() + b"\n")


def times(what: str, most: int) -> bool:
    """Whether this happens for the first, second ... `most`th time, counted over all processes and their deaths."""
    place = folder() / "times"
    place.mkdir(parents=True, exist_ok=True)
    for number in range(most):
        try:
            os.close(os.open(place / f"{what}.{number}", os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            continue
        return True
    return False


def die(message_id: str, where: str) -> None:
    """End this process as a power cut would."""
    note(phase="dies", message=message_id, where=where)
    os.kill(os.getpid(), signal.SIGKILL)


class WatchedBroker:
    """A broker whose handlers are watched. See `edkit.bus.Broker`."""

    def __init__(self, inner: Broker) -> None:
        self._inner = inner

    def connect(self, role: str) -> Bus:
        return WatchedBus(role, self._inner.connect(role))

    async def dead_letters(self) -> Sequence[DeadLetter]:
        return await self._inner.dead_letters()

    async def replay(self, message_id: str) -> bool:
        return await self._inner.replay(message_id)

    async def close(self) -> None:
        await self._inner.close()


class WatchedBus:
    """A connection that notes what is handled over it. See `edkit.bus.Bus`."""

    def __init__(self, role: str, inner: Bus) -> None:
        self.role, self._inner = role, inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def publish(self, service: str | None, envelope: Envelope) -> None:
        if envelope.kind in ("task", "event"):
            note(phase="sends", service=self.role, message=envelope.id, type=envelope.type, op=envelope.body.get("op"))
        await self._inner.publish(service, envelope)

    async def serve(self, handler: Handler) -> None:
        async def watched(envelope: Envelope) -> Reply:
            if envelope.kind not in ("task", "event"):
                return await handler(envelope)
            about = {"service": self.role, "message": envelope.id, "type": envelope.type, "op": envelope.body.get("op")}
            note(phase="begin", **about)
            reply = await handler(envelope)
            error = None if reply.ok else ErrorData.model_validate_json(reply.body)
            note(phase="ok" if error is None else "fail", **about, code=error.code if error else None)
            return reply

        await self._inner.serve(watched)
