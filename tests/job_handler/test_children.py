"""Children: what they may use, how they end, and that nothing of them is left."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from pathlib import Path

import pytest
import uvloop

from edkit.errors import Invalid, Unavailable
from job_handler.child import LATE_NICE, NICE, ChildProcesses, open_children
from job_handler.children import TooHard
from job_handler.running import stopped

WORK = "tests.job_handler.labour"


async def test_a_child_answers_and_tells_how_far_it_is() -> None:
    told: list[float] = []
    answer = await open_children().run(WORK, b"upper hello", progress=told.append)
    assert answer == b"HELLO"
    assert told == [0.5, 1.0]


async def test_much_goes_in_and_comes_out() -> None:
    much = os.urandom(1000) * 20_000
    assert await open_children().run(WORK, b"back " + much) == much


async def test_what_a_child_refuses_is_refused_here() -> None:
    with pytest.raises(Invalid) as refused:
        await open_children().run(WORK, b"refuse")
    assert (refused.value.code, refused.value.message) == ("no_work", "There is nothing to do.")


ENDS = ["memory", "sleep", "spin", "exit", "segfault", "crash", "talk", "promise", "flood"]


@pytest.mark.parametrize("order", [*ENDS, "sleep" + " " * 300_000], ids=[*ENDS, "sleep over much"])
async def test_what_is_too_hard_ends_in_words_and_leaves_nothing(order: str) -> None:
    pipes = open_files()
    with pytest.raises(TooHard):
        await open_children().run(WORK, order.encode(), memory_mb=256, seconds=2)
    await asyncio.sleep(0)
    assert open_files() <= pipes + 1  # the loop may have opened one for itself
    assert not zombies()


async def test_what_more_than_it_may_answer_is_refused() -> None:
    with pytest.raises(TooHard):
        await open_children().run(WORK, b"back " + bytes(64 * 2**20 + 1))


async def test_where_a_child_breaks_is_logged_without_what_it_was_given(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(TooHard):
        await open_children().run(WORK, b"crash Nguyen")
    [record] = caplog.records
    assert record.labels["at"].startswith("RuntimeError")  # type: ignore[attr-defined]
    assert "labour.py:" in record.labels["at"]  # type: ignore[attr-defined]
    assert "Nguyen" not in str(record.__dict__)


async def test_what_a_library_prints_is_no_answer() -> None:
    assert await open_children().run(WORK, b"print") == b"printed"


async def test_its_limits_come_first() -> None:
    about = (await open_children().run(WORK, b"about", memory_mb=300)).decode().split("\n")
    assert about[:5] == ["19", str(300 * 2**20), "64", "0", "0"]
    assert not [name for name in about[6].split(",") if name.startswith("EDTECH")]
    assert set(about[6].split(",")) <= {
        *(
            "PATH",
            "LANG",
            "LC_CTYPE",
            "PYTHONPATH",
            "PYTHONSAFEPATH",
            "PYTHONDONTWRITEBYTECODE",
            "TOKENIZERS_PARALLELISM",
        ),
        *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"),
    }


def shares_as(pid: int, nice: int) -> bool:
    """Whether the session of this process is so nice, where a kernel knows of such a thing."""
    shared = Path(f"/proc/{pid}/autogroup")
    return not shared.exists() or shared.read_text().rstrip().endswith(f"nice {nice}")


async def test_the_session_of_a_child_is_niced_too() -> None:
    """Where sessions share a core first, a niced child with one of its own took as much as the whole server. It gets
    more of a busy machine once a quarter of its time is over."""
    children = ChildProcesses(1)
    running = asyncio.create_task(children.run(WORK, b"sleep", seconds=8.0))
    async with asyncio.timeout(10):
        while not children._running:
            await asyncio.sleep(0.01)
        (child,) = children._running
        for nice in (NICE, LATE_NICE):
            while os.getpriority(os.PRIO_PROCESS, child.pid) != NICE or not shares_as(child.pid, nice):
                await asyncio.sleep(0.01)
    await stopped(running)
    await children.close()


@pytest.mark.parametrize("deed", ["write", "read", "delete", "chmod", "socket", "run", "fork", "kill"])
async def test_it_can_reach_nothing(deed: str, tmp_path: Path) -> None:
    if await open_children().run(WORK, b"fence") != b"True":
        pytest.skip("this machine has no Landlock or no seccomp: limits are all there is")
    key = tmp_path / "access.pem"
    key.write_text("secret")
    mode = key.stat().st_mode
    assert await open_children().run(WORK, f"try {deed} {key}".encode()) == b"refused: PermissionError"
    assert (key.read_text(), key.stat().st_mode) == ("secret", mode)


async def test_it_may_have_threads() -> None:
    assert await open_children().run(WORK, b"try thread") == b"done"


async def test_there_are_never_more_than_the_machine_bears_and_nobody_jumps_the_line() -> None:
    children = open_children(cores=3)
    spans = await asyncio.gather(*(children.run(WORK, b"span") for _ in range(5)))
    times = [(float(begin), float(end)) for begin, _, end in (span.decode().partition(" ") for span in spans)]
    assert max(sum(begin <= moment < end for begin, end in times) for moment, _ in times) <= 2
    first, last = times[:2], times[4]
    assert all(begin < last[0] for begin, _ in first)


async def test_several_processes_of_one_installation_share_what_the_machine_bears(tmp_path: Path) -> None:
    here, there = (open_children(cores=2, secret=f"one {tmp_path}") for _ in range(2))
    elsewhere = open_children(cores=2, secret=f"another {tmp_path}")
    running = asyncio.create_task(here.run(WORK, b"sleep"))
    async with asyncio.timeout(10):
        while not getattr(here, "_running", None):
            await asyncio.sleep(0.01)
    waiting = asyncio.create_task(there.run(WORK, b"upper well"))
    assert await elsewhere.run(WORK, b"upper others") == b"OTHERS"
    assert not waiting.done()
    await stopped(running)
    async with asyncio.timeout(10):
        assert await waiting == b"WELL"


async def test_cancelled_it_is_killed_at_once_and_the_next_one_runs() -> None:
    children = open_children(cores=1)
    running = asyncio.create_task(children.run(WORK, b"sleep"))
    waiting = asyncio.create_task(children.run(WORK, b"sleep"))
    next_one = asyncio.create_task(children.run(WORK, b"upper well"))
    await asyncio.sleep(0.5)
    waiting.cancel()
    running.cancel()
    async with asyncio.timeout(10):
        assert await next_one == b"WELL"
    for task in (running, waiting):
        with pytest.raises(asyncio.CancelledError):
            await task
    assert not alive(b"sleep-child")


async def test_closing_ends_what_runs_as_something_to_try_again() -> None:
    children = open_children()
    running = asyncio.create_task(children.run(WORK, b"sleep"))
    await asyncio.sleep(0.5)
    await children.close()
    with pytest.raises(Unavailable):
        await running
    with pytest.raises(Unavailable):
        await children.run(WORK, b"upper late")


PARENT = f"""
import asyncio
from job_handler.child import open_children
asyncio.run(open_children().run("{WORK}", b"spin", memory_mb=277))
"""


async def test_it_dies_with_its_parent() -> None:
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", PARENT)
    async with asyncio.timeout(20):
        while not alive(b"job_handler.child", b"277"):
            await asyncio.sleep(0.05)
        parent.kill()
        await parent.wait()
        while alive(b"job_handler.child", b"277"):
            await asyncio.sleep(0.05)
    assert parent.returncode == -signal.SIGKILL


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def zombies() -> list[str]:
    """Children of this process that nobody has asked how they ended."""
    states = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            with contextlib.suppress(OSError):
                state, parent = (place / "stat").read_text().rpartition(")")[2].split()[:2]
                states += [state] if int(parent) == os.getpid() else []
    return [state for state in states if state == "Z"]


def alive(*words: bytes) -> list[Path]:
    """Processes whose command line has these words; those that are only waited for do not count."""
    found = []
    for place in Path("/proc").iterdir():
        try:
            line = (place / "cmdline").read_bytes().split(b"\0") if place.name.isdigit() else []
        except OSError:
            continue
        if line and all(word in line for word in words):
            found.append(place)
    return found


def test_another_loop_does_as_well() -> None:
    async def run() -> bytes:
        with pytest.raises(TooHard):
            await open_children().run(WORK, b"flood", seconds=1.5)
        return await open_children().run(WORK, b"upper hello")

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(run()) == b"HELLO"
