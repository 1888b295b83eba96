from edkit.db.migrate import run
from tests.echo_service.models import metadata

run(metadata)
