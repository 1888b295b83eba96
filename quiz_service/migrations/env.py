"""Run by Alembic; see edkit.db.migrate."""

from edkit.db import migrate
from quiz_service import models

migrate.run(models.metadata)
