"""`edtech doctor` at an installation of many processes: each fault of its servers in a sentence, and no password."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from edkit.doctor import Finding, examine
from edkit.launch import load
from edkit.settings import Settings
from edkit.tokens import Keys


async def found(subject: str, data: Path, **settings: Any) -> Finding:
    services = load(["gateway"]) if "database_reader_url" in settings else []
    findings = await examine(Settings.model_validate({"data": data, **settings}), services)
    return next(finding for finding in findings if finding.subject == subject)


async def test_one_process_needs_no_servers(tmp_path: Path) -> None:
    findings = await examine(Settings(data=tmp_path, blobs_key=SecretStr("")), [])
    assert {"hub", "cache", "limits"}.isdisjoint(finding.subject for finding in findings)
    assert (await found("bus", tmp_path)).well


async def test_keys_that_processes_share_must_be_there_and_show_which_they_are(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    missing = await found("keys", tmp_path, keys_dir=shared)
    assert not missing.well
    assert "EDTECH_KEYS_DIR" in missing.says
    Keys.open(shared)
    Keys.open(tmp_path / "others")
    same = [(await found("keys", tmp_path / n, keys_dir=shared)).says for n in "ab"]
    assert same[0] == same[1] != (await found("keys", tmp_path, keys_dir=tmp_path / "others")).says


async def test_keys_of_the_data_folder_are_for_their_owner(tmp_path: Path) -> None:
    Keys.open(tmp_path / "keys")
    assert (await found("keys", tmp_path)).well
    (tmp_path / "keys" / "capability.key").chmod(0o644)
    assert "chmod" in (await found("keys", tmp_path)).says


@pytest.mark.rabbitmq
async def test_what_is_wrong_with_the_broker_is_said(tmp_path: Path, rabbitmq_url: str) -> None:
    undeclared = await found("bus", tmp_path, bus_url=rabbitmq_url)
    assert "edtech bus declare" in undeclared.says
    wrong = await found("bus", tmp_path, bus_url=rabbitmq_url.replace(":secret@", ":unmentioned@"))
    assert "ACCESS_REFUSED" in wrong.says
    nowhere = await found("bus", tmp_path, bus_url=rabbitmq_url + "-nowhere")
    assert "vhost" in nowhere.says
    for finding in (undeclared, wrong, nowhere):
        assert not finding.well
        assert "secret" not in finding.says
        assert "unmentioned" not in finding.says


async def test_what_is_wrong_with_redis_is_said(tmp_path: Path, redis_url: str) -> None:
    assert (await found("hub", tmp_path, hub_url=redis_url)).well
    for url in (redis_url.replace("//", "//stranger:unmentioned@"), "redis://127.0.0.1:1/0", "redis://:unmen/tioned@h"):
        finding = await found("cache", tmp_path, cache_url=url)
        assert not finding.well
        assert "EDTECH_CACHE_URL" in finding.says
        assert "unmen" not in finding.says


@pytest.mark.mariadb
async def test_a_reader_that_is_no_replica_is_said(tmp_path: Path, mariadb_url: str) -> None:
    empty = await found("gateway replica", tmp_path, database_url=mariadb_url, database_reader_url=mariadb_url)
    assert not empty.well
    assert "alembic_version" in empty.says
