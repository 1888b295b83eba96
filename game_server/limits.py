"""How often is too often: for one socket, for one person, and for wrong PINs from one address."""

from collections import OrderedDict

from edkit.clock import Clock
from edkit.errors import TooMany
from edkit.sockets.admission import household

FAILED_PER_MINUTE = 60
"""Wrong PINs from one address; a whole class sits behind one."""
FAILED_AT_ALL_PER_MINUTE = 2_000
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
    """Failed look-ups of PINs, by address and altogether. Right ones are never counted.

    A PIN by which somebody at an address came into a game stays open to that address, so that one who guesses locks no
    class out that sits behind the same one. The common budget binds only addresses that guessed lately.
    """

    def __init__(self, clock: Clock) -> None:
        self._all = Bucket(clock, FAILED_AT_ALL_PER_MINUTE / 60, FAILED_AT_ALL_PER_MINUTE)
        self._by_address = Buckets(clock, FAILED_PER_MINUTE / 60, FAILED_PER_MINUTE)
        self._right: OrderedDict[tuple[str, str], None] = OrderedDict()

    def check(self, address: str, pin: str) -> None:
        """Raises TooMany while this address, or everybody together, has guessed too often to try this PIN."""
        home = household(address)
        if (home, pin) in self._right:
            return
        level = self._by_address.of(home).level
        if level < 1 or (level < FAILED_PER_MINUTE and self._all.level < 1):
            raise TooMany("Too many wrong PINs came from here. Wait a moment.", retry_after_ms=5_000)

    def failed(self, address: str) -> None:
        """A PIN from this address led nowhere."""
        self._by_address.of(household(address)).take()
        self._all.take()

    def right(self, address: str, pin: str) -> None:
        """Somebody at this address is in the game with this PIN."""
        self._right[household(address), pin] = None
        self._right.move_to_end((household(address), pin))
        if len(self._right) > KEYS:
            self._right.popitem(last=False)
