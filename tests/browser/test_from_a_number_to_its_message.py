"""The main job in a real browser: list, transcript, trend, and from a point of it to the message that matched."""

import json
import uuid
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Reader, Window, send_judged
from tests.product import Product, llm_event, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

CHAT = [
    ("Where is my parcel? It was due on Tuesday.", "It was last scanned in Leipzig on Friday."),
    ("You are a stupid idiot, I hate you and your useless company!", "I am sorry. I have refunded the order in full."),
    ("Thank you so much, that is wonderful!", "You are welcome. Is there anything else?"),
]
LONG_ANSWER = "\n\n".join(f"{n}. A long line about the parcel." for n in range(60))
PAST_THE_FIRST_SCREEN = ("Please list everything that you know about it.", LONG_ANSWER)


@pytest.fixture(scope="module")
def chat(product: Product) -> dict[str, Any]:
    """A labelled conversation of its own person, in which only the third message of the user is toxic."""
    session, person = f"chat-{uuid.uuid4()}", f"greta-{uuid.uuid4().hex * 3}@example.org"
    turns = [CHAT[0], PAST_THE_FIRST_SCREEN, *CHAT[1:]]
    events = [llm_event(user, assistant, person=person, session=session) for user, assistant in turns]
    send_judged(product, events, session, 2 * len(turns))
    return {"session": session, "person": person, "toxic": events[2]["uuid"]}


def trend_of_toxic(person: str) -> str:
    query = {
        "kind": "TrendsQuery",
        "series": [{"kind": "EventsNode", "event": "llm-task", "math": "total"}],
        "properties": [{"type": "event", "key": "user_toxic", "operator": "is_set"}],
        "breakdownFilter": {"breakdown": "$session_id", "breakdown_type": "event"},
        "dateRange": {"date_from": "-7d"},
    }
    return f"/insights/new?q={quote(json.dumps(query))}"


def test_the_list_leads_to_the_transcript_with_labels_under_its_messages(reader: Reader, chat: dict[str, Any]) -> None:
    reader.open(f"/conversations?person={quote(chat['person'])}")
    row = reader.page.get_by_role("link", name="Where is my parcel?")
    expect(row).to_contain_text("8 messages")
    expect(row).to_contain_text("toxic")
    row.click()
    toxic = reader.page.get_by_role("article").filter(has_text="stupid idiot")
    label = toxic.get_by_role("button", name="User toxic: toxic")
    expect(label).to_contain_text("score")
    label.hover()
    expect(reader.page.get_by_role("tooltip")).to_contain_text("%")


def test_a_number_leads_to_the_message_that_made_it(reader: Reader, chat: dict[str, Any]) -> None:
    reader.open(trend_of_toxic(chat["person"]))
    reader.page.get_by_role("button", name=f"{chat['session']}, ").first.click()
    drawer = reader.page.get_by_role("dialog")
    expect(drawer.get_by_role("listitem")).to_have_count(1)
    drawer.get_by_role("tab", name="People").click()
    expect(drawer.get_by_role("link", name=chat["person"])).to_contain_text("1 event")
    drawer.get_by_role("tab", name="Conversations").click()
    drawer.get_by_role("link", name="Where is my parcel?").click()
    matched = reader.page.get_by_role("article", name="matched").first
    expect(matched).to_contain_text("stupid idiot")
    expect(matched).to_be_in_viewport()
    expect(matched).to_be_focused()
    assert reader.page.url.endswith(f"/conversations/{chat['session']}?message={chat['toxic']}")
    reader.page.go_back()
    expect(drawer).to_be_visible()


def test_a_click_in_the_chart_opens_the_same_drawer(reader: Reader, chat: dict[str, Any]) -> None:
    reader.open(trend_of_toxic(chat["person"]))
    box = _settled_box(reader.page.locator("figure svg").first)
    reader.page.mouse.click(box["x"] + box["width"] - 40, box["y"] + box["height"] / 2)
    expect(reader.page.get_by_role("dialog").get_by_role("link").first).to_be_visible()


def test_the_whole_way_goes_by_keyboard(reader: Reader, chat: dict[str, Any]) -> None:
    reader.open(trend_of_toxic(chat["person"]))
    cell = reader.page.get_by_role("button", name=f"{chat['session']}, ").first
    cell.focus()
    reader.page.keyboard.press("Enter")
    link = reader.page.get_by_role("dialog").get_by_role("link", name="Where is my parcel?")
    expect(link).to_be_visible()
    reader.page.keyboard.press("Escape")
    expect(reader.page.get_by_role("dialog")).to_have_count(0)
    cell.focus()
    reader.page.keyboard.press("Enter")
    link.focus()
    reader.page.keyboard.press("Enter")
    expect(reader.page.get_by_role("article", name="matched").first).to_be_focused()


def test_rows_of_the_list_go_by_j_and_k(reader: Reader, chat: dict[str, Any]) -> None:
    reader.open(f"/conversations?person={quote(chat['person'])}")
    row = reader.page.get_by_role("link", name="Where is my parcel?")
    expect(row).to_be_visible()
    reader.page.keyboard.press("j")
    expect(row).to_be_focused()
    reader.page.keyboard.press("Enter")
    expect(reader.page.get_by_role("article").first).to_be_visible()


def test_the_first_stop_of_the_tab_key_skips_the_navigation(reader: Reader) -> None:
    reader.open("/conversations")
    expect(reader.page.get_by_role("heading", name="Conversations")).to_be_visible()
    reader.page.keyboard.press("Tab")
    expect(reader.page.get_by_role("link", name="Skip to the content")).to_be_focused()


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_pages_fit_a_window_of_320_pixels(window: Window, chat: dict[str, Any], color_scheme: str) -> None:
    narrow = window(width=320, color_scheme=color_scheme)
    for path, landmark in {
        "": "Recent conversations",
        "/conversations": "Conversations",
        f"/conversations/{chat['session']}": "Person",
        trend_of_toxic(chat["person"]): "Trends",
        "/settings": "Personal API keys",
    }.items():
        narrow.open(path)
        place = narrow.page.get_by_role("heading", name=landmark).or_(narrow.page.get_by_role("region", name=landmark))
        expect(place.first).to_be_visible()
        assert narrow.overflow() <= 0, path
    narrow.page.get_by_role("button", name="Open the menu").click()
    narrow.page.get_by_role("dialog").get_by_role("link", name="Conversations").click()
    expect(narrow.page.get_by_role("heading", name="Conversations")).to_be_visible()


def test_a_label_leads_up_to_its_trend_and_to_others_like_it(reader: Reader, chat: dict[str, Any]) -> None:
    reader.open(f"/conversations/{chat['session']}")
    label = reader.page.get_by_role("article").filter(has_text="stupid idiot").get_by_role("button", name="User toxic: toxic")
    label.click()
    reader.page.get_by_role("menuitem", name="Trend of this label").click()
    expect(reader.page.get_by_role("heading", name="Trends")).to_be_visible()
    expect(reader.page.get_by_role("button", name="Edit filter: User toxic is 1")).to_be_visible()
    reader.page.go_back()
    label.click()
    reader.page.get_by_role("menuitem", name="Others like this").click()
    expect(reader.page.get_by_role("button", name="Remove filter User toxic")).to_be_visible()
    expect(reader.page.get_by_role("link", name="Where is my parcel?").first).to_be_visible()


def _settled_box(chart: Locator) -> dict[str, float]:
    """Where the chart stands once it no longer moves: it is drawn by a part of the page that comes later, into its final size."""
    expect(chart).to_be_visible()
    boxes: list[Any] = [None]

    def settled() -> bool:
        boxes.append(chart.bounding_box())
        return boxes[-1] is not None and boxes[-1] == boxes[-2]

    assert wait_until(settled, 15, 0.3)
    return dict(boxes[-1])
