"""Run by Alembic; see edkit.db.migrate."""

from edkit.db import migrate
from game_server import models

migrate.run(models.metadata)
