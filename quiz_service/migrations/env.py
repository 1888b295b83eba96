"""Run by Alembic; see edkit.db.revisions."""

from edkit.db import revisions
from quiz_service import models

revisions.run(models.metadata)
