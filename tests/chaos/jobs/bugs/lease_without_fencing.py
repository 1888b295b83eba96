"""Whoever once had the job may write, whatever has happened since."""

from typing import Any

from sqlalchemy import update

from job_handler.models import jobs
from job_handler.repository import leases
from job_handler.repository.queue import Lease

CAUGHT_BY = {"M7"}
STRIKES = (("cancel", "make"),)


def plant() -> None:
    def anybody(lease: Lease) -> Any:
        return update(jobs).where(jobs.c.id == lease.job_id)

    leases._under = anybody
