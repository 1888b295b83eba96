"""How often is too often: for one socket, for one person, and for wrong PINs from one address."""

from collections import OrderedDict

from edkit.clock import Clock
from edkit.errors import TooMany
from edkit.limits import Limiter, charge, look
from edkit.limits.gcra import Rate
from edkit.sockets.admission import household

FAILED = Rate("game-pin", per_second=1, burst=60)
"""Wrong PINs from one address; a whole class sits behind one."""
ALL_FAILED = Rate("game-pins", per_second=2_000 / 60, burst=2_000)
RIGHT = Rate("game-right-pin", per_second=1 / (12 * 3600), burst=1)
"""Not a limit but a note: who has used it up, knows a PIN that was right, for half a day."""
KEYS = 10_000


class Bucket:
    """Lets `rate` a second pass, and `most` at once."""

    __slots__ = ("_clock", "_filled_at", "_level", "_most", "_rate")

    def __init__(self, clock: Clock, rate: float, most: float) -> None:
        self._clock, self._rate, self._most = clock, rate, most
        self._level, self._filled_at = most, clock.monotonic()

    def take(self) -> int:
        """Milliseconds to wait before the next may pass; 0 when this one may."""
        if self.level < 1:
            return max(1, int((1 - self._level) / self._rate * 1000))
        self._level -= 1
        return 0

    @property
    def level(self) -> float:
        """How many may pass at once now."""
        now = self._clock.monotonic()
        self._level = min(self._most, self._level + (now - self._filled_at) * self._rate)
        self._filled_at = now
        return self._level


class Buckets:
    """A bucket for each key; the keys that were longest unused are forgotten, their buckets full again."""

    def __init__(self, clock: Clock, rate: float, most: float) -> None:
        self._clock, self._rate, self._most = clock, rate, most
        self._by_key: OrderedDict[str, Bucket] = OrderedDict()

    def of(self, key: str) -> Bucket:
        """The bucket of this key."""
        bucket = self._by_key.setdefault(key, Bucket(self._clock, self._rate, self._most))
        self._by_key.move_to_end(key)
        if len(self._by_key) > KEYS:
            self._by_key.popitem(last=False)
        return bucket


class Lookups:
    """Failed look-ups of PINs, by address and altogether, counted by the engine of limits. Right ones never count.

    A PIN by which somebody at an address came into a game stays open to that address, so that one who guesses locks no
    class out that sits behind the same one. The common budget binds only addresses that guessed lately.
    """

    def __init__(self, limiter: Limiter) -> None:
        self._run = limiter.run

    async def check(self, address: str, pin: str) -> None:
        """Raises TooMany while this address, or everybody together, has guessed too often to try this PIN."""
        home = household(address)
        right, here, everywhere = await self._run(
            look(RIGHT, f"{home} {pin}"), look(FAILED, home), look(ALL_FAILED, "")
        )
        if right.fresh and (here.wait_s > 0 or (not here.fresh and everywhere.wait_s > 0)):
            raise TooMany("Too many wrong PINs came from here. Wait a moment.", retry_after_ms=5_000)

    async def failed(self, address: str) -> None:
        """A PIN from this address led nowhere."""
        await self._run(charge(FAILED, household(address)), charge(ALL_FAILED, ""))

    async def right(self, address: str, pin: str) -> None:
        """Somebody at this address is in the game with this PIN."""
        await self._run(charge(RIGHT, f"{household(address)} {pin}"))
