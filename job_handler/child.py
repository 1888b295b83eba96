"""The engine of `Children`: each piece of work is a fresh process with limits of its own.

`nice python -m job_handler.child MODULE ...`, the input on stdin. What it imports is the most of a short piece of work,
so it is niced from its first moment; limits and fence come next, so that whatever the input provokes ends there. Lines
of progress come back (`p 0.5`), then one line and what it announces: `ok` an answer, `no` an `ErrorData`, `bug` the
place where the code broke, without a word of what it was given.
"""

import asyncio
import contextlib
import ctypes
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from edkit import log
from edkit.clock import Clock
from edkit.errors import AppError, ErrorData, Unavailable
from job_handler.children import MEMORY_MB, SECONDS, Children, TooHard
from job_handler.fence import raise_fence
from job_handler.slots import Slots, cores_to_spare

logger = log.get(__name__)

FAULTS = (TimeoutError, OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)
"""How a child ends that does not say how."""
ANSWER_MAX = 64 * 2**20
LINE_MAX = 200
FILES_MAX = 64
NICE = 19
LATE, LATE_NICE = 0.25, 5
"""After this share of its time its session gets a third of what a server gets when both want all of a core: on a busy
machine it would run out of time otherwise, having hardly begun."""
PR_SET_PDEATHSIG = 1


def open_children(cores: int | None = None, *, secret: str = "", clock: Clock | None = None) -> Children:
    """Children for this process: at most one less than the machine has cores at the same time, but one; together with
    those of all processes that know the secret."""
    count = cores_to_spare(cores)
    return ChildProcesses(count, Slots(count, secret, clock))


class ChildProcesses:
    """See Children. Who waits is served in the order of asking; among processes, by chance."""

    def __init__(self, at_once: int, slots: Slots | None = None) -> None:
        self._free, self._slots = asyncio.Semaphore(at_once), slots or Slots(at_once)
        self._running: set[asyncio.subprocess.Process] = set()
        self._closed = False

    async def run(
        self,
        module: str,
        data: bytes,
        *,
        memory_mb: int = MEMORY_MB,
        seconds: float = SECONDS,
        progress: Callable[[float], None] | None = None,
    ) -> bytes:
        """See Children. Unavailable once they are closed."""
        async with self._free, self._slots.one():
            if self._closed:
                raise Unavailable()
            limits = (str(memory_mb), str(int(seconds) + 1), str(os.getpid()))
            child = await asyncio.create_subprocess_exec(
                *("nice", "-n", str(NICE), sys.executable, "-m", "job_handler.child", module, *limits),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,
            )
            self._running.add(child)
            _nice_session(child.pid, NICE)
            late = asyncio.get_running_loop().call_later(seconds * LATE, _nice_session, child.pid, LATE_NICE)
            feeding = asyncio.create_task(_feed(child, data))
            try:
                async with asyncio.timeout(seconds):
                    word, body = await _answer(child, progress)
            except FAULTS as error:
                raise Unavailable() if self._closed else TooHard() from error
            finally:
                late.cancel()
                self._running.discard(child)
                feeding.cancel()
                await _end(child)
                await asyncio.gather(feeding, return_exceptions=True)
        if word == "ok":
            return body
        if word == "no":
            raise AppError.from_data(ErrorData.model_validate_json(body))
        logger.error("child_broke", module=module, at=body.decode(errors="replace"))
        raise TooHard()

    async def close(self) -> None:
        """See Children."""
        self._closed = True
        for child in list(self._running):
            await _end(child)


def _nice_session(pid: int, nice: int) -> None:
    """Where the kernel shares a core between sessions first (autogroup), a niced process that is alone in its own takes
    as much as a whole server: its session has to be niced as well."""
    with contextlib.suppress(OSError):  # there is no such sharing here
        Path(f"/proc/{pid}/autogroup").write_text(str(nice), encoding="ascii")


def _environment() -> dict[str, str]:
    """Nothing of ours but where the code lies; libraries keep to one thread."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"), "1")
    paths = os.pathsep.join(place or str(Path.cwd()) for place in sys.path)
    python = {"PYTHONPATH": paths, "PYTHONSAFEPATH": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return {"PATH": os.defpath, "LANG": "C.UTF-8", "TOKENIZERS_PARALLELISM": "false", **python, **threads}


async def _feed(child: asyncio.subprocess.Process, data: bytes) -> None:
    assert child.stdin is not None
    with contextlib.suppress(ConnectionError):  # it ended before it had read everything
        child.stdin.write(data)
        await child.stdin.drain()
        child.stdin.close()


async def _answer(child: asyncio.subprocess.Process, progress: Callable[[float], None] | None) -> tuple[str, bytes]:
    """How it went, and what was said. Raises one of FAULTS when the child says something else, or too much."""
    assert child.stdout is not None
    while True:
        line = await child.stdout.readuntil(b"\n")
        if len(line) > LINE_MAX:
            raise ValueError("a line too long")
        word, _, rest = line.decode().rstrip("\n").partition(" ")
        if word == "p":
            if progress is not None:
                progress(min(1.0, max(0.0, float(rest))))
        elif word in ("ok", "no", "bug"):
            size = int(rest)
            if not 0 <= size <= ANSWER_MAX:
                raise ValueError("an answer too large")
            return word, await child.stdout.readexactly(size)
        else:
            raise ValueError("not a word of a child")


async def _end(child: asyncio.subprocess.Process) -> None:
    """Kill it with all that it has started, close its pipes, and wait until it is gone.

    The pipes go first: one that is full is not read any more, and would be waited for in vain.
    """
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    child._transport.close()  # type: ignore[attr-defined]  # there is no other way to them
    await child.wait()


def main() -> int:
    """Work, and answer."""
    module, memory_mb, seconds, parent = sys.argv[1], *map(int, sys.argv[2:5])
    _end_with(parent)
    _limit(memory_mb, seconds)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever a library prints is no answer
    raise_fence(("edkit", "job_handler", module.partition(".")[0]))

    def progress(share: float) -> None:
        out.write(b"p %.3f\n" % share)
        out.flush()

    try:
        word, body = b"ok", import_module(module).work(sys.stdin.buffer.read(), progress)
    except AppError as error:
        word, body = b"no", error.to_data().model_dump_json().encode()
    except MemoryError:
        return 1
    except Exception as error:
        word, body = b"bug", _place(error).encode()
    out.write(b"%s %d\n" % (word, len(body)))
    out.write(body)
    out.flush()
    return 0


def _end_with(parent: int) -> None:
    """This process ends when its parent does; at once, if that is gone already."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)


def _limit(memory_mb: int, seconds: int) -> None:
    """What this process may use from here on, and that it goes first when the machine runs out of memory."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("900", encoding="ascii")
    for kind, most in (
        (resource.RLIMIT_AS, memory_mb * 2**20),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_NOFILE, FILES_MAX),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def _place(error: Exception) -> str:
    """Where the code broke, innermost last: no text that a person wrote is in it."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " ".join([type(error).__name__, *(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)])


if __name__ == "__main__":
    sys.exit(main())
