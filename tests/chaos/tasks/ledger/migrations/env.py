from edkit.db.migrate import run
from tests.chaos.tasks.ledger.models import metadata

run(metadata)
