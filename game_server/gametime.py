"""The one time of all games: epoch milliseconds as the database counts them, never stepping.

Deadlines are stored in it, so every server must mean the same instant. On SQLite there is one machine, and its clock is
that time. On a database server it is this machine's monotonic counter plus an offset, asked for every five seconds and
approached by at most one millisecond in a hundred, so that it neither jumps nor runs backwards.
"""

from sqlalchemy import text

from edkit import log, metrics
from edkit.clock import Clock
from edkit.db import Database

logger = log.get(__name__)
offset_seconds = metrics.gauge("game_time_error_seconds", "How far game time was from the database at the last look")

EVERY_S = 5
SLEW = 100
"""One millisecond of correction in this many."""
LOOKS = 5
"""The quickest answer of so many is the least wrong, by half its round trip at most."""

_QUERY = text("SELECT CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)")


class GameTime:
    """`now` in epoch milliseconds. Call `estimate` once before serving, then `follow` for as long as it runs."""

    def __init__(self, clock: Clock, database: Database) -> None:
        self._clock, self._database = clock, database
        self._shared = database.dialect == "mysql"
        self._base_s = clock.monotonic()
        self._base_ms = float(clock.now())
        self._error_ms = 0.0
        """What remained to be corrected at the base instant."""

    def now(self) -> int:
        return int(self._at(self._clock.monotonic())) if self._shared else self._clock.now()

    async def estimate(self, *, step: bool = False) -> None:
        """Ask the database for the time; `step` takes it over at once, as only a server that has not spoken yet may."""
        if not self._shared:
            return
        looks = [await self._look() for _ in range(LOOKS)]
        trip, theirs, then = min(looks)
        now = self._clock.monotonic()
        theirs += trip * 500 + (now - then) * 1000
        self._base_ms, self._base_s = (theirs if step else self._at(now)), now
        self._error_ms = theirs - self._base_ms
        offset_seconds.set(self._error_ms / 1000)

    async def _look(self) -> tuple[float, float, float]:
        """A round trip in seconds, what the database said on it, and when its answer came."""
        before = self._clock.monotonic()
        ((theirs,),) = await self._database.rows(_QUERY)
        after = self._clock.monotonic()
        return after - before, float(theirs), after

    async def follow(self) -> None:
        """Keep the offset right, for ever."""
        while True:
            await self._clock.sleep(EVERY_S)
            try:
                await self.estimate()
            except Exception:
                logger.exception("game_time_not_estimated")

    def _at(self, monotonic: float) -> float:
        passed = (monotonic - self._base_s) * 1000
        slewed = min(abs(self._error_ms), passed / SLEW)
        return self._base_ms + passed + (slewed if self._error_ms > 0 else -slewed)
