"""Hostile files: each ends in a text or in a clear word, inside the caps, and the process that asked is not hurt."""

import asyncio
import os
import re
import resource
from pathlib import Path

import pytest

from edkit.errors import AppError
from job_handler.child import open_children
from job_handler.children import Children
from job_handler.documents.reading import MEMORY_MB, SECONDS, read_aside
from job_handler.documents.shape import TEXT_MAX, Document
from tests.job_handler.hostile import PLANTS, TEXT, each

FILES = each()
GROWTH_MAX = 48 * 2**20
"""Bytes that the asking process may have grown by after a file: what its allocator keeps, and no copy of a bomb."""

ROUNDED = 2.0
"""Seconds that the limit of a child is rounded up by, and that ending it may take."""

UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def test_there_are_many_of_them() -> None:
    assert len(FILES) >= 80


@pytest.mark.parametrize("wrong", FILES)
async def test_a_hostile_file_ends_in_a_text_or_a_clear_word(wrong: str) -> None:
    file = FILES[wrong]
    data = file.make()
    before, spent = in_use(), resource.getrusage(resource.RUSAGE_CHILDREN)
    found = await outcome(open_children(), data, file.name)
    assert in_use() - before < GROWTH_MAX
    within_limits(spent, resource.getrusage(resource.RUSAGE_CHILDREN))
    if isinstance(found, Document):
        assert TEXT in file.ends
        assert PLANTS in found.text
        assert len(found.text) <= TEXT_MAX
        assert not UNSEEN.search(found.text + found.title)
        assert [found.of(one).strip() for one in found.paragraphs] == found.text.split("\n\n")
    else:
        assert found.code in file.ends
        assert re.fullmatch(r"[A-Z][^\n]{10,}\.", found.message)


def within_limits(before: resource.struct_rusage, after: resource.struct_rusage) -> None:
    """What the children that ended in between have used: their seconds add up, and the largest is told of if it is
    larger than any before.
    """
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < SECONDS + ROUNDED
    assert after.ru_maxrss == before.ru_maxrss or after.ru_maxrss < MEMORY_MB * 1024


class Watched:
    """Children, and the limits that they were given."""

    def __init__(self) -> None:
        self.inner = open_children()
        self.limits: list[tuple[int, float]] = []

    async def run(self, module: str, data: bytes, *, memory_mb: int, seconds: float, progress: object = None) -> bytes:
        self.limits.append((memory_mb, seconds))
        return await self.inner.run(module, data, memory_mb=memory_mb, seconds=seconds)

    async def close(self) -> None:
        await self.inner.close()


async def test_every_file_is_read_under_512_mb_and_20_s() -> None:
    """That a child cannot go beyond its limits is what test_children shows."""
    children = Watched()
    await outcome(children, PLANTS.encode(), "a.txt")
    assert children.limits == [(512, 20.0)]
    assert (MEMORY_MB, SECONDS) == (512, 20.0)


async def test_the_process_that_asked_answers_beside() -> None:
    over = asyncio.Event()

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line)
        writer.close()
        await writer.wait_closed()
        over.set()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
    reading = asyncio.create_task(outcome(open_children(), FILES["ten million empty lines"].make(), "a.txt"))
    answered = 0
    while not reading.done():
        writer.write(b"well?\n")
        assert await reader.readline() == b"well?\n"
        answered += 1
        await asyncio.sleep(0.005)
    writer.close()
    await writer.wait_closed()
    await over.wait()
    server.close()
    assert isinstance(await reading, Document)
    assert answered > 10


async def outcome(children: Children, data: bytes, name: str) -> Document | AppError:
    try:
        return await read_aside(children, data, name)
    except AppError as error:
        return error


def in_use() -> int:
    """Bytes of memory that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
