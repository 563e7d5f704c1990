"""The model reads a text once, in however many events it comes and whichever worker they reach."""

import re

import pytest

from tests.product import Product, llm_event, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]
_CLASSIFIED = re.compile(r'^posthog_ingestion_classified_total\{by="[^"]+"\} (\S+)', re.MULTILINE)
_HITS = re.compile(r'^posthog_ingestion_label_cache_total\{answer="hit"\} (\S+)', re.MULTILINE)


def counted(product: Product, pattern: re.Pattern[str]) -> float:
    return sum(float(found) for found in pattern.findall(product.request("GET", "/metrics")[1]))


def said(product: Product, person: str) -> None:
    """Twenty events of as many people, so in all partitions, with one question and one answer; all get their labels."""
    events = [
        llm_event("Read me once, please.", "I shall.", person=f"{person} {number}", session=f"{person} {number}") for number in range(20)
    ]
    assert product.capture(events)[0] == 200
    query = f"SELECT count() FROM events WHERE startsWith(distinct_id, '{person} ') AND isNotNull(properties.$label_version)"
    assert wait_until(lambda: product.sql(query)[0][0] == 20, 120, 0.5)


def test_a_text_in_many_events_is_read_once_and_not_again_after_the_worker_was_killed(product: Product) -> None:
    before = counted(product, _CLASSIFIED)
    said(product, "first")
    assert counted(product, _CLASSIFIED) == before + 2
    product.kill("worker")
    assert wait_until(lambda: product.request("GET", "/_ready")[0] == 200, 120, 0.5)
    hits = counted(product, _HITS)
    said(product, "second")
    assert counted(product, _CLASSIFIED) == before + 2
    assert counted(product, _HITS) > hits
