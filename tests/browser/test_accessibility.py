"""axe finds nothing on any page, in light and in dark."""

import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Window, send_judged
from tests.product import ROOT, Product, llm_event

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RUN = "axe.run({resultTypes: ['violations']}).then(found => found.violations.map(v => `${v.id}: ${v.nodes[0].html}`))"


@pytest.fixture(scope="module")
def session(product: Product) -> str:
    name = f"axe-{uuid.uuid4()}"
    texts = [
        ("What a stupid, useless answer!", "I am sorry."),
        ("Thanks, that is lovely.", "- [x] done\n- [ ] open\n\n| a | b |\n|---|---|\n| 1 | 2 |"),
        ("pass\u200bword", "```\n" + "wide " * 60 + "\n```\n\n[a link](https://example.org/) and ![a picture](https://example.org/x.png)"),
    ]
    send_judged(product, [llm_event(*pair, person="axel@example.org", session=name) for pair in texts], name, 6)
    return name


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_pages_have_no_violations(window: Window, session: str, color_scheme: str) -> None:
    seen = window(color_scheme=color_scheme)
    trend = '/insights/new?q={"breakdownFilter":{"breakdown":"user_emotion"},"properties":[{"key":"user_emotion","operator":"is_set"}]}'
    for path, heading in {
        "": "Recent conversations",
        "/conversations?person=axel%40example.org": "Conversations",
        f"/conversations/{session}": "axel@example.org",
        trend: "Trends",
        "/settings": "Members",
    }.items():
        seen.open(path)
        expect(seen.page.get_by_role("heading", name=heading).first).to_be_visible()
        expect(seen.page.get_by_role("status")).to_have_count(0)
        seen.page.evaluate(AXE.read_text())
        assert seen.page.evaluate(RUN) == [], path


def test_nothing_moves_for_those_who_ask_for_less_motion(window: Window, session: str) -> None:
    reader = window()
    reader.open(f"/conversations/{session}")
    expect(reader.page.get_by_role("article").first).to_be_visible()
    moved = "element => { element.style.marginTop = '90px'; return [getComputedStyle(element).marginTop, element.getAnimations().length] }"
    assert reader.page.get_by_role("article").first.evaluate(moved) == ["90px", 0]
