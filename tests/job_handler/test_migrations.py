"""The revisions make what the models say, on every engine."""

from edkit.db.migrate import upgrade
from edkit.db.revisions import differences
from job_handler.models import metadata


def test_the_revisions_make_what_the_models_say(database_url: str) -> None:
    upgrade(database_url, "job_handler")
    assert differences(database_url, metadata) == []
