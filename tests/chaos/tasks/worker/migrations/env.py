from edkit.db.migrate import run
from tests.chaos.tasks.worker.models import metadata

run(metadata)
