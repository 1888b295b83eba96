"""How jobs are refused, and how they end badly."""

from edkit.contracts.jobs import JobError
from edkit.errors import AppError, Conflict, Invalid, NotFound, TooMany

RETRIED = frozenset({"unavailable", "timed_out", "internal"})
"""Kinds of error that may be gone the next time. All others end a job at once."""
FINAL = frozenset({"invalid", "not_found", "forbidden"})
"""Kinds of error that lie in what was asked for: the same again ends in the same way."""


class JobNotFound(NotFound):
    """No job has this id, or it is somebody else's."""

    code = "job_not_found"
    message = "This job is not here, or it is not yours."


class JobNotFailed(Conflict):
    """Only what failed or was cancelled can be tried again."""

    code = "job_not_failed"
    message = "This job has not failed, so there is nothing to try again."


class UnknownKind(Invalid):
    """Nobody here knows how to do this."""

    code = "unknown_kind"
    message = "This installation cannot do this kind of job. Update it, then try again."


class DailyQuota(TooMany):
    """This person has asked for too much today."""

    code = "daily_quota"
    message = "You have asked for as many as one person may on one day. Try again tomorrow."


class WorkerDied(AppError):
    """The process was killed by this step, again and again."""

    code = "worker_died"
    message = "This could not be done: it brought down its worker several times. Try with a smaller part of it."


class TookTooLong(AppError):
    """A step did not end within its time."""

    kind, code = "timed_out", "took_too_long"
    message = "This took too long. It is safe to try again."


class LeaseLost(Exception):
    """Another worker has the job now, or it has ended: stop, and write nothing."""


def told(error: Exception) -> JobError:
    """What is told of an error: its own words if they are for people."""
    shown = error if isinstance(error, AppError) else AppError("Something went wrong on our side. Try again.")
    first = shown.errors[0].message if shown.errors else shown.message
    return JobError(code=shown.code, message=first, final=shown.kind in FINAL)
