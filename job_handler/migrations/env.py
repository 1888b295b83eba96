"""Run by Alembic; see edkit.db.migrate."""

from edkit.db import migrate
from job_handler import models

migrate.run(models.metadata)
