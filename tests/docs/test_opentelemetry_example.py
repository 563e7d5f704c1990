"""The Python example of docs/opentelemetry.md, run as it stands there, becomes a conversation with labels."""

import re
from pathlib import Path

from tests.product import Product, wait_until

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "opentelemetry.md"


def test_the_span_of_the_page_becomes_a_labelled_conversation(product: Product) -> None:
    [code] = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    code = code.replace("phc_your_project_token", product.token).replace("http://localhost:8000", product.url)
    exec(compile(code, PAGE.name, "exec"), {})

    def labels() -> list[dict]:
        status, found = product.request("GET", "/api/projects/@current/conversations/chat-otel-1/")
        return [message["labels"] for message in found["messages"]] if status == 200 else []

    assert wait_until(lambda: len(labels()) == 2 and all(labels()), 60)
    assert labels()[0]["user_emotion"]["value"] == "gratitude"
