"""Run by Alembic; see edkit.db.revisions."""

from edkit.db import revisions
from gateway import models

revisions.run(models.metadata)
