"""Budgets in Redis, shared by all processes: one script, one round trip, the time of Redis.

The answers are noted here, too, so that counting goes on from there while Redis is away. Keys are aliases:
Redis learns no address and no account, and two installations on one Redis count apart. The keys of one call lie in one
place, so this does not run on a Redis Cluster.
"""

import hashlib
from collections.abc import Callable

from edkit.limits import Standing, Step
from edkit.limits.memory import MemoryLimiter
from edkit.redis import LATE_S, Link, RedisGone, RedisRefused
from edkit.seal import Seal

PREFIX = "edtech:limit:"
PATIENCE_S = 0.05

SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local told = {}
for i, key in ipairs(KEYS) do
  local what, interval, tolerance = ARGV[3 * i - 2], tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  local arrival = tonumber(redis.call('GET', key) or '0')
  local owed = math.max(0, arrival - now)
  local used = math.min(owed, tolerance + interval)
  local wait = math.max(0, used - tolerance)
  local after = used
  if what == 'charge' and wait == 0 then after = used + interval end
  if what == 'give back' then after = math.max(0, used - interval) end
  if what == 'forgive' then after = 0 end
  if after == 0 and owed > 0 then
    redis.call('DEL', key)
  elseif after ~= owed then
    redis.call('SET', key, string.format('%.0f', now + after), 'PX', math.ceil(after / 1000))
  end
  told[i] = {wait, used, after}
  if what == 'charge' and wait > 0 then break end
end
return told
"""
"""All times in microseconds. State is the theoretical arrival time; nobody owes more than a whole burst, whatever
happens to the clock of Redis or was written there by others."""
_SHA = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()
_US = 1_000_000


class RedisLimiter:
    """See `edkit.limits.Limiter`."""

    def __init__(
        self,
        url: str,
        monotonic: Callable[[], float],
        seal: Seal,
        *,
        patience_s: float = PATIENCE_S,
        late_s: float = LATE_S,
    ) -> None:
        self._seal = seal
        self._local = MemoryLimiter(monotonic)
        self._link = Link(url, "limits", patience_s=patience_s, late_s=late_s)

    async def run(self, *steps: Step) -> list[Standing]:
        keys, amounts = [], []
        for what, rate, caller in steps:
            keys.append(PREFIX + rate.name + ":" + self._seal.alias(caller))
            amounts += [what, int(rate.interval_s * _US), int(rate.tolerance_s * _US)]
        try:
            try:
                told = await self._link.ask("EVALSHA", _SHA, len(keys), *keys, *amounts)
            except RedisRefused as error:
                if not str(error).startswith("NOSCRIPT") and "No matching script" not in str(error):
                    raise
                told = await self._link.ask("EVAL", SCRIPT, len(keys), *keys, *amounts)
        except (RedisGone, RedisRefused):
            return self._local.run_now(*steps)
        for step, (_, _, after) in zip(steps, told, strict=False):
            self._local.learn(step, after / _US)
        return [Standing(wait / _US, used == 0) for wait, used, _ in told]

    async def close(self) -> None:
        await self._link.close()
