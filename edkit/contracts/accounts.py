"""Accounts: who somebody is, how they sign in, and what the other services hear of it."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from edkit.contracts.common import Id, Line, Nothing, Time
from edkit.message import Event, Frozen, Notice, Request

UserRole = Literal["student", "teacher", "admin"]
Email = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]+$")
]
"""An address with one @. Schools use names that no public register knows, so nothing more is asked of it."""

Password = Annotated[str, Field(max_length=200)]
RefreshToken = Annotated[str, Field(min_length=1, max_length=300)]
Device = Annotated[str, Field(max_length=64)]
"""A fingerprint of the browser or program that signs in; it binds the grace of a refresh token."""


class User(Frozen):
    """An account as its owner sees it."""

    id: Id
    email: str
    name: str
    role: UserRole
    created_at: Time


class NewAccount(Frozen):
    """What somebody fills in to get an account. `invite_code` is asked for where registration is by invitation."""

    email: Email
    password: Password = Field(repr=False)
    name: Line
    role: Literal["student", "teacher"]
    invite_code: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] | None = None


class Credentials(Frozen):
    """What somebody signs in with."""

    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)]
    password: Password = Field(repr=False)


class RefreshFields(Frozen):
    """The refresh token of an API client; a browser leaves it out, since its cookie holds it."""

    refresh_token: RefreshToken | None = Field(default=None, repr=False)


class AccountChanges(Frozen):
    """What somebody changes about their account. A new password or e-mail needs the current password."""

    name: Line | None = None
    email: Email | None = None
    new_password: Password | None = Field(default=None, repr=False)
    current_password: Password | None = Field(default=None, repr=False)


class PasswordReset(Frozen):
    """A student's new password, with the one-time code of their teacher."""

    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)]
    code: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20)]
    new_password: Password = Field(repr=False)


class SignedIn(Frozen):
    """Tokens of one sign-in. `expires_in` is the life of the access token in seconds.

    A browser gets no `refresh_token` here; its cookie holds it.
    """

    user: User
    access_token: str = Field(repr=False)
    refresh_token: str | None = Field(default=None, repr=False)
    expires_in: int


class Renewal(Frozen):
    """The outcome of showing a refresh token: new tokens, or none when it does not hold."""

    signed_in: SignedIn | None = None


class ResetOutcome(Frozen):
    """Whether the code held and the password was changed."""

    done: bool


class ExportedFile(Frozen):
    """A file of an export: its name in the zip, and its content as a JSON value."""

    name: str
    content: Any


class Register(Request[SignedIn]):
    """Make an account and sign in. Conflict `email_taken`; Forbidden `registration_closed` or `invite_needed`."""

    service = "gateway"
    account: NewAccount
    device: Device = ""


class SignIn(Request[SignedIn]):
    """Begin a session. Unauthenticated `wrong_credentials`, in the same time whether or not the account exists."""

    service = "gateway"
    credentials: Credentials
    device: Device = ""


class RenewSession(Request[Renewal]):
    """Swap a refresh token for its successor.

    The token before the current one brings the same successor for 10 s on the same device, and to whoever asked before
    the swap (`asked_at`, epoch ms), so that a lost answer or a second tab signs nobody out. Any older one, or the same
    later, or from a program that names no device, ends the session.
    """

    service = "gateway"
    refresh_token: RefreshToken = Field(repr=False)
    device: Device = ""
    asked_at: int


class SignOut(Request[Nothing]):
    """End the session of the refresh token, and the actor's own. A token that does not hold is no error."""

    service = "gateway"
    refresh_token: RefreshToken | None = Field(default=None, repr=False)


class GetAccount(Request[User]):
    """The actor's account."""

    service = "gateway"


class ChangeAccount(Request[User]):
    """Change the actor's account. A new password ends all other sessions."""

    service = "gateway"
    changes: AccountChanges


class EraseAccount(Request[Nothing]):
    """Erase the actor's account with everything the gateway holds; announces `UserErased`."""

    service = "gateway"


class ExportAccount(Request[tuple[ExportedFile, ...]]):
    """Everything the gateway holds about the actor."""

    service = "gateway"


class ExportQuizData(Request[tuple[ExportedFile, ...]]):
    """What the quiz service holds about the actor beside their quizzes and reports: `files.json` lists their uploads,
    `results.json` their own rows in the reports of other people's games, `drafts.json` holds what was proposed to them
    and the texts it was made of.
    """

    service = "quiz_service"


class CheckSession(Request[Nothing]):
    """Whether the actor's session has not ended. Unauthenticated `signed_out` otherwise."""

    service = "gateway"


class ResetPassword(Request[ResetOutcome]):
    """Set a student's password with a teacher's code. A code holds one hour, once, and five tries."""

    service = "gateway"
    reset: PasswordReset


class LoggedOut(Notice):
    """A session has ended (`session_id`), or all sessions of the user (none): tokens of it hold no longer."""

    user_id: Id
    session_id: Id | None = None


class UserErased(Event):
    """The account is gone for ever: forget or anonymise what belongs to it."""

    user_id: Id
