"""What the three services say to each other.

teller --Book--> ledger --Work, AccountChanged--> worker --WorkDone--> ledger
"""

from typing import Literal

from edkit.message import Event, Frozen, Request, Task

Plan = Literal["plain", "twice", "slow", "poison", "rollback", "die_before", "die_after", "die_often"]
"""What is to happen to an operation. `twice` fails twice and then succeeds; those that die take their process along:
before or right after the commit, or six times before they get through."""


class Booked(Frozen):
    """The answer to Book: `op` is what was asked, `version` what the account has reached."""

    op: str
    account: str
    version: int


class Book(Request[Booked]):
    """Write an entry, move the account on by one, and tell both. `hold_ms` keeps the transaction open."""

    service = "ledger"
    op: str
    account: str
    plan: Plan = "plain"
    stumbles: int = 0
    hold_ms: int = 0


class Marked(Frozen):
    """The answer to Ask: the mark that was asked with."""

    mark: str


class Ask(Request[Marked]):
    """Read something, take `ms` over it, and give the mark back."""

    service = "ledger"
    mark: str
    ms: int = 0


class Work(Task):
    """Make one effect."""

    service = "worker"
    op: str
    plan: Plan


class WorkDone(Event):
    """The effect of an operation has been made."""

    op: str


class AccountChanged(Event):
    """An account has reached `version`. Its consumer fails `stumbles` times first, so that later versions overtake."""

    op: str
    account: str
    version: int
    stumbles: int = 0
