"""The product in one process, and real Chromium pages that look at it."""

import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, Locator, Page, async_playwright

from tests.chaos.server import Server

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SHOTS = os.environ.get("EDTECH_SHOTS")
"""A folder for pictures of every screen a test passes; none are taken without it."""

DEMO_TEACHER = ("teacher@demo.example", "learn-together")
MADE_WITHIN_MS = 90_000
"""Far more than anything takes; a busy machine is no fault of the page."""

PROJECTOR = {"width": 1280, "height": 720}
PHONE = {"width": 360, "height": 640}
NARROWEST = {"width": 320, "height": 568}


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The distribution's Chromium, headless."""
    path = shutil.which("chromium")
    assert path is not None, "install chromium: apt-get install chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            await browser.close()


@contextlib.asynccontextmanager
async def product(folder: Path, **settings: str) -> AsyncIterator[Server]:
    """The embedded product over `folder`, ready, and ended with the block."""
    extra = {f"EDTECH_{name.upper()}": value for name, value in settings.items()}
    server = Server(folder, extra={"EDTECH_DEMO": "true", **extra})
    await server.start()
    try:
        yield server
    finally:
        await server.kill()


async def open_page(browser: Browser, base: str, viewport: dict[str, int], **options: Any) -> Page:
    """A page of its own context: its own storage, as on a device of its own. Errors on the page fail the test."""
    context = await browser.new_context(viewport=viewport, base_url=base, **options)  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    page = await context.new_page()
    page.errors = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.errors.append(str(error)))  # type: ignore[attr-defined]
    return page


async def shot(page: Page, name: str) -> None:
    """Keep a picture of the page, if pictures were asked for."""
    if SHOTS:
        width = page.viewport_size["width"] if page.viewport_size else 0
        await page.wait_for_timeout(350)  # let what moves arrive, so that pictures are comparable
        await page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png")


async def fits(page: Page) -> None:
    """Nothing sticks out at the side."""
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px wider than the screen"


async def signed_in(
    browser: Browser, base: str, viewport: dict[str, int], who: tuple[str, str] = DEMO_TEACHER, **options: Any
) -> Page:
    """Somebody at home, the demo teacher unless said otherwise, on a device of their own: a session of its own."""
    page = await open_page(browser, base, viewport, **options)
    page.set_default_timeout(MADE_WITHIN_MS)
    await page.goto("/signin")
    await page.get_by_label("E-mail").fill(who[0])
    await page.get_by_label("Password").fill(who[1])
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.wait_for_url("**/home")
    return page


async def pictures(page: Page, name: str) -> None:
    """Nothing sticks out, on the projector or on a phone."""
    for size in (PHONE, PROJECTOR):
        await page.set_viewport_size(size)  # type: ignore[arg-type]
        await fits(page)
        await shot(page, name)


async def apart(one: Locator, other: Locator) -> None:
    """The one covers nothing of the other."""
    a, b = await one.bounding_box(), await other.bounding_box()
    assert a is not None, f"{one} is not to be seen"
    assert b is not None, f"{other} is not to be seen"
    across = min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"])
    down = min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"])
    assert across <= 0 or down <= 0, f"{one} covers {across:.0f} x {down:.0f} px of {other}"


class Teacher:
    """The demo teacher over HTTP, to prepare what a test needs."""

    def __init__(self, base: str) -> None:
        self._http = httpx.AsyncClient(base_url=base, timeout=20)

    async def __aenter__(self) -> "Teacher":
        who = dict(zip(("email", "password"), DEMO_TEACHER, strict=True))
        answer = await self._http.post("/api/auth/login", json=who)
        answer.raise_for_status()
        self._http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def write_quiz(self, title: str, questions: list[dict[str, Any]]) -> str:
        """Store a quiz; its id."""
        answer = await self._http.post("/api/quizzes", json={"title": title, "questions": questions})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def get(self, path: str) -> httpx.Response:
        return await self._http.get(path)
