"""Planted bugs of the way between HTTP and a service; see `tests.chaos.tasks.bugs`."""

from pathlib import Path

BUGS = tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__"))
