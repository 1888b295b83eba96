"""A teacher has a quiz made of a text, leaves the page while it is made, and looks through what is proposed."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.slow_model import SlowModel, slow_model
from tests.browser.stage import (
    MADE_WITHIN_MS,
    PHONE,
    PROJECTOR,
    Teacher,
    apart,
    fits,
    pictures,
    product,
    shot,
    signed_in,
)
from tests.chaos.server import Server
from tests.gateway.making import TEXT

pytestmark = pytest.mark.browser


@pytest.fixture
async def model() -> AsyncIterator[SlowModel]:
    async with slow_model() as running:
        yield running


@pytest.fixture
async def server(tmp_path: Path, model: SlowModel) -> AsyncIterator[Server]:
    async with product(tmp_path, llm_endpoints=model.endpoints) as running:
        yield running


async def ask_for_a_quiz(page: Page) -> None:
    await page.goto("/quizzes/generate")
    await page.get_by_label("Your text").fill(TEXT)
    await page.get_by_label("Questions", exact=True).fill("4")
    await fits(page)
    await shot(page, "generate")
    await page.get_by_role("button", name="Make the quiz").click()
    await page.wait_for_url("**/drafts/*")


async def test_a_quiz_made_of_a_text_survives_a_reload_is_told_once_and_becomes_a_quiz(
    server: Server, browser: Browser, model: SlowModel
) -> None:
    desk, phone = await signed_in(browser, server.base, PROJECTOR), await signed_in(browser, server.base, PHONE)
    await ask_for_a_quiz(desk)
    await asyncio.wait_for(model.asked.wait(), MADE_WITHIN_MS / 1000)
    await expect(desk.get_by_role("progressbar").first).to_be_visible()
    await desk.reload()
    await expect(desk.get_by_role("status").filter(has_text="Writing questions")).to_be_visible()
    await pictures(desk, "making")
    await phone.get_by_role("button", name="Notifications").click()
    await expect(phone.get_by_role("progressbar")).to_be_visible()  # another device sees it too
    await shot(phone, "under-way")
    await phone.keyboard.press("Escape")

    draft = desk.url
    await desk.goto("/games")  # what one looks at needs no toast
    await expect(desk.get_by_role("heading", name="Games", exact=True)).to_be_visible()
    model.let_go.set()
    for page in (desk, phone):
        toasts = page.get_by_role("region", name="New notifications").locator(".toast")
        await expect(toasts).to_have_count(1, timeout=MADE_WITHIN_MS)
        await expect(page.get_by_role("button", name="Notifications, 1 new")).to_be_visible()
        await apart(toasts, page.get_by_role("banner"))
    await fits(phone)
    await shot(phone, "told")
    await shot(desk, "told")
    await phone.reload()
    await expect(phone.get_by_role("button", name="Notifications, 1 new")).to_be_visible()
    await expect(phone.locator(".toast")).to_have_count(0)  # shown to this session before: not again
    await desk.get_by_role("button", name="Look: Your quiz is ready to review").click()
    await desk.wait_for_url(draft)
    await expect(phone.get_by_role("button", name="Notifications", exact=True)).to_be_visible()  # read here, read there
    await review(desk)
    async with Teacher(server.base) as teacher:
        quiz = (await teacher.get(f"/api/quizzes/{desk.url.rsplit('/', 1)[1]}")).json()
        told = (await teacher.get("/api/notifications")).json()["items"]
    assert [one["title"] for one in told].count("Your quiz is ready to review") == 1
    texts = [question["text"] for question in quiz["questions"]]
    assert "What is it that leaves do with light?" in texts
    assert 1 <= len(texts) <= 3, "the dropped one is not among them"
    assert desk.errors == []
    assert phone.errors == []


async def review(page: Page) -> None:
    """Edit the first, drop the second, have another made for the third, keep the rest."""
    await expect(page.get_by_text("0 of 4 decided")).to_be_visible()
    await expect(page.get_by_text("Made offline, without AI").first).to_be_visible()
    await pictures(page, "review")
    await apart(page.get_by_role("article"), page.get_by_role("button", name="Keep", exact=True))
    await page.keyboard.press("e")
    await page.get_by_label("Question", exact=True).fill("What is it that leaves do with light?")
    await pictures(page, "edit")
    await page.get_by_role("button", name="Save and keep").click()
    await expect(page.get_by_text("1 of 4 decided")).to_be_visible()
    await page.get_by_role("button", name=re.compile("^Question 2:")).click()
    await page.keyboard.press("d")
    await expect(page.get_by_text("2 of 4 decided")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("1 of 4 decided")).to_be_visible()
    await page.keyboard.press("d")
    await expect(page.get_by_text("2 of 4 decided")).to_be_visible()
    await page.get_by_role("button", name=re.compile("^Question 3:")).click()
    card = page.get_by_role("article", name="Question 3 of 4")
    asked = card.get_by_role("heading", level=2).first  # the other stands above the source
    before = await asked.inner_text()
    await page.keyboard.press("r")
    await expect(asked).not_to_have_text(before, timeout=MADE_WITHIN_MS)
    await expect(card.get_by_text("Another question is being made")).to_have_count(0, timeout=MADE_WITHIN_MS)
    await page.keyboard.press("k")
    await expect(page.get_by_text("3 of 4 decided")).to_be_visible()
    await page.get_by_role("button", name="Make the quiz").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await pictures(page, "finish")
    await page.get_by_role("dialog").get_by_role("button", name="Make the quiz").click()
    await page.wait_for_url("**/quizzes/*")


async def test_the_settings_page_says_which_model_answers(server: Server, browser: Browser) -> None:
    page = await signed_in(browser, server.base, PROJECTOR)
    await page.goto("/settings")
    await expect(page.get_by_text("teacher-model").first).to_be_visible()
    await expect(page.get_by_role("heading", name="Your budget today")).to_be_visible()
    await expect(page.get_by_role("heading", name="Endpoints")).to_have_count(0)  # for administrators
    await pictures(page, "settings")
