from edkit.db.revisions import run
from tests.echo_service.models import metadata

run(metadata)
