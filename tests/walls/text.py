"""Walls that are read off the text of a file, whatever its language."""

import re
from collections.abc import Iterator

from tests.walls.lints import Finding

MACHINE_PATH = re.compile(r"(?:^|[^\w./:-])/(?:work|farm|root|home/\w+|Users/\w+)/")
LOCK_HOST = re.compile(r"--(?:extra-)?index-url|--find-links|--trusted-host|\"resolved\": \"|@ [a-z+]+://|^[a-z+]+://")
OPT_OUT = re.compile(r"#\s*(?:noqa|type:\s*ignore)(?P<codes>[:\s\[\]A-Za-z0-9,-]*?)(?P<reason>\s+[-–—#]\s*\w.*)?$")


def machine_paths(content: str) -> Iterator[Finding]:
    """A path that exists on one machine only."""
    for number, line in enumerate(content.splitlines(), 1):
        if MACHINE_PATH.search(line):
            yield number, f"a path of one machine: {line.strip()[:80]}"


def lock_hosts(content: str) -> Iterator[Finding]:
    """A lock file says what is installed, never from where."""
    for number, line in enumerate(content.splitlines(), 1):
        if LOCK_HOST.search(line.strip()):
            yield number, f"a lock file names a host: {line.strip()[:80]}"


def silent_opt_outs(content: str) -> Iterator[Finding]:
    """A lint that is switched off has its reason beside it: `# noqa: S311 - reproducible on purpose`."""
    for number, line in enumerate(content.splitlines(), 1):
        found = OPT_OUT.search(line)
        if found and not found["reason"]:
            yield number, f"a lint is switched off without a reason: {line.strip()[:80]}"


def too_long(content: str, most: int) -> Iterator[Finding]:
    """Nobody finds the way in a file of a thousand lines."""
    if (length := len(content.splitlines())) > most:
        yield length, f"more than {most} lines: which two ideas share one room?"
