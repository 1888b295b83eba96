"""Create inbox."""

from edkit.db import tables

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    tables.create_inbox()
