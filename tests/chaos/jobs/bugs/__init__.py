"""Planted bugs, one a file: `plant()` replaces functions in the process, `CAUGHT_BY` says which invariants see it and
`STRIKES` what brings it to light."""

from pathlib import Path

BUGS = tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__"))
