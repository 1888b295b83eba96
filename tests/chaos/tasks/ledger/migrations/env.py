from edkit.db.revisions import run
from tests.chaos.tasks.ledger.models import metadata

run(metadata)
