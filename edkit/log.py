"""Logs as one JSON object a line, in the field names of the Elastic Common Schema.

Every line carries the request id of the work it belongs to. Secrets and people's texts are never logged.
"""

import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson

request_id: ContextVar[str] = ContextVar("request_id", default="")
service_name: ContextVar[str] = ContextVar("service_name", default="")


class EcsFormatter(logging.Formatter):
    """A log record as one line of ECS JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "@timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "log.level": record.levelname.lower(),
            "message": record.getMessage(),
            "ecs.version": "8.11.0",
            "log.logger": record.name,
        }
        if service := service_name.get():
            line["service.name"] = service
        if request := request_id.get():
            line["http.request.id"] = request
        if labels := getattr(record, "labels", None):
            line["labels"] = labels
        if record.exc_info and record.exc_info[0] is not None:
            line["error.type"] = record.exc_info[0].__name__
            line["error.message"] = str(record.exc_info[1])
            line["error.stack_trace"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


class Log:
    """A logger whose lines are an event name and labelled values."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def debug(self, event: str, **labels: Any) -> None:
        self._logger.debug(event, extra={"labels": labels})

    def info(self, event: str, **labels: Any) -> None:
        self._logger.info(event, extra={"labels": labels})

    def warning(self, event: str, **labels: Any) -> None:
        self._logger.warning(event, extra={"labels": labels})

    def error(self, event: str, **labels: Any) -> None:
        self._logger.error(event, extra={"labels": labels})

    def exception(self, event: str, **labels: Any) -> None:
        """An error with the stack of the exception being handled."""
        self._logger.exception(event, extra={"labels": labels})


def get(name: str) -> Log:
    """The logger of a module."""
    return Log(name)


def configure(level: str = "INFO") -> None:
    """Send every log line of this process to stderr as ECS JSON. Called once, by the launcher."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(EcsFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # What no line of ours says need not be found out for each: a third of the cost of a line (measured).
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # the manual of logging says so
    for chatty in ("uvicorn.access", "alembic", "aiosqlite", "asyncio", "multipart", "python_multipart"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    for alarmed in ("aiormq", "aio_pika"):  # edkit.bus says what happens to its connections, once and not at each try
        logging.getLogger(alarmed).setLevel(logging.CRITICAL)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers[:] = []
        logging.getLogger(name).setLevel(logging.WARNING)
