"""The request of docs/own-labels.md is answered as it stands there, by a model that has embeddings."""

import json
import re
from pathlib import Path

from tests.product import Product

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "own-labels.md"


def test_the_preview_of_the_page_is_answered(product: Product) -> None:
    [(method, path, body)] = re.findall(r"```http\n(\w+) (\S+)\n(.*?)```", PAGE.read_text(), re.DOTALL)
    status, answer = product.request(method, path, json.loads(body))
    assert status == 200, answer
    assert answer["figures"]["recall"] >= 0.5
