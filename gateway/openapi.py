"""`python -m gateway.openapi` writes `gateway/openapi.json`, which is served, and of which the web's types are made.

With `--check` it only says whether the committed document is current.
"""

import json
import sys
from pathlib import Path

from gateway.api import describe, make_api

DOCUMENT = Path(__file__).parent / "openapi.json"


def current() -> str:
    """The document as it is committed."""
    return json.dumps(describe(make_api()), indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """The exit code: 1 when `--check` finds the committed document out of date."""
    if arguments != ["--check"]:
        DOCUMENT.write_text(current(), encoding="utf-8")
        return 0
    if DOCUMENT.exists() and DOCUMENT.read_text(encoding="utf-8") == current():
        return 0
    sys.stdout.write("gateway/openapi.json is not current: run `python -m gateway.openapi` and commit what changes.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
