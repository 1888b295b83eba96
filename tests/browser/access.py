"""Whether a page keeps anybody out: what a machine can find of WCAG 2.2 AA."""

from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
STILL = """
Promise.all(document.getAnimations().filter(a => a.effect.getComputedTiming().endTime < 5000).map(a => a.finished))
"""


async def open_to_all(page: Page) -> None:
    """Nothing that axe finds stands on this page."""
    await page.evaluate(STILL)  # what fades in has less contrast on the way
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    found: dict[str, Any] = await page.evaluate("options => axe.run(document, options)", options)
    assert not found["violations"], f"{page.url}\n" + "\n".join(map(_said, found["violations"]))


def _said(violation: dict[str, Any]) -> str:
    places = "".join(f"\n    {node['html'][:160]}: {node['failureSummary']}" for node in violation["nodes"][:4])
    return f"{violation['id']}: {violation['help']}{places}"
