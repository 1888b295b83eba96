"""Reads one file and ends: `python -m quiz_service.importing.child FORMAT`, name, a zero byte and the file on stdin.

Limits come first, so that whatever the file provokes ends here: 700 MB of memory, 15 s of processor time, no new files.
Answers with a `Parsed` (exit 0) or an `ErrorData` (exit `REFUSED`) as JSON on stdout; any other end means "too hard".
"""

import resource
import sys
from typing import cast

MEMORY_MAX = 700_000_000
CPU_SECONDS = 15


def main() -> int:
    """Reads stdin to its end; returns the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from pydantic import TypeAdapter

    from edkit.contracts.quizzes import ImportFormat
    from edkit.errors import Invalid
    from quiz_service.importing.formats import REFUSED, read
    from quiz_service.importing.parsed import Parsed

    name, _, data = sys.stdin.buffer.read().partition(b"\0")
    try:
        parsed = read(data, name.decode(errors="replace"), cast(ImportFormat, sys.argv[1]))
    except Invalid as error:
        sys.stdout.buffer.write(error.to_data().model_dump_json().encode())
        return REFUSED
    sys.stdout.buffer.write(TypeAdapter(Parsed).dump_json(parsed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
