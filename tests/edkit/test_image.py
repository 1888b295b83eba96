"""What Dockerfile and compose.yaml promise. They are read here, not run: that takes a container engine."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from edkit.bus.rabbit.topology import OPERATOR, url_of
from edkit.launch import SERVICES
from edkit.local import compose
from edkit.local.installation import REPLICAS
from edkit.local.process import program
from edkit.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]
MADE = "var/compose/"


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.M)
    lines = re.sub(r"\\\n", " ", text).splitlines()
    return [(word, " ".join(rest.split())) for word, _, rest in (line.partition(" ") for line in lines if line.strip())]


def final_stage() -> list[tuple[str, str]]:
    said = instructions()
    return said[max(at for at, (word, _) in enumerate(said) if word == "FROM") :]


def only(word: str, stage: list[tuple[str, str]]) -> str:
    (found,) = [rest for each, rest in stage if each == word]
    return found


@pytest.fixture(scope="module")
def composed() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compose")
    compose.write(folder, Settings())
    return folder


def test_the_image_runs_as_nobody_special_and_says_whether_it_lives() -> None:
    stage = final_stage()
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", only("USER", stage))
    assert "/livez" in only("HEALTHCHECK", stage)
    assert json.loads(only("ENTRYPOINT", stage)) == ["edtech"]
    assert json.loads(only("CMD", stage)) == ["up"]
    assert only("VOLUME", stage) == "/data"
    assert "EDTECH_DATA=/data" in only("ENV", stage)
    assert {"title", "description", "licenses", "version", "revision"} <= set(
        re.findall(r"org\.opencontainers\.image\.(\w+)=", only("LABEL", stage))
    )


def test_the_bases_are_pinned_and_what_builds_stays_behind() -> None:
    said = instructions()
    bases = dict(re.findall(r"^(NODE|PYTHON)=(.*)$", "\n".join(rest for word, rest in said if word == "ARG"), re.M))
    assert {rest.split()[0] for word, rest in said if word == "FROM"} == {"${NODE}", "${PYTHON}"}
    for base in bases.values():
        assert re.fullmatch(r"[\w./-]+:[\w.-]*\d[\w.-]*", base), base
    stage = final_stage()
    assert all(rest.startswith("--from=") for word, rest in stage if word == "COPY")
    assert not re.search(r"\b(apt-get|install -q|npm|uv|gcc)\b", only("RUN", stage))
    assert any("--require-hashes -r requirements/app.txt" in rest for word, rest in said if word == "RUN")


def test_every_service_gets_into_the_image() -> None:
    taken = {name for word, rest in instructions() if word == "COPY" for name in rest.split()[:-1]}
    let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for package in ("edkit", *SERVICES):
        assert f"{package}/" in taken
        assert f"!{package}" in let_in
    for name in taken - {name for name in taken if name.startswith(("--", "/"))}:
        assert (ROOT / name).exists(), name


def test_every_replica_is_there_under_its_name(composed: dict[str, Any]) -> None:
    for service in SERVICES:
        names = {name for name in composed["services"] if name.rpartition("-")[0] == service}
        assert names == {f"{service}-{number}" for number in range(1, REPLICAS[service] + 1)}
        for name in names:
            assert composed["services"][name]["command"] == ["up", service]
            assert "/readyz" in composed["services"][name]["healthcheck"]["test"][-1]
    assert composed["services"]["migrate"]["command"] == ["migrate"]
    assert composed["services"]["bus"]["command"] == ["bus", "declare"]


def test_every_container_is_closed(composed: dict[str, Any]) -> None:
    for name, service in composed["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not {"privileged", "cap_add", "network_mode", "pid", "devices", "build"} & set(service), name
        assert ":" in service["image"] or service["image"] == "${EDTECH_IMAGE:-edtech}", name
        assert ("ports" in service) == (name == "haproxy"), name
        if name in ("mariadb", "mariadb-replica", "rabbitmq", "redis"):
            assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"]), name
        else:
            assert "user" not in service, name
        assert "healthcheck" in service, name
        for other in service.get("depends_on", ()):
            assert other in composed["services"], name


def test_every_setting_exists(composed: dict[str, Any]) -> None:
    names = {name for service in composed["services"].values() for name in service.get("environment", {})}
    settings = {name.removeprefix(PREFIX).removesuffix("_FILE").lower() for name in names if name.startswith(PREFIX)}
    assert settings <= set(Settings.model_fields)
    assert {"database_url", "bus_url", "hub_url", "cache_url", "limits_url", "blobs_url", "keys_dir"} <= settings
    proxy = composed["services"]["haproxy"]["networks"]["default"]["ipv4_address"]
    assert composed["services"]["gateway-1"]["environment"]["EDTECH_TRUSTED_PROXIES"] == proxy


def test_what_is_mounted_is_what_is_made(composed: dict[str, Any], made: Path) -> None:
    mounted = {entry["file"] for kind in ("secrets", "configs") for entry in composed[kind].values()}
    assert mounted == {f"{MADE}{path.name}" for path in made.iterdir() if path.name != "passwords.json"}
    for name, service in composed["services"].items():
        for kind in ("secrets", "configs"):
            for entry in service.get(kind, ()):
                assert (entry if isinstance(entry, str) else entry["source"]) in composed[kind], name
    assert made.stat().st_mode & 0o077 == 0


def test_each_role_sees_its_own_secrets_and_is_understood(composed: dict[str, Any], made: Path, tmp_path: Path) -> None:
    roles = {
        **{f"{service}-{number}": service for service in SERVICES for number in range(1, REPLICAS[service] + 1)},
        "migrate": OPERATOR,
        "bus": OPERATOR,
    }
    for name, role in roles.items():
        service = composed["services"][name]
        given = [
            entry if isinstance(entry, dict) else {"source": entry, "target": entry} for entry in service["secrets"]
        ]
        others = [
            entry for entry in given if "." in entry["source"] and entry["source"].partition(".")[0] in roles.values()
        ]
        assert {entry["source"].partition(".")[0] for entry in others} == {role}
        folder = tmp_path / name
        folder.mkdir()
        for entry in given:
            (folder / entry["target"]).write_bytes((made / entry["source"]).read_bytes())
        environment = {
            setting: re.sub(r"\$\{\w+:-(\w*)\}", r"\1", value).replace("/run/secrets", str(folder))
            for setting, value in service["environment"].items()
        }
        settings = Settings.load(environment)
        assert url_of(settings.bus_url, role) == settings.bus_url
        assert f"//{role}:" in settings.database_url_of("gateway")
        assert settings.database_reader_url_of("gateway").partition("@")[2].startswith("mariadb-replica:")
        assert settings.hub_url.startswith("redis://")


def test_making_again_keeps_passwords_and_keys(made: Path) -> None:
    before = {path.name: path.read_bytes() for path in made.iterdir()}
    compose.write(made, Settings())
    assert {path.name: path.read_bytes() for path in made.iterdir()} == before


def test_the_load_balancer_understands_its_configuration(made: Path) -> None:
    text = (made / "haproxy.cfg").read_text(encoding="utf-8")
    for service, backends in (("gateway", 4), ("game_server", 2)):  # a gateway has requests and pushes
        for number in range(1, REPLICAS[service] + 1):
            assert text.count(f"server {service}-{number} {service}-{number}:8000 ") == backends
    command = [program("haproxy", "haproxy"), "-c", "-f", str(made / "haproxy.cfg")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Configuration file is valid" in done.stdout


def test_a_setting_may_come_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("c2VjcmV0\n", encoding="utf-8")
    settings = Settings.load({"EDTECH_BLOBS_KEY_FILE": str(tmp_path / "key")})
    assert settings.blobs_key.get_secret_value() == "c2VjcmV0"
    assert "c2VjcmV0" not in repr(settings)
