"""Nobody asks whether a message was handled before."""

from edkit.runner import Runner
from edkit.service import Runtime

CAUGHT_BY = {"M2"}


def plant() -> None:
    honest = Runner.__init__

    def forgetful(self: Runner, runtime: Runtime) -> None:
        honest(self, runtime)
        self._inbox = None

    Runner.__init__ = forgetful
