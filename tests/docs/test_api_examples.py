"""Every request of docs/api.md is answered with 200 and something in it, as it stands there."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.product import Product, llm_event, wait_until

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "api.md"
EXAMPLES = re.findall(r"```http\n(\w+) (\S+)\n(.*?)```", PAGE.read_text(), re.DOTALL)
NAMES = [f"{number} {method} {path[:60]}" for number, (method, path, _) in enumerate(EXAMPLES)]


@pytest.fixture(scope="module", autouse=True)
def _grateful(product: Product) -> None:
    """A conversation that the examples find."""
    said = [llm_event("Where are my invoices?", "Under Billing.", person="ada", session="chat-42")]
    said += [llm_event("Perfect, thank you so much!", "You're welcome!", person="ada", session="chat-42")]
    assert product.capture(said)[0] == 200
    query = "SELECT count() FROM events WHERE conversation_id = 'chat-42' AND properties.user_emotion = 'gratitude'"
    assert wait_until(lambda: product.sql(query)[0][0] > 0, 60)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 6


@pytest.mark.parametrize(("method", "path", "body"), EXAMPLES, ids=NAMES)
def test_the_example_is_answered(product: Product, method: str, path: str, body: str) -> None:
    text = body.strip().replace("phc_your_project_token", product.token)
    status, answer = product.request(method, path, json.loads(text) if text else None)
    assert status == 200, answer
    assert _content(answer)


def _content(answer: dict[str, Any]) -> object:
    return answer.get("results") or answer.get("messages") or answer.get("status") or "user_emotion" in answer
