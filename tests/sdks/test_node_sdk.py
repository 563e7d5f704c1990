"""`posthog-node` against the running product."""

import json
import subprocess
from typing import Any
from uuid import uuid4

import pytest

from tests.product import Product
from tests.sdks.conftest import HERE, Events, person_of, properties_of

pytestmark = pytest.mark.timeout(240)
EVENTS = 58  # 50 steps, seven others, and the look at a flag


@pytest.fixture(scope="module")
def visit(product: Product, node_environment: dict[str, str]) -> dict[str, Any]:
    """The ids that the script used, and what it reported."""
    ids = {"PERSON": f"nora-{uuid4()}", "ANONYMOUS": f"visitor-{uuid4()}", "COMPANY": f"acme-{uuid4()}"}
    run = subprocess.run(
        ["node", "node_sdk.mjs"],
        cwd=HERE,
        env={**node_environment, "HOST": product.url, "TOKEN": product.token, "KEY": product.key, **ids},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert run.returncode == 0, run.stderr
    return {**ids, **json.loads(run.stdout.splitlines()[-1])}


def test_the_sdk_has_nothing_to_complain_about(visit: dict[str, Any]) -> None:
    assert visit["errors"] == []
    assert visit["flags"]["all"] == {}
    assert not visit["flags"]["one"]


def test_all_events_are_visible_and_belong_to_one_person(visit: dict[str, Any], events_of: Events) -> None:
    events = events_of(visit["PERSON"], visit["ANONYMOUS"], count=EVENTS)
    names = [event["event"] for event in events]
    assert sorted(set(names)) == [
        "$create_alias",
        "$feature_flag_called",
        "$groupidentify",
        "$identify",
        "paid",
        "price seen",
        "report opened",
        "step",
        "trial started",
    ]
    assert len({event["person"] for event in events}) == 1
    described = person_of(events[-1])
    assert (described["email"], described["plan"], described["first_touch"]) == ("nora@example.com", "trial", "fair")
    seen = next(event for event in events if event["event"] == "price seen")
    assert (properties_of(seen)["price"], properties_of(seen)["currency"], properties_of(seen)["$lib"]) == (12.5, "€", "posthog-node")
    assert sorted(properties_of(event)["number"] for event in events if event["event"] == "step") == list(range(50))


def test_events_know_their_group(visit: dict[str, Any], events_of: Events, product: Product) -> None:
    events_of(visit["PERSON"], visit["ANONYMOUS"], count=EVENTS)
    assert product.sql(f"SELECT event FROM events WHERE $group_0 = '{visit['COMPANY']}'") == [["report opened"]]
