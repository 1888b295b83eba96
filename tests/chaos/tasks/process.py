"""One process of the proof: `python -m tests.chaos.tasks.process worker`, or several services joined by `+`.

`CHAOS_BUG` names a planted bug; the product has no switch for it.
"""

import os
import sys
from importlib import import_module
from typing import Any

import uvloop

from edkit import launch, log
from edkit.settings import Settings
from tests.chaos.tasks import watch
from tests.chaos.tasks.table import TABLE


def main() -> None:
    opens = launch.open_broker

    def open_watched(*given: Any, **named: Any) -> watch.WatchedBroker:
        return watch.WatchedBroker(opens(*given, **named))

    launch.open_broker = open_watched
    if bug := os.environ.get("CHAOS_BUG"):
        import_module(f"tests.chaos.tasks.bugs.{bug}").plant()
    settings = Settings.load()
    log.configure(settings.log_level)
    uvloop.run(launch.up(settings, sys.argv[1].split("+"), table=TABLE))


if __name__ == "__main__":
    main()
