"""Planted bugs, one a file: `plant()` replaces functions in the process, `CAUGHT_BY` says which invariants see it.

They exist so that the checker can be shown to catch them. Nothing of the product knows them.
"""

from pathlib import Path

BUGS = tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__"))
