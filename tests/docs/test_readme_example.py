"""The README's first event, run as it stands there, arrives in the conversation list with its labels."""

import re
from pathlib import Path

from tests.product import Product, wait_until

README = Path(__file__).resolve().parent.parent.parent / "README.md"


def test_the_first_event_of_the_readme_becomes_a_labelled_conversation(product: Product) -> None:
    example = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert example
    # The SDK's package is called like ours; its alias package is the same code.
    code = example[1].replace("from posthog import", "from posthoganalytics import")
    code = code.replace("phc_your_project_token", product.token).replace("http://localhost:8000", product.url)
    exec(compile(code, "README.md", "exec"), {})

    def conversation() -> dict | None:
        results = product.request("GET", "/api/projects/@current/conversations/")[1]["results"]
        return next((row for row in results if row["id"] == "chat-1" and row["labels"]), None)

    assert wait_until(conversation, 60)
    found = product.request("GET", "/api/projects/@current/conversations/chat-1/")[1]
    assert [message["role"] for message in found["messages"]] == ["user", "assistant"]
    assert "user_emotion" in found["messages"][0]["labels"]
