from edkit.db.revisions import run
from tests.chaos.tasks.worker.models import metadata

run(metadata)
