"""The migrations make exactly what the models say, on both databases."""

from edkit.db.migrate import upgrade
from edkit.db.revisions import differences
from quiz_service.models import metadata


def test_the_migrated_database_is_what_the_models_say(database_url: str) -> None:
    upgrade(database_url, "quiz_service")
    upgrade(database_url, "quiz_service")
    assert differences(database_url, metadata) == []
