"""Run by Alembic; see edkit.db.revisions."""

from edkit.db import revisions
from job_handler import models

revisions.run(models.metadata)
