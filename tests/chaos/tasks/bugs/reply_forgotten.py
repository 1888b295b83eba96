"""The answer to a request is not kept for callers that repeat it."""

from edkit.runner import Runner
from edkit.service import Runtime

CAUGHT_BY = {"M6"}


def plant() -> None:
    honest = Runner.__init__

    def forgetful(self: Runner, runtime: Runtime) -> None:
        honest(self, runtime)
        self._replies = None

    Runner.__init__ = forgetful
