"""A signed-in person in Chromium. Whatever the page complains about fails the test: errors, policy violations, foreign requests."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page

from tests.product import EMAIL, PASSWORD, Product, wait_until

PATIENCE_MS = 15_000
LABELLED_WITHIN_SECONDS = 60.0


@dataclass
class Reader:
    """A person at a browser window."""

    page: Page
    product: Product
    project: str = "@current"
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", lambda line: self.complaints.append(line.text) if line.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._dialog)
        self.page.on("request", lambda request: self._asked(request.url))

    def open(self, path: str = "") -> None:
        """A page of the project, `/conversations` for example."""
        self.page.goto(f"{self.product.url}/project/{self.project}{path}")

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    def _dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _asked(self, url: str) -> None:
        if not url.startswith((self.product.url, "data:", "blob:")):
            self.complaints.append(f"asked {url}")


Window = Callable[..., Reader]


@pytest.fixture(scope="module")
def session_state(browser: Browser, product: Product, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Path of the cookies of a session that began at the login form."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{product.url}/login")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/project/*")
    path = str(tmp_path_factory.mktemp("session") / "state.json")
    context.storage_state(path=path)
    context.close()
    return path


@pytest.fixture
def window(browser: Browser, product: Product, session_state: str) -> Iterator[Window]:
    """window(width=390, color_scheme="dark") opens a signed-in window."""
    opened: list[tuple[BrowserContext, Reader]] = []
    project = str(product.request("GET", "/api/projects/@current/")[1]["id"])

    def new(width: int = 1280, height: int = 900, color_scheme: str = "light") -> Reader:
        context = browser.new_context(
            storage_state=session_state,
            viewport={"width": width, "height": height},
            color_scheme="dark" if color_scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        reader = Reader(context.new_page(), product, project)
        opened.append((context, reader))
        return reader

    yield new
    complaints = [complaint for _, reader in opened for complaint in reader.complaints]
    for context, _ in opened:
        context.close()
    assert complaints == [], "\n".join(complaints)


@pytest.fixture
def reader(window: Window) -> Reader:
    return window()


def judged(product: Product, conversation_id: str, messages: int) -> bool:
    """All messages of the conversation are there and were read by the models."""
    status, found = product.request("GET", f"/api/projects/@current/conversations/{quote(conversation_id, safe='')}/")
    return status == 200 and len(found["messages"]) == messages and all(message["label_version"] for message in found["messages"])


def send_judged(product: Product, events: list[dict[str, object]], conversation_id: str, messages: int) -> None:
    status, answer = product.capture(events)
    assert status == 200, answer
    assert wait_until(lambda: judged(product, conversation_id, messages), LABELLED_WITHIN_SECONDS, 0.3), "not labelled in time"
