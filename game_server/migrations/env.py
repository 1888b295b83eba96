"""Run by Alembic; see edkit.db.revisions."""

from edkit.db import revisions
from game_server import models

revisions.run(models.metadata)
