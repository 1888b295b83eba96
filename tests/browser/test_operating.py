"""Whoever runs the school's server finds what failed and why, tries it again, and tests what answers."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.slow_model import slow_model
from tests.browser.stage import MADE_WITHIN_MS, PHONE, PROJECTOR, chromium, pictures, product, shot, signed_in
from tests.chaos.server import Server

pytestmark = pytest.mark.browser

ADMIN = ("head@school.example", "nine-green-bicycles")


async def make_admin(server: Server) -> None:
    """An administrator, as operators make them."""
    command = ("admin", "create", "--email", ADMIN[0], "--name", "Head of IT", "--password-stdin")
    made = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "edkit.cli",
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={"PATH": os.environ["PATH"], "EDTECH_DATA": str(server.data)},
    )
    said, _ = await made.communicate(ADMIN[1].encode())
    assert made.returncode == 0, said.decode()


async def test_an_administrator_sees_why_a_job_failed_tries_it_again_and_tests_the_endpoint(tmp_path: Path) -> None:
    async with slow_model() as model, product(tmp_path, llm_endpoints=model.endpoints) as server, chromium() as browser:
        model.let_go.set()  # too busy for everybody, and at once
        await make_admin(server)
        teacher = await signed_in(browser, server.base, PHONE)
        await teacher.goto("/quizzes/generate")
        await teacher.get_by_role("textbox", name="Your text").fill("Hello there.")
        await teacher.get_by_role("button", name="Make the quiz").click()
        await expect(teacher.get_by_text("This did not work")).to_be_visible(timeout=MADE_WITHIN_MS)
        await expect(teacher.get_by_role("button", name="Try again")).to_be_visible()  # the model may be there then
        await expect(teacher.locator(".toast")).to_have_count(0)  # what one looks at needs no toast
        await shot(teacher, "failed")
        await teacher.get_by_role("button", name="Change what you asked for").click()
        await expect(teacher.get_by_role("textbox", name="Your text")).to_have_value("Hello there.")

        admin = await signed_in(browser, server.base, PROJECTOR, ADMIN)
        await admin.goto("/admin/jobs")
        row = admin.get_by_role("listitem").filter(has_text="Quiz from “Hello there.”")
        await row.get_by_text("Steps", exact=True).click()
        await expect(row.locator(".step--failed")).to_contain_text("Writing questions")
        await expect(row.locator(".step--failed .step__error")).not_to_be_empty()
        await pictures(admin, "admin-jobs")
        await row.get_by_role("button", name="Try again").click()
        await expect(admin.get_by_text("is tried again")).to_be_visible()

        await admin.goto("/settings")
        await admin.get_by_role("button", name="Test school").click()
        await expect(admin.get_by_text("It does not work yet")).to_be_visible(timeout=MADE_WITHIN_MS)
        await pictures(admin, "endpoints")
        await teacher.goto("/admin/jobs")
        await expect(teacher.get_by_role("heading", name="Jobs", exact=True)).to_have_count(0)
        assert teacher.errors == []  # type: ignore[attr-defined]
        assert admin.errors == []  # type: ignore[attr-defined]
