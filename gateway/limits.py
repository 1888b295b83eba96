"""Who may ask how often, counted by whatever `EDTECH_LIMITS_URL` names: for this replica, or for all together.

A class sits behind one address, so addresses get a wide budget and people a narrow one.
"""

from typing import Final

from edkit.errors import TooMany
from edkit.limits import Step, charge, look
from edkit.limits.gcra import Rate
from edkit.service import Runtime
from edkit.sockets.admission import household
from gateway.rules.folding import fold

PER_USER: Final = Rate("user", per_second=10, burst=100)
PER_ADDRESS: Final = Rate("address", per_second=200, burst=5000)
"""A school hall of 1,000 phones fetches a picture per question."""
SIGN_INS: Final = Rate("sign-in", per_second=1 / 20, burst=8)
"""Of one account from one address."""
SIGN_INS_OF_ADDRESS: Final = Rate("sign-in-from", per_second=2, burst=200)
"""Failed ones from one address, whatever the account: each costs a fifth of a second of CPU."""
WRONG_PASSWORDS: Final = Rate("wrong-password", per_second=1 / 5, burst=60)
"""Of one account from everywhere."""
REGISTRATIONS: Final = Rate("registration", per_second=2, burst=500)
"""From one address: a school in its first lesson."""
WRONG_PINS: Final = Rate("wrong-pin", per_second=1, burst=60)
"""Failed look-ups from one address: a class that mistypes twice each."""
WRONG_PINS_EVERYWHERE: Final = Rate("wrong-pins", per_second=20, burst=600)
"""A million PINs at twenty a second: hours for one live game, however many addresses take turns."""
RIGHT_PINS: Final = Rate("right-pin", per_second=1 / (12 * 3600), burst=1)
"""Not a limit but a note: who has used it up, knows a PIN that was right, for half a day."""
WRONG_CODES: Final = Rate("wrong-code", per_second=1 / 10, burst=10)
"""Failed class codes of one person."""


class Limits:
    """All limits of the gateway. Every method raises TooMany with the time to wait, or returns."""

    def __init__(self, runtime: Runtime) -> None:
        self._on, self._run = runtime.settings.rate_limits, runtime.limits.run

    async def _charge(self, *charges: tuple[Step, str | None]) -> None:
        """Count these; what refuses says so in its own words."""
        if not self._on:
            return
        standings = await self._run(*(step for step, _ in charges))
        for standing, (_, words) in zip(standings, charges, strict=False):
            _refuse(standing.wait_s, words)

    async def visit(self, address: str, user_id: str | None) -> None:
        """Any request from one address, and of one person where it is known already whose it is."""
        steps = [charge(PER_ADDRESS, household(address))]
        if user_id is not None:
            steps.append(charge(PER_USER, user_id))
        await self._charge(*((step, None) for step in steps))

    async def user(self, user_id: str) -> None:
        """A request of a person whom `visit` did not know yet."""
        await self._charge((charge(PER_USER, user_id), None))

    async def sign_in(self, account: str, address: str) -> None:
        """A try to prove who one is: by password or by reset code. `signed_in` or `not_signed_in` follows.

        When guesses from everywhere have used up an account's budget, only addresses that guessed lately wait, so
        that nobody can lock its owner out.
        """
        if not self._on:
            return
        here, whose = household(address), fold(account)
        standings = await self._run(
            charge(SIGN_INS_OF_ADDRESS, here), charge(SIGN_INS, f"{here} {whose}"), look(WRONG_PASSWORDS, whose)
        )
        _refuse(standings[0].wait_s, "Too many failed tries from here. Wait a moment.")
        words = "Too many tries for this account. Wait a moment, then try again."
        _refuse(standings[1].wait_s, words)
        if not standings[1].fresh:
            _refuse(standings[2].wait_s, words)

    async def signed_in(self, account: str, address: str) -> None:
        """The try was good: it and those before it count no longer."""
        here = household(address)
        await self._count(
            Step("forgive", SIGN_INS, f"{here} {fold(account)}"), Step("give back", SIGN_INS_OF_ADDRESS, here)
        )

    async def not_signed_in(self, account: str) -> None:
        """The try was bad."""
        await self._count(charge(WRONG_PASSWORDS, fold(account)))

    async def registration(self, address: str) -> None:
        """A new account."""
        words = "Many accounts were made from here. Wait a moment."
        await self._charge((charge(REGISTRATIONS, household(address)), words))

    async def before_pin(self, address: str, pin: str) -> None:
        """Before a PIN is looked up. Good look-ups cost nothing, so a class never waits for its own success, and a PIN
        that was right from this address stays open to it, so that one who guesses locks no class out.

        When guesses from everywhere have used up the common budget, only addresses that guessed lately wait.
        """
        if not self._on:
            return
        home = household(address)
        right, here, everywhere = await self._run(
            look(RIGHT_PINS, f"{home} {pin}"), look(WRONG_PINS, home), look(WRONG_PINS_EVERYWHERE, "")
        )
        if not right.fresh:
            return
        words = "Too many wrong PINs from here. Wait a moment, then type the digits on the board."
        _refuse(here.wait_s, words)
        if not here.fresh:
            _refuse(everywhere.wait_s, words)

    async def right_pin(self, address: str, pin: str) -> None:
        """A live game has this PIN."""
        await self._count(charge(RIGHT_PINS, f"{household(address)} {pin}"))

    async def wrong_pin(self, address: str) -> None:
        """A PIN that no live game has was looked up."""
        await self._count(charge(WRONG_PINS, household(address)), charge(WRONG_PINS_EVERYWHERE, ""))

    async def before_code(self, user_id: str) -> None:
        """Before a class code is looked up."""
        words = "Too many wrong codes. Wait a moment, then check with your teacher."
        await self._charge((look(WRONG_CODES, user_id), words))

    async def wrong_code(self, user_id: str) -> None:
        """A code that no class has was tried."""
        await self._count(charge(WRONG_CODES, user_id))

    async def _count(self, *steps: Step) -> None:
        if self._on:
            await self._run(*steps)


def _refuse(wait_s: float, message: str | None = None) -> None:
    if wait_s:
        raise TooMany(message, retry_after_ms=int(wait_s * 1000) + 1)
