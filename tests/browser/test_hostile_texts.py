"""Texts of strangers in every displayed field: nothing runs, nothing is fetched, the policy has nothing to report."""

import json
import uuid
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Reader, send_judged
from tests.product import Product, llm_event

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><script>alert(1)</script>',
    "'-alert(1)-'",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "javascript:alert(1)",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/pixel.gif)",
    "![x](//evil.example/pixel.gif)",
    "[x](//evil.example/)",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>@import 'https://evil.example/x.css'</style>",
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<form action=https://evil.example><button>x</button></form>",
    "\u202egnp.exe\u202c \u200b\ufeff",
]


@pytest.fixture(scope="module")
def session(product: Product) -> str:
    """A conversation in which names, properties, events and messages are hostile."""
    name = f"hostile-{uuid.uuid4()}"
    person = f"<img src=x onerror=alert(1)>{uuid.uuid4().hex[:8]}"
    known = {"name": PAYLOADS[0], "email": PAYLOADS[3], "<b onclick=alert(1)>": PAYLOADS[2]}
    events = [llm_event(text, text, person=person, session=name, **{"$set": known}) for text in PAYLOADS]
    events += [
        {"event": payload, "distinct_id": person, "properties": {"plan <script>": payload, "$session_id": name}} for payload in PAYLOADS
    ]
    send_judged(product, events, name, 2 * len(PAYLOADS))
    return name


def test_a_transcript_shows_them_as_texts(reader: Reader, session: str) -> None:
    reader.open(f"/conversations/{session}")
    articles = reader.page.get_by_role("article")
    expect(articles).to_have_count(2 * len(PAYLOADS))
    expect(articles.first).to_contain_text("<script>alert(1)</script>")
    expect(reader.page.locator("article").locator("script, iframe, form, style, link, object, embed, img")).to_have_count(0)
    articles.last.get_by_role("button", name="Show every character").last.click()
    expect(reader.page.get_by_text("U+202E RLO").first).to_be_visible()


def test_lists_filters_and_charts_show_them_as_texts(reader: Reader, session: str) -> None:
    reader.open("/conversations")
    expect(reader.page.get_by_role("link", name="<script>alert(1)</script>").first).to_be_visible()
    query = {
        "series": [{"event": PAYLOADS[1]}, {"event": None}],
        "properties": [{"type": "event", "key": "$session_id", "operator": "exact", "value": [session]}],
        "breakdownFilter": {"breakdown": "plan <script>", "breakdown_type": "event"},
    }
    reader.open(f"/insights/new?q={quote(json.dumps(query))}")
    expect(reader.page.get_by_role("rowheader", name="<script>alert(1)</script>").first).to_be_visible()
    reader.page.locator("figure svg").first.hover()
    reader.page.get_by_role("button", name="Show the conversations behind it").first.click()
    expect(reader.page.get_by_role("dialog")).to_be_visible()


def test_addresses_with_them_are_harmless(reader: Reader) -> None:
    for payload in PAYLOADS[::3]:
        reader.open(f"/conversations?search={quote(payload)}&person={quote(payload)}")
        expect(reader.page.get_by_role("searchbox", name="Search in messages")).to_have_value(payload)
        expect(reader.page.get_by_text("No conversation matches")).to_be_visible()


def test_the_source_renders_no_html_strings() -> None:
    from tests.product import ROOT

    for path in (ROOT / "frontend" / "src").rglob("*.ts*"):
        text = path.read_text()
        assert "dangerouslySetInnerHTML" not in text, path
        assert ".innerHTML" not in text, path
