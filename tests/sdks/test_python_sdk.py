"""`posthoganalytics`, the Python SDK, against the running product."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from posthoganalytics import Posthog

from tests.product import Product, wait_until
from tests.sdks.conftest import Events, person_of, properties_of

pytestmark = pytest.mark.timeout(240)
Connect = Callable[..., Posthog]


@pytest.fixture
def failures() -> list[str]:
    return []


@pytest.fixture
def connect(product: Product, failures: list[str], caplog: pytest.LogCaptureFixture) -> Iterator[Connect]:
    """connect(**options): a client of the product. A test fails when the SDK reports or logs an error."""
    clients: list[Posthog] = []

    def made(**options: Any) -> Posthog:
        client = Posthog(product.token, host=product.url, on_error=lambda error, batch: failures.append(str(error)), **options)
        clients.append(client)
        return client

    yield made
    for client in clients:
        client.shutdown()
    assert failures == []
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == []


WAYS: list[dict[str, Any]] = [
    {"gzip": False},
    {"gzip": True},
    {"capture_mode": "v1"},
    {"capture_mode": "v1", "capture_compression": "gzip"},
    {"capture_mode": "v1", "capture_compression": "deflate"},
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: " ".join(map(str, way.values())))
def test_events_arrive_as_they_were_captured(connect: Connect, events_of: Events, way: dict[str, Any]) -> None:
    client, person, known = connect(flush_interval=0.2, **way), f"dora-{uuid4()}", str(uuid4())
    client.capture("article read", distinct_id=person, properties={"title": "Über uns 👋", "words": 812, "tags": ["a", "b"]}, uuid=known)
    client.capture("article shared", distinct_id=person, properties={"to": {"name": "Bob"}})
    client.flush()
    read, shared = events_of(person, count=2)
    assert (read["event"], shared["event"]) == ("article read", "article shared")
    assert str(read["uuid"]) == known
    assert {key: value for key, value in properties_of(read).items() if not key.startswith("$")} == {
        "title": "Über uns 👋",
        "words": 812,
        "tags": ["a", "b"],
    }
    assert properties_of(shared)["to"] == {"name": "Bob"}
    assert properties_of(read)["$lib"] == "posthog-python"


def test_a_person_is_described_and_merged(connect: Connect, events_of: Events) -> None:
    client, person = connect(flush_interval=0.2), f"erin-{uuid4()}"
    anonymous = f"visitor-{uuid4()}"
    client.capture("price seen", distinct_id=anonymous)
    client.set(distinct_id=person, properties={"plan": "trial", "seats": 3})
    client.set(distinct_id=person, properties={"plan": "pro"})
    client.set_once(distinct_id=person, properties={"first_touch": "newsletter"})
    client.set_once(distinct_id=person, properties={"first_touch": "too late"})
    client.capture("signed up", distinct_id=person, properties={"$set": {"city": "Köln"}})
    client.alias(previous_id=anonymous, distinct_id=person)
    client.capture("paid", distinct_id=person)
    client.flush()
    events = events_of(person, anonymous, count=8)
    assert len({event["person"] for event in events}) == 1
    described = person_of(events[-1])
    assert (described["plan"], described["seats"], described["first_touch"], described["city"]) == ("pro", 3, "newsletter", "Köln")


def test_what_v1_says_beside_the_properties_is_understood(connect: Connect, events_of: Events) -> None:
    client, person = connect(capture_mode="v1", flush_interval=0.2), f"emil-{uuid4()}"
    client.capture("seen", distinct_id=person, properties={"$process_person_profile": False, "$session_id": "s-1"})
    client.set(distinct_id=person, properties={"plan": "pro"})
    client.flush()
    seen, described = events_of(person, count=2)
    assert (properties_of(seen)["$session_id"], properties_of(seen)["$process_person_profile"]) == ("s-1", False)
    assert person_of(described)["plan"] == "pro"


def test_an_anonymous_visitor_is_identified(connect: Connect, events_of: Events) -> None:
    client, person, anonymous = connect(flush_interval=0.2), f"frank-{uuid4()}", f"visitor-{uuid4()}"
    client.capture("landing page", distinct_id=anonymous)
    client.capture("$identify", distinct_id=person, properties={"$anon_distinct_id": anonymous, "$set": {"email": "frank@example.com"}})
    client.flush()
    events = events_of(person, anonymous, count=2)
    assert len({event["person"] for event in events}) == 1
    assert person_of(events[-1])["email"] == "frank@example.com"


def test_groups(connect: Connect, events_of: Events, product: Product) -> None:
    client, person, company = connect(flush_interval=0.2), f"gina-{uuid4()}", f"acme-{uuid4()}"
    client.group_identify("company", company, {"industry": "hedgehogs", "size": 12}, distinct_id=person)
    client.capture("report opened", distinct_id=person, groups={"company": company})
    client.flush()
    events_of(person, count=2)
    rows = product.sql(f"SELECT event FROM events WHERE $group_0 = '{company}'")
    assert rows == [["report opened"]]


def test_a_thousand_events_in_batches(connect: Connect, product: Product) -> None:
    client, run = connect(gzip=True, flush_at=100, flush_interval=0.5), str(uuid4())
    for number in range(1_000):
        client.capture("step", distinct_id=f"walker-{number % 50}", properties={"run": run, "number": number})
    client.flush()
    counted = f"SELECT count(), uniq(properties.number) FROM events WHERE properties.run = '{run}'"
    assert wait_until(lambda: product.sql(counted) == [[1_000, 1_000]], 60, 0.3), product.sql(counted)


def test_flags_are_quiet(connect: Connect, product: Product) -> None:
    client = connect(personal_api_key=product.key, poll_interval=3_600)
    client.load_feature_flags()
    assert client.get_all_flags("dora") == {}
    assert not client.feature_enabled("new-pricing", "dora", send_feature_flag_events=False)
    assert client.get_feature_flag("new-pricing", "dora", send_feature_flag_events=False) in (None, False)
    evaluated = client.evaluate_flags("dora")
    assert not evaluated.is_enabled("new-pricing")


def test_ai_events_over_their_own_lane(connect: Connect, events_of: Events) -> None:
    client, person = connect(_use_ai_lane=True, flush_interval=0.2), f"hugo-{uuid4()}"
    client.capture_ai(
        "$ai_generation",
        distinct_id=person,
        properties={
            "$ai_trace_id": str(uuid4()),
            "$ai_model": "small-model",
            "$ai_input": [{"role": "user", "content": "Where is my parcel?"}],
            "$ai_output_choices": [{"role": "assistant", "content": "It arrives tomorrow."}],
        },
    )
    client.flush()
    (event,) = events_of(person, count=1)
    assert properties_of(event)["$ai_model"] == "small-model"


def test_history_keeps_its_times(connect: Connect, events_of: Events) -> None:
    client, person = connect(historical_migration=True, flush_interval=0.2), f"ida-{uuid4()}"
    client.capture("imported", distinct_id=person, timestamp=datetime(2024, 2, 29, 12, 30, tzinfo=UTC))
    client.flush()
    (event,) = events_of(person, count=1)
    assert str(event["timestamp"]).startswith("2024-02-29T12:30:00")


def failures_of(product: Product, token: str, distinct_id: str, mode: str) -> list[Any]:
    """What the SDK reports about an event that is not taken."""
    failures: list[Any] = []
    client = Posthog(token, host=product.url, on_error=lambda error, _: failures.append(error), max_retries=0, capture_mode=mode)
    client.capture("lost", distinct_id=distinct_id)
    client.flush()
    client.shutdown()
    return failures


@pytest.mark.parametrize("mode", ["v0", "v1"])
def test_a_wrong_token_is_reported_by_the_sdk(product: Product, mode: str) -> None:
    (failure,) = failures_of(product, "phc_of_nobody", "nobody", mode)
    assert "Project API key invalid" in str(failure)


def test_v1_reports_the_very_event_that_was_not_taken(product: Product) -> None:
    (failure,) = failures_of(product, product.token, "  ", "v1")
    assert [details for _, details in failure.drops] == ["event submitted with an empty distinct_id"]
