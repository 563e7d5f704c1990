"""`posthog-js` in Chromium, on a page of another origin, against the running product."""

import functools
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, Response

from tests.product import Product, wait_until
from tests.sdks.conftest import HERE, Events, person_of, properties_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title>
<link rel="icon" href="data:,">
<script src="/array.js"></script>
<body><h1>Shop</h1><button id="buy" class="primary wide">Buy now</button><a href="/other.html">Other page</a></body></html>"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Access lines would only fill the test's output."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, node_environment: dict[str, str]) -> Iterator[str]:
    """URL of a site that is not the product."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "array.js").write_bytes((HERE / "node_modules/posthog-js/dist/array.js").read_bytes())
    for name in ("index.html", "other.html"):
        (folder / name).write_text(PAGE)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@dataclass
class Visit:
    """A visitor's tab, with all that went between it and the product."""

    page: Page
    product: Product
    home: str
    complaints: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda line: self.complaints.append(line.text) if line.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", self._answered)
        self.page.on("requestfailed", self._failed)
        self.page.on("request", self._asked)

    def _asked(self, request: Request) -> None:
        if request.url.startswith(self.product.url):
            self.requests.append(request)

    def _failed(self, request: Request) -> None:
        """A page that is left gives up its requests; the SDK sends their events again by beacon, and the test looks for them."""
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.url} failed: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")

    def open(self, path: str = "/", **options: object) -> str:
        """Open a page and start the SDK; the visitor's distinct id."""
        self.page.goto(self.home + path)
        start = (
            "([token, options]) => new Promise(done => posthog.init(token, {...options, loaded: () => done(posthog.get_distinct_id())}))"
        )
        return str(
            self.page.evaluate(start, [self.product.token, {"api_host": self.product.url, "opt_out_useragent_filter": True, **options}])
        )

    def paths(self) -> set[str]:
        return {urlsplit(request.url).path for request in self.requests}


@pytest.fixture
def visit(browser: Browser, product: Product, shop: str) -> Iterator[Visit]:
    context = browser.new_context()
    made = Visit(context.new_page(), product, shop)
    yield made
    context.close()
    assert made.complaints == [], "\n".join(made.complaints)


def test_a_visitor_becomes_a_person(visit: Visit, events_of: Events) -> None:
    anonymous = visit.open(person_profiles="identified_only")
    visit.page.click("#buy")
    visit.page.evaluate("posthog.capture('basket filled', {items: 3, note: 'Grüße 👋', nested: {a: [1, null]}})")
    person = f"dora-{anonymous}"
    visit.page.evaluate("([id]) => posthog.identify(id, {email: 'dora@example.com'}, {first_touch: 'search'})", [person])
    visit.page.evaluate("posthog.setPersonProperties({plan: 'pro'}, {first_touch: 'too late'})")
    visit.page.evaluate("posthog.capture('paid', {$set: {city: 'Köln'}})")
    events = events_of(anonymous, person, count=6)
    names = [event["event"] for event in events]
    assert sorted(names) == ["$autocapture", "$identify", "$pageview", "$set", "basket filled", "paid"]
    assert len({event["person"] for event in events}) == 1
    described = person_of(next(event for event in events if event["event"] == "paid"))
    assert (described["email"], described["plan"], described["first_touch"], described["city"]) == (
        "dora@example.com",
        "pro",
        "search",
        "Köln",
    )
    filled = properties_of(next(event for event in events if event["event"] == "basket filled"))
    assert (filled["items"], filled["note"], filled["nested"]) == (3, "Grüße 👋", {"a": [1, None]})
    assert (filled["$lib"], filled["$current_url"]) == ("web", visit.home + "/")


def test_a_click_is_captured_with_its_element(visit: Visit, events_of: Events, product: Product) -> None:
    anonymous = visit.open()
    visit.page.click("#buy")
    events_of(anonymous, count=2)
    rows = product.sql(f"SELECT elements_chain FROM events WHERE event = '$autocapture' AND distinct_id = '{anonymous}'")
    assert rows[0][0].startswith("button.primary.wide:")
    assert 'text="Buy now"' in rows[0][0]


NOTE_BEACONS = """{
  const send = navigator.sendBeacon.bind(navigator)
  navigator.sendBeacon = (url, body) => { localStorage.setItem('beacon', url); return send(url, body) }
}"""


def test_what_happens_while_leaving_is_sent_by_beacon(visit: Visit, events_of: Events) -> None:
    visit.page.add_init_script(NOTE_BEACONS)
    anonymous = visit.open()
    events_of(anonymous, count=1)
    visit.page.evaluate("posthog.capture('last words')")
    visit.page.goto("about:blank")
    events = events_of(anonymous, count=3)
    assert sorted(event["event"] for event in events) == ["$pageleave", "$pageview", "last words"]
    visit.page.goto(visit.home)
    assert visit.page.evaluate("localStorage.getItem('beacon')") == f"{visit.product.url}/i/v0/e/"


def test_a_visitor_stays_the_same_on_the_next_page(visit: Visit, events_of: Events) -> None:
    first = visit.open()
    second = visit.open("/other.html")
    assert first == second
    events = events_of(first, count=3)
    assert len({properties_of(event)["$session_id"] for event in events}) == 1


def test_groups(visit: Visit, events_of: Events, product: Product) -> None:
    anonymous = visit.open()
    company = f"acme-{anonymous}"
    visit.page.evaluate("([key]) => { posthog.group('company', key, {size: 7}); posthog.capture('report opened') }", [company])
    events_of(anonymous, count=3)
    rows = product.sql(f"SELECT event FROM events WHERE $group_0 = '{company}' ORDER BY event")
    assert ["report opened"] in rows


def test_flags_and_configuration_are_quiet(visit: Visit, events_of: Events) -> None:
    anonymous = visit.open()
    events_of(anonymous, count=1)
    assert any(path.startswith("/array/") for path in visit.paths())
    assert visit.page.evaluate("posthog.isFeatureEnabled('new-pricing')") in (None, False)
    visit.page.evaluate("posthog.reloadFeatureFlags()")
    assert wait_until(lambda: visit.page.wait_for_timeout(50) or "/flags/" in visit.paths(), 10)


@pytest.mark.parametrize("options", [{"disable_compression": True}, {"api_transport": "XHR"}, {"request_batching": False}])
def test_other_ways_of_sending(visit: Visit, events_of: Events, options: dict[str, object]) -> None:
    anonymous = visit.open(**options)
    visit.page.evaluate("posthog.capture('sent')")
    events = events_of(anonymous, count=2)
    assert {event["event"] for event in events} == {"$pageview", "sent"}


def test_the_sdk_is_the_published_one() -> None:
    assert Path(HERE / "package-lock.json").read_text().count('"resolved"') == 0
