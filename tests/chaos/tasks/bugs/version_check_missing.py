"""The copy of an account takes whatever comes last."""

from sqlalchemy import true

from tests.chaos.tasks.worker import app

CAUGHT_BY = {"M5"}


def plant() -> None:
    app.is_older = lambda version: true()
