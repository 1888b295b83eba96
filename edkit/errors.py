"""Errors as data: few, coded, the same on every wire.

A handler raises one; the runner turns it into a reply; the gateway turns the reply into problem+json; a socket turns it
into `{"ok": false, "error": {...}}`. Nothing but what stands here crosses a process boundary.
"""

from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict


class FieldError(BaseModel):
    """One thing wrong with one field of a body. `field` is a dotted path such as `questions.3.options`."""

    model_config = ConfigDict(frozen=True)
    field: str
    message: str


class ErrorData(BaseModel):
    """An error as it travels."""

    model_config = ConfigDict(frozen=True)
    kind: str
    code: str
    message: str
    errors: tuple[FieldError, ...] = ()
    retry_after_ms: int | None = None
    extra: dict[str, Any] = {}


class AppError(Exception):
    """An error that its receiver can act on.

    `kind` picks the HTTP status, `code` names the case for programs, `message` tells a person what happened, what was
    kept and what to do.
    """

    kind: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    code: str = "internal"
    message: str = "Something went wrong on our side. Nothing was changed. Try again."
    kinds: ClassVar[dict[str, type["AppError"]]] = {}

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        errors: tuple[FieldError, ...] = (),
        retry_after_ms: int | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        self.message = message or type(self).message
        self.code = code or type(self).code
        self.errors = errors
        self.retry_after_ms = retry_after_ms
        self.extra = extra or {}
        super().__init__(f"{self.code}: {self.message}")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "kind" in cls.__dict__:
            AppError.kinds[cls.kind] = cls

    def to_data(self) -> ErrorData:
        """What travels. The same data rebuilt by `from_data` raises as the same kind with the same code."""
        return ErrorData(
            kind=self.kind,
            code=self.code,
            message=self.message,
            errors=self.errors,
            retry_after_ms=self.retry_after_ms,
            extra=self.extra,
        )

    @classmethod
    def from_data(cls, data: ErrorData) -> "AppError":
        """The error that `data` was made of; an unknown kind becomes a plain `AppError`."""
        kind = cls.kinds.get(data.kind, AppError)
        return kind(
            data.message, code=data.code, errors=data.errors, retry_after_ms=data.retry_after_ms, extra=data.extra
        )

    @classmethod
    def on(cls, field: str, message: str) -> Self:
        """This error, pointing at one field."""
        return cls(message, errors=(FieldError(field=field, message=message),))


class Malformed(AppError):
    """The bytes are not what the route or event reads at all (400)."""

    kind, status, code = "malformed", 400, "malformed"
    message = "This request could not be read."


class Invalid(AppError):
    """Well formed, but a field breaks a rule (422). `errors` name the fields."""

    kind, status, code = "invalid", 422, "invalid"
    message = "Some fields need another value."


class Unauthenticated(AppError):
    """No token, or one that does not hold (401)."""

    kind, status, code = "unauthenticated", 401, "unauthenticated"
    message = "Sign in to go on."


class Forbidden(AppError):
    """Known, but not allowed by role (403)."""

    kind, status, code = "forbidden", 403, "forbidden"
    message = "Your account may not do this."


class NotFound(AppError):
    """It is not there, or it is not yours; the two are never told apart (404)."""

    kind, status, code = "not_found", 404, "not_found"
    message = "This is not here, or it is not yours."


class Conflict(AppError):
    """The present state forbids it; nothing changed (409)."""

    kind, status, code = "conflict", 409, "conflict"
    message = "The present state does not allow this."


class TooLarge(AppError):
    """A body or file beyond its limit (413)."""

    kind, status, code = "too_large", 413, "too_large"
    message = "This is larger than the limit."


class UnsupportedType(AppError):
    """A media type this route does not read (415)."""

    kind, status, code = "unsupported_type", 415, "unsupported_type"
    message = "This type of content is not read here."


class TooMany(AppError):
    """A rate limit; `retry_after_ms` says when to come back (429)."""

    kind, status, code = "too_many", 429, "too_many"
    message = "Too many requests. Wait a moment."


class Unavailable(AppError):
    """A service or the broker does not answer; nothing is known to have changed (503)."""

    kind, status, code = "unavailable", 503, "unavailable"
    message = "This part of the product does not answer right now. Try again in a moment."


class TimedOut(AppError):
    """No reply within the caller's deadline; the effect is unknown, so repeat with the same id (504)."""

    kind, status, code = "timed_out", 504, "timed_out"
    message = "No answer came in time. It is safe to try again."
