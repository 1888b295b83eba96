"""`edtech jobs list|show|retry|cancel`: what operators look at and steer, whoever owns it."""

import argparse
import sys
from collections.abc import Callable, Sequence

from edkit.contracts.jobs import CancelJob, GetJob, GetJobSteps, Job, JobQuery, ListJobs, RetryJob
from edkit.errors import AppError
from edkit.message import SYSTEM, Actor, Request
from edkit.runner import LocalCalls
from edkit.service import Command, Runtime

OPERATOR = Actor(id=SYSTEM.id, role="admin")
PAGE = 100


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _line(job: Job) -> str:
    what = job.error.message if job.error is not None else job.stage
    return f"{job.id}  {job.status:<9}  {job.progress:>4.0%}  {job.kind}  {job.updated_at:%Y-%m-%d %H:%M:%S}  {what}"


async def _listed(calls: LocalCalls, status: str | None, limit: int) -> list[Job]:
    found: list[Job] = []
    cursor: str | None = None
    while len(found) < limit:
        query = JobQuery(limit=min(PAGE, limit - len(found)), cursor=cursor, status=status)
        page = await calls.call(ListJobs(query=query, everybody=True), actor=OPERATOR)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    return found


async def _list(runtime: Runtime, chosen: argparse.Namespace) -> int:
    status = "failed" if chosen.failed else chosen.status
    for job in await _listed(LocalCalls(runtime), status, chosen.limit):
        _say(_line(job))
    return 0


async def _show(runtime: Runtime, chosen: argparse.Namespace) -> int:
    calls = LocalCalls(runtime)
    try:
        job = await calls.call(GetJob(job_id=chosen.id), actor=OPERATOR)
        steps = await calls.call(GetJobSteps(job_id=chosen.id), actor=OPERATOR)
    except AppError as fault:
        _say(fault.message)
        return 1
    _say(_line(job))
    _say(f"{job.title}, asked for {job.created_at:%Y-%m-%d %H:%M:%S}, made by {job.engine or 'nobody yet'}")
    for step in steps.steps:
        spent = "" if step.spent_ms is None else f"{step.spent_ms} ms"
        why = "" if step.error is None else step.error.message
        _say(f"  {step.name:<12} {step.state:<9} begun {step.attempts} times  {spent}  {why}")
    return 0


async def _retry(runtime: Runtime, chosen: argparse.Namespace) -> int:
    if bool(chosen.ids) == chosen.failed:
        _say("Name the jobs to be tried again, or say --failed for all that failed.")
        return 2
    calls = LocalCalls(runtime)
    ids = [job.id for job in await _listed(calls, "failed", 10_000)] if chosen.failed else chosen.ids
    return await _each(calls, ids, lambda job_id: RetryJob(job_id=job_id))


async def _cancel(runtime: Runtime, chosen: argparse.Namespace) -> int:
    return await _each(LocalCalls(runtime), chosen.ids, lambda job_id: CancelJob(job_id=job_id))


async def _each(calls: LocalCalls, ids: Sequence[str], make: Callable[[str], Request[Job]]) -> int:
    worst = 0
    for job_id in ids:
        try:
            _say(_line(await calls.call(make(job_id), actor=OPERATOR)))
        except AppError as fault:
            _say(f"{job_id}: {fault.message}")
            worst = 1
    return worst


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--failed", action="store_true", help="only those that failed")
    parser.add_argument("--status", choices=("pending", "running", "completed", "failed", "cancelled"))
    parser.add_argument(
        "--limit", type=int, default=100, metavar="N", help="at most so many; 100 unless said otherwise"
    )


def _show_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID")


def _retry_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ids", nargs="*", metavar="ID")
    parser.add_argument("--failed", action="store_true", help="all that failed")


def _cancel_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ids", nargs="+", metavar="ID")


list_command = Command("jobs list", "print jobs, the latest changed first", _list_arguments, _list)
show_command = Command("jobs show", "print a job and its steps", _show_arguments, _show)
retry_command = Command("jobs retry", "let failed jobs go on from where they failed", _retry_arguments, _retry)
cancel_command = Command("jobs cancel", "end jobs", _cancel_arguments, _cancel)
