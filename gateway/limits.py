"""Who may ask how often. The state is this replica's own: two replicas allow twice as much.

A class sits behind one address, so addresses get a wide budget and people a narrow one.
"""

from collections.abc import Callable
from typing import Final

from edkit.errors import TooMany
from edkit.service import Runtime
from edkit.sockets.admission import household
from gateway.rules.folding import fold
from gateway.rules.rates import Rate, judge

PER_USER: Final = Rate(per_second=10, burst=100)
PER_ADDRESS: Final = Rate(per_second=200, burst=5000)
"""A school hall of 1,000 phones fetches a picture per question."""
SIGN_INS: Final = Rate(per_second=1 / 20, burst=8)
"""Of one account from one address."""
SIGN_INS_OF_ADDRESS: Final = Rate(per_second=2, burst=200)
"""Failed ones from one address, whatever the account: each costs a fifth of a second of CPU."""
WRONG_PASSWORDS: Final = Rate(per_second=1 / 5, burst=60)
"""Of one account from everywhere."""
REGISTRATIONS: Final = Rate(per_second=2, burst=500)
"""From one address: a school in its first lesson."""
WRONG_PINS: Final = Rate(per_second=1, burst=60)
"""Failed look-ups from one address: a class that mistypes twice each."""
WRONG_PINS_EVERYWHERE: Final = Rate(per_second=20, burst=600)
"""A million PINs at twenty a second: hours for one live game, however many addresses take turns."""
WRONG_CODES: Final = Rate(per_second=1 / 10, burst=10)
"""Failed class codes of one person."""

MOST_CALLERS = 50_000


class Limiter:
    """One rate over many callers. Callers whose burst is whole again are forgotten."""

    def __init__(self, rate: Rate, monotonic: Callable[[], float]) -> None:
        self._rate, self._monotonic = rate, monotonic
        self._arrivals: dict[str, float] = {}

    def charge(self, caller: str) -> float:
        """Count one request. Seconds to wait if it is too many, 0 if it may pass."""
        now = self._monotonic()
        verdict = judge(self._rate, self._arrivals.get(caller, 0.0), now)
        if verdict.allowed:
            self._arrivals[caller] = verdict.arrival
            if len(self._arrivals) > MOST_CALLERS:
                self._forget(now)
        return verdict.wait_s

    def wait(self, caller: str) -> float:
        """What `charge` would answer, without counting."""
        return judge(self._rate, self._arrivals.get(caller, 0.0), self._monotonic()).wait_s

    def fresh(self, caller: str) -> bool:
        """Whether the caller has its whole burst."""
        return self._arrivals.get(caller, 0.0) <= self._monotonic()

    def give_back(self, caller: str) -> None:
        """Uncount one request."""
        if caller in self._arrivals:
            self._arrivals[caller] -= 1 / self._rate.per_second

    def forgive(self, caller: str) -> None:
        """Forget what the caller has used."""
        self._arrivals.pop(caller, None)

    def _forget(self, now: float) -> None:
        self._arrivals = {caller: arrival for caller, arrival in self._arrivals.items() if arrival > now}
        while len(self._arrivals) > MOST_CALLERS:
            self._arrivals.pop(next(iter(self._arrivals)))


class Limits:
    """All limits of one gateway. Every method raises TooMany with the time to wait, or returns."""

    def __init__(self, runtime: Runtime) -> None:
        self._on = runtime.settings.rate_limits
        monotonic = runtime.clock.monotonic
        self._users = Limiter(PER_USER, monotonic)
        self._addresses = Limiter(PER_ADDRESS, monotonic)
        self._sign_ins = Limiter(SIGN_INS, monotonic)
        self._sign_ins_from = Limiter(SIGN_INS_OF_ADDRESS, monotonic)
        self._wrong_passwords = Limiter(WRONG_PASSWORDS, monotonic)
        self._registrations = Limiter(REGISTRATIONS, monotonic)
        self._wrong_pins = Limiter(WRONG_PINS, monotonic)
        self._wrong_pins_everywhere = Limiter(WRONG_PINS_EVERYWHERE, monotonic)
        self._right_pins: dict[tuple[str, str], None] = {}
        self._wrong_codes = Limiter(WRONG_CODES, monotonic)

    def _refuse(self, wait_s: float, message: str | None = None) -> None:
        if wait_s and self._on:
            raise TooMany(message, retry_after_ms=int(wait_s * 1000) + 1)

    def user(self, user_id: str) -> None:
        """Any request of one person."""
        self._refuse(self._users.charge(user_id))

    def address(self, address: str) -> None:
        """Any request from one address."""
        self._refuse(self._addresses.charge(household(address)))

    def sign_in(self, account: str, address: str) -> None:
        """A try to prove who one is: by password or by reset code. `signed_in` or `not_signed_in` follows.

        When guesses from everywhere have used up an account's budget, only addresses that guessed lately wait, so
        that nobody can lock its owner out.
        """
        here = household(address)
        guessed = not self._sign_ins.fresh(f"{here} {fold(account)}")
        words = "Too many tries for this account. Wait a moment, then try again."
        self._refuse(self._sign_ins_from.charge(here), "Too many failed tries from here. Wait a moment.")
        self._refuse(self._sign_ins.charge(f"{here} {fold(account)}"), words)
        if guessed:
            self._refuse(self._wrong_passwords.wait(fold(account)), words)

    def signed_in(self, account: str, address: str) -> None:
        """The try was good: it and those before it count no longer."""
        self._sign_ins.forgive(f"{household(address)} {fold(account)}")
        self._sign_ins_from.give_back(household(address))

    def not_signed_in(self, account: str) -> None:
        """The try was bad."""
        self._wrong_passwords.charge(fold(account))

    def registration(self, address: str) -> None:
        """A new account."""
        self._refuse(
            self._registrations.charge(household(address)), "Many accounts were made from here. Wait a moment."
        )

    def before_pin(self, address: str, pin: str) -> None:
        """Before a PIN is looked up. Good look-ups cost nothing, so a class never waits for its own success, and a PIN
        that was right from this address stays open to it, so that one who guesses locks no class out.

        When guesses from everywhere have used up the common budget, only addresses that guessed lately wait.
        """
        if (household(address), pin) in self._right_pins:
            return
        words = "Too many wrong PINs from here. Wait a moment, then type the digits on the board."
        self._refuse(self._wrong_pins.wait(household(address)), words)
        if not self._wrong_pins.fresh(household(address)):
            self._refuse(self._wrong_pins_everywhere.wait(""), words)

    def right_pin(self, address: str, pin: str) -> None:
        """A live game has this PIN."""
        self._right_pins[household(address), pin] = None
        if len(self._right_pins) > MOST_CALLERS:
            self._right_pins.pop(next(iter(self._right_pins)))

    def wrong_pin(self, address: str) -> None:
        """A PIN that no live game has was looked up."""
        self._wrong_pins.charge(household(address))
        self._wrong_pins_everywhere.charge("")

    def before_code(self, user_id: str) -> None:
        """Before a class code is looked up."""
        self._refuse(
            self._wrong_codes.wait(user_id), "Too many wrong codes. Wait a moment, then check with your teacher."
        )

    def wrong_code(self, user_id: str) -> None:
        """A code that no class has was tried."""
        self._wrong_codes.charge(user_id)
