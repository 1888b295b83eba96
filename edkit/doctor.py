"""`edtech doctor`: what is wrong with a machine or a configuration, and what to do about it."""

import asyncio
import shutil
import socket
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from edkit.clock import SystemClock
from edkit.db import Database
from edkit.db.migrate import pending
from edkit.errors import AppError
from edkit.service import Service
from edkit.settings import Settings

FREE_BYTES = 500 * 2**20
"""Below this a school week of games and files may not fit any more."""


class Finding(NamedTuple):
    """One thing that was looked at. `says` is a sentence; when not `well` it says what to do."""

    subject: str
    well: bool
    says: str


async def examine(settings: Settings, services: Sequence[Service]) -> list[Finding]:
    """Look at everything; one finding each. Changes nothing but the data folder's existence."""
    checks: list[Callable[[], Awaitable[Finding] | Finding]] = [
        _python,
        lambda: _data_folder(settings),
        lambda: _space(settings),
        lambda: _port(settings),
        lambda: _web(settings),
        lambda: _clock(settings),
        lambda: _open_files(),
        lambda: _mode(settings),
    ]
    findings = []
    for check in checks:
        result = check()
        findings.append(await result if not isinstance(result, Finding) else result)
    for service in services:
        if service.metadata is not None:
            findings.append(await _database(settings, service))
    return findings


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    well = sys.version_info >= (3, 11)
    return Finding("python", well, version if well else f"{version} is too old; install Python 3.11 or newer")


def _data_folder(settings: Settings) -> Finding:
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.data):
            pass
    except OSError as error:
        return Finding("data folder", False, f"{settings.data} cannot be written ({error.strerror}); set EDTECH_DATA")
    keys = settings.data / "keys" / "access.pem"
    if keys.exists() and keys.stat().st_mode & 0o077:
        return Finding("data folder", False, f"{keys} can be read by others; run: chmod -R go= {keys.parent}")
    return Finding("data folder", True, f"{settings.data.resolve()} can be written")


def _space(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.data if settings.data.exists() else Path()).free
    text = f"{free // 2**20:,} MB free"
    return Finding(
        "disk", free > FREE_BYTES, text if free > FREE_BYTES else f"only {text}; make room or move EDTECH_DATA"
    )


def _port(settings: Settings) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            says = (
                f"{settings.port} cannot be opened ({error.strerror}); unless the product runs there, set EDTECH_PORT"
            )
            return Finding("port", False, says)
    return Finding("port", True, f"{settings.port} is free")


def _web(settings: Settings) -> Finding:
    index = settings.web_dir / "index.html"
    if index.exists():
        return Finding("web app", True, f"built in {settings.web_dir}")
    return Finding("web app", False, f"{index} is missing; run: make web")


def _clock(settings: Settings) -> Finding:
    drift = abs(SystemClock(settings.data).now() - SystemClock().now())
    if drift < 60_000:
        return Finding("clock", True, f"{drift} ms from the wall clock")
    says = f"{drift // 1000} s from the wall clock, which was set since the first start; restart when no game runs"
    return Finding("clock", False, says)


def _open_files() -> Finding:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= 4096:
        return Finding("open files", True, f"{soft} allowed")
    return Finding("open files", False, f"only {soft} allowed, so about {soft - 100} players; run: ulimit -n {hard}")


def _mode(settings: Settings) -> Finding:
    if settings.mode == "production":
        return Finding("mode", True, "production")
    unsafe = settings.model_copy(update={"mode": "production"}).refusals()
    names = ", ".join(sorted({line.partition(":")[0] for line in unsafe}))
    return Finding("mode", True, "development" + (f"; production would refuse {names}" if names else ""))


async def _database(settings: Settings, service: Service) -> Finding:
    subject = f"{service.name} database"
    url = settings.database_url_of(service.name)
    database = Database(url)
    try:
        await database.ping()
        if await asyncio.to_thread(pending, url, service.home):
            return Finding(subject, True, "answers; it will be brought up to date at the next start")
        return Finding(subject, True, "answers and is up to date")
    except (AppError, SQLAlchemyError, OSError) as error:
        return Finding(subject, False, f"does not answer ({error}); check EDTECH_DATABASE_URL and that the server runs")
    finally:
        await database.close()
