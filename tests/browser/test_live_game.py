"""One host and three players in real browsers: every question type to the podium, and what happens to browsers."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.stage import PHONE, PROJECTOR, Teacher, fits, open_page, shot
from tests.chaos.server import Server

pytestmark = pytest.mark.browser

LIMIT = {"time_limit_s": 60}
SENT = re.compile(r"^Sent\b")
EVERY_TYPE: list[dict[str, Any]] = [
    {"type": "single_choice", "text": "Which gas do plants take in?", **LIMIT, "explanation": "They build sugar of it."}
    | {"options": [{"text": "Carbon dioxide", "correct": True}, {"text": "Oxygen"}, {"text": "Helium"}]},
    {"type": "multiple_choice", "text": "Which of these are prime?", **LIMIT}
    | {"options": [{"text": "2", "correct": True}, {"text": "9"}, {"text": "11", "correct": True}, {"text": "15"}]},
    {"type": "true_false", "text": "The Moon makes its own light.", **LIMIT}
    | {"options": [{"text": "True"}, {"text": "False", "correct": True}]},
    {"type": "typed", "text": "What is the capital of Việt Nam?", **LIMIT, "accepted": ["Hà Nội", "Hanoi"]},
    {"type": "number", "text": "How many minutes has a day?", **LIMIT}
    | {"number": {"answer": 1440, "tolerance": 10, "min": 0, "max": 3000, "step": 10, "unit": "min"}},
    {"type": "slide", "text": "Well done so far", **LIMIT},
    {"type": "order", "text": "From small to large", **LIMIT}
    | {"options": [{"text": "Atom"}, {"text": "Cell"}, {"text": "Whale"}]},
    {"type": "poll", "text": "Tea or coffee?", **LIMIT, "options": [{"text": "Tea"}, {"text": "Coffee"}]},
    {"type": "word_cloud", "text": "One word for today", **LIMIT},
    {"type": "open", "text": "What should we do next week?", **LIMIT},
]


async def sign_in(page: Page) -> None:
    await page.goto("/signin")
    await expect(page.get_by_role("heading", name="This is a demo school")).to_be_visible()
    await shot(page, "signin")
    await page.get_by_label("E-mail").fill("teacher@demo.example")
    await page.get_by_label("Password").fill("learn-together")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.wait_for_url("**/home")


async def start_game(page: Page, title: str) -> str:
    """Start a game of the quiz from the list; its PIN."""
    await page.goto("/quizzes")
    await page.get_by_label("Search").fill(title)
    button = page.get_by_role("button", name=f"Start game: {title}")
    await expect(button).to_be_visible()
    await shot(page, "quizzes")
    await button.click()
    await page.wait_for_url("**/host/*")
    pin = await page.locator(".ticket__pin").inner_text()
    return pin.replace(" ", "")


async def join(browser: Browser, server: Server, pin: str, name: str) -> Page:
    page = await open_page(browser, server.base, PHONE, has_touch=True)
    await page.goto("/")
    await shot(page, "join")
    await page.get_by_label("Game PIN").fill(pin)
    await page.get_by_label("Your name").fill(name)
    await shot(page, "name")
    await page.get_by_role("button", name="Enter game").click()
    await page.wait_for_url("**/play/*")
    await expect(page.get_by_role("heading", name=f"You’re in, {name}")).to_be_visible()
    return page


async def answer(page: Page, question: dict[str, Any], right: bool, *, last: bool = False) -> None:
    """Answer as a person would: by what is written on the page. The last answer of all closes the question."""
    kind = question["type"]
    section = page.locator(f"section.question[data-type={kind}]")
    await expect(section).to_be_visible()
    if kind == "slide":
        return
    if kind in ("single_choice", "true_false", "multiple_choice", "poll"):
        for option in question["options"]:
            if option.get("correct", False) == right or kind == "poll":
                await section.get_by_role("button", name=f": {option['text']}", exact=False).first.click()
                if kind != "multiple_choice":
                    break
    elif kind == "typed":
        await section.get_by_label("Your answer").fill("ha noi." if right else "Huế")
    elif kind == "number":
        await section.get_by_role("textbox").fill("1440" if right else "100")
    elif kind == "order":
        await put_in_order(section, [option["text"] for option in question["options"]], right)
    else:
        await section.get_by_role("textbox").fill("joy" if kind == "word_cloud" else "A walk in the park")
    if kind not in ("single_choice", "true_false", "poll"):
        await section.get_by_role("button", name="Send").first.click()
    if not last:
        await expect(section.get_by_text(SENT)).to_be_visible()


async def put_in_order(section: Any, wanted: list[str], right: bool) -> None:
    for place, text in enumerate(wanted if right else wanted[::-1]):
        while True:
            labels = await section.get_by_role("button", name="Move up").evaluate_all(
                "buttons => buttons.map(b => b.getAttribute('aria-label'))"
            )
            at = next(i for i, label in enumerate(labels) if label.endswith(text))
            if at <= place:
                break
            await section.get_by_role("button", name=f"Move up: {text}", exact=True).click()


async def next_step(host: Page, name: str) -> None:
    await expect(host.locator(".controls__next").get_by_role("button", name=name)).to_be_visible()
    await host.keyboard.press("Space")


async def test_a_class_of_three_plays_every_question_type_to_the_podium(server: Server, browser: Browser) -> None:
    async with Teacher(server.base) as teacher:
        await teacher.write_quiz("All ten types", EVERY_TYPE)
        host = await open_page(browser, server.base, PROJECTOR)
        await sign_in(host)
        pin = await start_game(host, "All ten types")
        players = [await join(browser, server, pin, name) for name in ("Linh", "Ada", "Minh")]
        await expect(host.get_by_text("3 players")).to_be_visible()
        await shot(host, "lobby")
        await shot(players[0], "lobby")
        await next_step(host, "Start game")
        for number, question in enumerate(EVERY_TYPE):
            await play_one(host, players, question, number)
        await next_step(host, "Podium")
        await expect(host.get_by_role("heading", name="Podium")).to_be_visible()
        await expect(host.locator(".finale__name").first).to_have_text("Linh")
        await expect(players[0].get_by_role("heading", name="First place, Linh!")).to_be_visible()
        for page in (host, *players):
            await shot(page, "podium")
            await fits(page)
        game_id = host.url.rsplit("/", 1)[1]
        report = await teacher.get(f"/api/games/{game_id}/report?format=json")
        for _ in range(50):
            if report.status_code == 200:
                break
            await asyncio.sleep(0.2)
            report = await teacher.get(f"/api/games/{game_id}/report?format=json")
        assert report.status_code == 200, report.text
        for page in (host, *players):
            assert page.errors == []  # type: ignore[attr-defined]


async def play_one(host: Page, players: list[Page], question: dict[str, Any], number: int) -> None:
    kind = question["type"]
    await expect(host.locator(f"section.ask[data-type={kind}]")).to_be_visible()
    linh, ada, minh = players
    reading = linh.locator(".reading")
    if kind != "slide" and await reading.count():
        await shot(linh, f"reading-{kind}")
    await expect(linh.locator(f"section.question[data-type={kind}] .question__answer")).to_be_visible()
    await shot(host, f"question-{kind}")
    await shot(linh, f"question-{kind}")
    await answer(linh, question, right=True)
    await shot(linh, f"sent-{kind}")
    await answer(ada, question, right=number % 2 == 0)
    if kind == "slide":
        await next_step(host, "Go on")
        return
    await answer(minh, question, right=False, last=True)
    # All three have answered, so the question closes by itself.
    await expect(host.locator(f"section.outcome[data-type={kind}]")).to_be_visible()
    for page in (*players, host):
        await fits(page)
    scored = kind not in ("poll", "word_cloud", "open")
    await expect(linh.locator("section.result")).to_have_attribute("data-status", "correct" if scored else "survey")
    await expect(minh.locator("section.result")).to_have_attribute("data-status", "wrong" if scored else "survey")
    await shot(host, f"result-{kind}")
    await shot(linh, f"result-{kind}")
    await shot(minh, f"result-wrong-{kind}")
    if question is EVERY_TYPE[-1]:
        return
    button = host.locator(".controls__next").get_by_role("button")
    if "Leaderboard" in await button.inner_text():
        await host.keyboard.press("Space")
        await expect(host.get_by_role("heading", name="Leaderboard")).to_be_visible()
        await shot(host, f"leaderboard-{kind}")
    await next_step(host, "Next question")


async def test_refresh_second_tab_sleep_and_kill_lose_nothing(server: Server, browser: Browser) -> None:
    async with Teacher(server.base) as teacher:
        await teacher.write_quiz("Comes back", EVERY_TYPE[:3])
        host = await open_page(browser, server.base, PROJECTOR)
        await sign_in(host)
        pin = await start_game(host, "Comes back")
        linh, ada = [await join(browser, server, pin, name) for name in ("Linh", "Ada")]
        await next_step(host, "Start game")
        await answer(linh, EVERY_TYPE[0], right=True)

        # Refresh of player and host: the own answer and the question are still there.
        await linh.reload()
        await expect(linh.get_by_text(SENT)).to_be_visible()
        await host.reload()
        await expect(host.locator("section.ask")).to_be_visible()
        await expect(host.locator(".ask__answered")).to_contain_text("1 / 2")

        # A second tab of the same player is the same player.
        second = await linh.context.new_page()
        await second.goto(linh.url)
        await expect(second.get_by_text(SENT)).to_be_visible()
        await second.close()

        # The phone loses its network while answering; the answer is kept and arrives later.
        await ada.context.set_offline(True)
        await ada.locator("section.question").get_by_role("button", name=": Oxygen", exact=False).click()
        await expect(ada.get_by_text("Sending again…")).to_be_visible()
        await shot(ada, "offline")
        await ada.context.set_offline(False)
        await expect(host.locator("section.outcome")).to_be_visible()
        await expect(ada.locator("section.result")).to_have_attribute("data-status", "wrong")

        # The only process dies and starts again: everyone is back by themselves, with their scores.
        score = await linh.locator(".top__score").inner_text()
        await server.kill()
        await expect(linh.get_by_text("Connection lost. Coming back by itself…")).to_be_visible()
        await shot(linh, "lost")
        await server.start()
        await expect(linh.get_by_text("Connection lost. Coming back by itself…")).to_be_hidden()
        assert await linh.locator(".top__score").inner_text() == score
        await host.keyboard.press("Space")  # the leaderboard
        await next_step(host, "Next question")
        await answer(linh, EVERY_TYPE[1], right=True)
        await answer(ada, EVERY_TYPE[1], right=True, last=True)
        await expect(host.locator("section.outcome")).to_be_visible()


async def test_a_wrong_pin_and_a_taken_name_say_what_to_do(server: Server, browser: Browser) -> None:
    async with Teacher(server.base) as teacher:
        await teacher.write_quiz("Names", EVERY_TYPE[:1])
        host = await open_page(browser, server.base, PROJECTOR)
        await sign_in(host)
        pin = await start_game(host, "Names")
        await join(browser, server, pin, "Linh")
        other = await open_page(browser, server.base, PHONE)
        await other.goto("/")
        await other.get_by_label("Game PIN").fill("000000" if pin != "000000" else "111111")
        await expect(other.get_by_text("That PIN is not open. Check the six digits on the board.")).to_be_visible()
        await shot(other, "wrong-pin")
        await other.goto(f"/join/{pin}")
        await other.get_by_label("Your name").fill("LINH")
        await other.get_by_role("button", name="Enter game").click()
        await expect(other.get_by_role("alert").first).not_to_be_empty()
        await shot(other, "taken-name")
