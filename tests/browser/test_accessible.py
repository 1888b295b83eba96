"""Nobody is kept out: every page that stands still, for those who zoom, and for those who use a keyboard alone."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.access import open_to_all
from tests.browser.stage import (
    MADE_WITHIN_MS,
    PHONE,
    PROJECTOR,
    Teacher,
    fits,
    open_page,
    shot,
    signed_in,
)
from tests.chaos.server import Server
from tests.gateway.making import TEXT

pytestmark = pytest.mark.browser

ZOOMED = {"width": 640, "height": 360}
"""A window of 1280 x 720 at 200 %."""
CLOSEST = {"width": 320, "height": 256}
"""One of 1280 x 1024 at 400 %, at which text still has to be read without scrolling to the side."""
OPEN = ("/", "/signin", "/signin/forgotten", "/register", "/nowhere")
MEMBERS = (
    "/home",
    "/quizzes",
    "/quizzes/import",
    "/quizzes/generate",
    "/quizzes/new",
    "/games",
    "/classes",
    "/account",
    "/settings",
    "/notifications",
)


async def look_at(page: Page, path: str) -> None:
    """At every size in which somebody may have it."""
    await page.goto(path)
    await expect(page.get_by_role("heading", level=1).first).to_be_attached()
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)
    name = path.strip("/").replace("/", "-") or "start"
    for size in (PROJECTOR, PHONE, ZOOMED, CLOSEST):
        await page.set_viewport_size(size)  # type: ignore[arg-type]
        await fits(page)
        await shot(page, f"access-{name}-{size['height']}")
    await page.set_viewport_size(PROJECTOR)  # type: ignore[arg-type]
    await open_to_all(page)


async def draft_of(page: Page) -> str:
    """A quiz is made of a text; the address of what is proposed."""
    await page.goto("/quizzes/generate")
    await page.get_by_label("Your text").fill(TEXT)
    await page.get_by_label("Questions", exact=True).fill("3")
    await page.get_by_role("button", name="Make the quiz").click()
    await page.wait_for_url("**/drafts/*")
    await expect(page.get_by_role("button", name="Make the quiz")).to_be_visible(timeout=MADE_WITHIN_MS)
    return page.url[page.url.index("/drafts/") :]


async def test_every_page_can_be_read_and_used_at_any_size(server: Server, browser: Browser) -> None:
    visitor = await open_page(browser, server.base, PROJECTOR)
    for path in OPEN:
        await look_at(visitor, path)
    page = await signed_in(browser, server.base, PROJECTOR)
    async with Teacher(server.base) as teacher:
        quiz = (await teacher.get("/api/quizzes?limit=1")).json()["items"][0]["id"]
        room = (await teacher.get("/api/classes?limit=1")).json()["items"]
    draft = await draft_of(page)
    for path in (*MEMBERS, f"/quizzes/{quiz}", *(f"/classes/{one['id']}" for one in room), draft):
        await look_at(page, path)
    assert visitor.errors == []  # type: ignore[attr-defined]
    assert page.errors == []  # type: ignore[attr-defined]


async def test_what_has_the_focus_is_never_covered(server: Server, browser: Browser) -> None:
    """Through the form with the tab key alone, in a low window with a foot that stays in sight."""
    page = await signed_in(browser, server.base, PROJECTOR)
    await page.goto("/quizzes/generate")
    await page.get_by_label("Your text").fill(TEXT)
    foot = page.locator(".foot")
    for _ in range(40):
        await page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if await foot.locator(":focus").count():
            break
        box, low = await focused.bounding_box(), await foot.bounding_box()
        assert box is not None
        assert low is not None
        name = await focused.evaluate("one => one.outerHTML.slice(0, 120)")
        assert box["y"] >= 0, f"{name} is above the window"
        assert box["y"] + min(box["height"], 44) <= low["y"] + 1, f"{name} is under the foot"
    await expect(foot.get_by_role("button", name="Make the quiz")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/drafts/*")
