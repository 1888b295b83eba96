"""A circuit breaker per service: one that does not answer is not asked again by everybody, only by one each second.

Whoever asks meanwhile is refused at once, which costs neither him five seconds nor the service its recovery.
"""

from collections.abc import Awaitable, Callable

from edkit import log, metrics
from edkit.errors import AppError, TimedOut, Unavailable

logger = log.get(__name__)
open_now = metrics.gauge("breaker_open", "1 while a service is not asked because it does not answer", ["service"])
refused_total = metrics.counter("breaker_refused", "Requests refused without asking", ["service"])

FAILURES = 5
"""In a row, until nobody asks any more. One may be a slow query, two a restart."""
REST_S = 1.0
"""Until one request may try whether the service answers again."""
INTERRUPTED = "interrupted"
"""The code of what was begun and never answered. It says nothing about the next request."""


class Resting(Unavailable):
    """The service has not answered lately, so it is not asked (503)."""

    code = "resting"

    def __init__(self, service: str, wait_s: float) -> None:
        super().__init__(
            f"The {service.replace('_', ' ')} has not answered lately and is given a moment. Nothing was changed.",
            retry_after_ms=int(wait_s * 1000) + 1,
        )


class Breaker:
    """Of one service. Only silence counts: a refusal by the service is an answer."""

    def __init__(self, service: str, monotonic: Callable[[], float]) -> None:
        self._service, self._monotonic = service, monotonic
        self._failures = 0
        self._again_at = 0.0
        self._probing = False
        open_now.labels(service).set(0)

    async def call(self, ask: Callable[[], Awaitable[bytes]]) -> bytes:
        """What `ask` answers. Raises Resting without asking while the service does not answer."""
        probing = self._failures >= FAILURES
        if probing:
            self._let_one_through()
        try:
            answer = await ask()
        except (Unavailable, TimedOut) as error:
            if error.code != INTERRUPTED:
                self._failed()
            raise
        except AppError:
            self._answered()
            raise
        finally:
            if probing:
                self._probing = False
        self._answered()
        return answer

    def _let_one_through(self) -> None:
        wait_s = self._again_at - self._monotonic()
        if wait_s > 0 or self._probing:
            refused_total.labels(self._service).inc()
            raise Resting(self._service, max(wait_s, REST_S))
        self._probing = True

    def _failed(self) -> None:
        self._failures += 1
        self._again_at = self._monotonic() + REST_S
        if self._failures == FAILURES:
            open_now.labels(self._service).set(1)
            logger.warning("breaker_opened", to=self._service)

    def _answered(self) -> None:
        if self._failures >= FAILURES:
            open_now.labels(self._service).set(0)
            logger.info("breaker_closed", to=self._service)
        self._failures = 0


class Breakers:
    """One for each service that is asked."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._by_service: dict[str, Breaker] = {}

    def of(self, service: str) -> Breaker:
        breaker = self._by_service.get(service)
        if breaker is None:
            breaker = self._by_service[service] = Breaker(service, self._monotonic)
        return breaker


def in_doubt(error: AppError) -> bool:
    """Whether nobody knows if what was asked has been done."""
    return isinstance(error, TimedOut) or error.code == INTERRUPTED


def honest(error: AppError, *, changes: bool, keyed: bool) -> AppError:
    """The same error in words for the one who asked: what may have been changed, and what is safe to do now."""
    if not in_doubt(error):
        return error
    if not changes:
        words = "No answer came in time. Nothing was changed. Try again in a moment."
    elif keyed:
        words = (
            "No answer came in time, and whether it was done is not known."
            " Send it again with the same Idempotency-Key: it will be done once."
        )
    else:
        words = "No answer came in time, and whether it was done is not known. Look before you try again."
    return type(error)(words, code=error.code, retry_after_ms=error.retry_after_ms)
