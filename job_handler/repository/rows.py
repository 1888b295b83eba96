"""What is read of a row."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from edkit.contracts.jobs import TERMINAL, Job, JobEnded, JobError, JobStep
from job_handler.kinds import Kind


def job_of(row: Any) -> Job:
    """The job as its owner sees it."""
    running = row.status == "running" and row.expected_ms is not None
    return Job(
        id=row.id,
        kind=row.kind,
        title=row.title,
        status=row.status,
        progress=row.progress / 1000,
        stage=row.stage,
        remaining_ms=row.expected_ms * (1000 - row.progress) // 1000 if running else None,
        attempts=row.attempts,
        result=row.result,
        error=None if row.error is None else JobError.model_validate(row.error),
        engine=row.engine,
        created_at=_time(row.created_at),
        updated_at=_time(row.updated_at),
        finished_at=None if row.finished_at is None else _time(row.finished_at),
        version=row.version,
    )


def ended_of(row: Any) -> JobEnded:
    """What everybody is told of the end."""
    if row.status not in TERMINAL:
        raise ValueError(f"{row.id} has not ended")
    return JobEnded(
        job_id=row.id,
        version=row.version,
        owner=row.owner,
        job_kind=row.kind,
        title=row.title,
        status=row.status,
        result=row.result,
        error=None if row.error is None else JobError.model_validate(row.error),
        engine=row.engine,
    )


def steps_of(kind: Kind, rows: Mapping[str, Any]) -> tuple[JobStep, ...]:
    """Every step of the kind, begun or not."""
    return tuple(
        JobStep(
            name=step.name,
            label=step.label,
            after=step.after,
            state="pending" if (row := rows.get(step.name)) is None else row.state,
            attempts=0 if row is None else row.attempts,
            started_at=None if row is None else _time(row.started_at),
            spent_ms=None if row is None else row.spent_ms,
            error=None if row is None or row.error is None else JobError.model_validate(row.error),
        )
        for step in kind.steps
    )


def _time(millis: int) -> datetime:
    return datetime.fromtimestamp(millis / 1000, UTC)
