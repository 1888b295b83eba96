"""The product with one planted bug: `python -m tests.chaos.calls.buggy_server BUG up`. For the self-test only."""

import sys
from importlib import import_module

from edkit.cli import main

if __name__ == "__main__":
    import_module(f"tests.chaos.calls.bugs.{sys.argv.pop(1)}").plant()
    sys.exit(main())
