"""Run by Alembic; see edkit.db.migrate."""

from edkit.db import migrate
from gateway import models

migrate.run(models.metadata)
