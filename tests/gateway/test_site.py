"""The built web app as it is served."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.gateway.school import School, opened

PAGE = "<!doctype html><title>EdTech</title>" + " " * 2000
SCRIPT = "console.log('hello');" * 200


@pytest.fixture
async def site(folder: Path) -> AsyncIterator[School]:
    web = folder / "web"
    (web / "assets").mkdir(parents=True)
    (web / "index.html").write_text(PAGE)
    (web / "assets" / "index-abc123.js").write_text(SCRIPT)
    (web / "favicon.svg").write_text("<svg/>")
    (web / ".vite").mkdir()
    (web / ".vite" / "manifest.json").write_text("{}")
    (folder / "secret.txt").write_text("secret")
    async with opened(folder, web_dir=web) as school:
        yield school


@pytest.mark.parametrize("path", ["/", "/signin", "/play/01abc", "/join/123456", "/quizzes/x/edit"])
async def test_every_page_address_is_the_app(site: School, path: str) -> None:
    answer = await site.ask("GET", path)
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "connect-src 'self' ws://school.test wss://school.test" in policy


async def test_hashed_files_are_kept_for_ever_and_packed(site: School) -> None:
    answer = await site.ask("GET", "/assets/index-abc123.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.text == SCRIPT
    plain = await site.ask("GET", "/assets/index-abc123.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "Accept-Encoding"


async def test_what_was_packed_before_is_used(site: School) -> None:
    packed = site.runtime.settings.web_dir / "assets" / "index-abc123.js.gz"
    packed.write_bytes(gzip.compress(b"packed before"))
    answer = await site.ask("GET", "/assets/index-abc123.js", headers={"Accept-Encoding": "gzip"})
    assert answer.text == "packed before"


async def test_an_unchanged_page_is_not_sent_again_and_a_new_build_is(site: School) -> None:
    etag = (await site.ask("GET", "/")).headers["etag"]
    assert (await site.ask("GET", "/", headers={"If-None-Match": etag})).status_code == 304
    index = site.runtime.settings.web_dir / "index.html"
    index.write_text(PAGE + "new")
    assert (await site.ask("GET", "/", headers={"If-None-Match": etag})).text == PAGE + "new"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/none.js",
        "/none.png",
        "/.vite/manifest.json",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/a\\..\\secret.txt",
        "/x%00.js",
    ],
)
async def test_nothing_else_of_the_disk_is_served(site: School, path: str) -> None:
    answer = await site.ask("GET", path)
    assert answer.status_code == 404 or answer.text == PAGE
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("path", "status"), [(f"/assets/{'x' * 300}.js", 404), ("/" + "y" * 300, 200), ("/z" * 5000, 200)]
)
async def test_a_name_longer_than_any_file_s_is_no_fault_of_ours(site: School, path: str, status: int) -> None:
    assert (await site.ask("GET", path)).status_code == status


async def test_a_head_request_has_no_body(site: School) -> None:
    answer = await site.ask("HEAD", "/")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 0


async def test_without_a_build_the_page_says_what_builds_it(folder: Path) -> None:
    async with opened(folder, web_dir=folder / "nowhere") as school:
        answer = await school.ask("GET", "/")
        assert answer.status_code == 503
        assert "make web" in answer.text
        assert (await school.ask("GET", "/api/config")).status_code == 200


@pytest.mark.parametrize("host", ["evil.test; script-src *", "a b", 'x"y'])
async def test_a_strange_host_does_not_widen_the_policy(site: School, host: str) -> None:
    answer = await site.ask("GET", "/", headers={"Host": host})
    assert "connect-src 'self';" in answer.headers["content-security-policy"]
