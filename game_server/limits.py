"""How often is too often: for one socket, and for wrong PINs from one address."""

from collections import OrderedDict

from edkit.clock import Clock
from edkit.errors import TooMany

FAILED_PER_MINUTE = 60
"""Wrong PINs from one address; a whole class sits behind one."""
FAILED_AT_ALL_PER_MINUTE = 2_000
ADDRESSES = 10_000


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


class Lookups:
    """Failed look-ups of PINs, by address and altogether. Right ones are never counted."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._all = Bucket(clock, FAILED_AT_ALL_PER_MINUTE / 60, FAILED_AT_ALL_PER_MINUTE)
        self._by_address: OrderedDict[str, Bucket] = OrderedDict()

    def check(self, address: str) -> None:
        """Raises TooMany while this address, or everybody together, has guessed too often."""
        own = self._by_address.get(address)
        if self._all.level < 1 or (own is not None and own.level < 1):
            raise TooMany("Too many wrong PINs came from here. Wait a moment.", retry_after_ms=5_000)

    def failed(self, address: str) -> None:
        """A PIN from this address led nowhere."""
        if address not in self._by_address:
            self._by_address[address] = Bucket(self._clock, FAILED_PER_MINUTE / 60, FAILED_PER_MINUTE)
            if len(self._by_address) > ADDRESSES:
                self._by_address.popitem(last=False)
        self._by_address[address].take()
        self._all.take()
