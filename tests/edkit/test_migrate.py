"""What is to be migrated is read off the names of the files; that must be what Alembic makes of them."""

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from edkit.db.migrate import UnknownSchema, _locked, _revisions, folder_of, pending, upgrade
from edkit.launch import SERVICES, load

KEPT = [service.name for service in load(SERVICES) if service.metadata is not None]


@pytest.mark.parametrize("package", KEPT)
def test_the_files_name_the_chain_of_revisions(package: str) -> None:
    chain = [script.revision for script in ScriptDirectory(str(folder_of(package))).walk_revisions()]
    assert _revisions(package) == chain[::-1]


def test_a_database_is_brought_to_a_revision_and_on_from_there(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/one.db"
    upgrade(url, "tests.echo_service", "0003")
    assert pending(url, "tests.echo_service")
    upgrade(url, "tests.echo_service")
    assert not pending(url, "tests.echo_service")


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/one.db"
    upgrade(url, "tests.echo_service")
    with _locked(url, "tests.echo_service") as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(UnknownSchema, match="revision 9999"):
        upgrade(url, "tests.echo_service")
