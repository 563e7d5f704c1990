"""An event that makes a stage fail is kept as a dead letter; the others of its batch become visible. Replays store it, once."""

import os
import signal
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from redis.exceptions import ConnectionError as RedisConnectionError

from posthog.clickhouse import client
from posthog.common import limits, redis
from posthog.conversations import identity as conversation_identity
from posthog.eventlog import keys, log
from posthog.ingestion import dead_letters, decode, geoip, ledger, rows, stages
from posthog.ingestion.failpoints import FailPointError
from posthog.ingestion.models import DeadLetter
from posthog.ingestion.tests.conftest import NOON, FakeModel, Pipeline, event, in_a_worker_process, task
from posthog.people import identity as people_identity

pytestmark = pytest.mark.django_db
POISON = "poison"


def breaking(module: Any, name: str, is_poison: Callable[..., bool], monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the function raise for the poison event only."""
    works = getattr(module, name)

    def broken(*args: Any, **options: Any) -> Any:
        if is_poison(*args):
            raise ZeroDivisionError("as a defect would")
        return works(*args, **options)

    monkeypatch.setattr(module, name, broken)


def in_batch(items: Any) -> bool:
    return any(one.event == POISON for one in items)


STAGES: dict[str, tuple[Any, str, Callable[..., bool]]] = {
    "decode": (decode, "derive", lambda one: one.name == POISON),
    "geoip": (geoip, "locate", lambda properties: properties.get("poison") is True),
    "people": (people_identity, "apply_event", lambda world, one: one.event == POISON),
    "conversations": (conversation_identity, "assign", in_batch),
    "write": (rows, "prepare", lambda work, one: one.name == POISON),
}


def poisoned(pipeline: Pipeline) -> dict[str, Any]:
    """A poison event among others."""
    pipeline.accept(event(), task("Where is my refund?", "On its way.", "noor"))
    [poison] = pipeline.accept({**task("Hello", "Hi", "noor", poison=True), "event": POISON})
    pipeline.accept(event("later", "noor"))
    return poison


@pytest.mark.parametrize("stage", STAGES)
def test_in_every_stage_only_the_poison_is_given_up_and_a_replay_after_the_fix_stores_it(
    pipeline: Pipeline, model: FakeModel, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    poison = poisoned(pipeline)
    with monkeypatch.context() as broken:
        breaking(*STAGES[stage], broken)
        pipeline.run()
    assert pipeline.events() == ["message sent", "llm-task", "later"]
    [letter] = DeadLetter.objects.all()
    assert (letter.stage, letter.reason, letter.uuid) == (stage, "ZeroDivisionError: as a defect would", poison["uuid"])
    found = ledger.read()
    assert (found.received, found.visible, found.dead_letters) == (4, 3, 1)
    assert dead_letters.replay(list(dead_letters.waiting())).put_back == 1
    assert ledger.read().in_flight == 1
    pipeline.run()
    assert pipeline.events("event, timestamp, created_at")[-1] == (POISON, NOON, NOON)
    assert dead_letters.replay(list(DeadLetter.objects.all())).put_back == 0
    pipeline.run()
    assert sorted(pipeline.events()) == ["later", "llm-task", "message sent", POISON]


def test_an_event_that_fails_in_the_first_of_two_attempts_is_stored_with_its_messages(
    pipeline: Pipeline, model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned(pipeline)
    with monkeypatch.context() as first:
        breaking(*STAGES["conversations"], first)
        first.setenv("FAIL_POINTS", "events written=raise")
        with pytest.raises(FailPointError):
            pipeline.run()
    assert POISON not in pipeline.events()
    pipeline.run()
    assert sorted(pipeline.events()) == ["later", "llm-task", "message sent", POISON]
    of_poison = f"SELECT role, message_id FROM turns WHERE team_id = {{team}} AND event = '{POISON}' ORDER BY position"
    contents = dict(pipeline.rows("SELECT message_id, content FROM messages WHERE team_id = {team}"))
    assert [(role, contents[message]) for role, message in pipeline.rows(of_poison)] == [("user", "Hello"), ("assistant", "Hi")]
    assert DeadLetter.objects.count() == 0


def test_the_store_refusing_rows_halves_the_batch_until_they_are_alone(pipeline: Pipeline, model: FakeModel) -> None:
    client.execute("ALTER TABLE events ADD CONSTRAINT no_poison CHECK event != 'poison'")
    try:
        for number in range(40):
            pipeline.accept(event(POISON if number in (7, 8, 31) else "fine"))
        pipeline.run()
    finally:
        client.execute("ALTER TABLE events DROP CONSTRAINT no_poison")
    assert pipeline.events() == ["fine"] * 37
    assert DeadLetter.objects.filter(stage="write").count() == 3
    dead_letters.replay(list(dead_letters.waiting()))
    pipeline.run()
    assert len(pipeline.events()) == 40


@pytest.mark.parametrize("fixed", [True, False])
def test_a_halved_batch_that_is_interrupted_stays_exact(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, fixed: bool) -> None:
    """Also when the second attempt would not be refused any more: what its halves have stored is not stored again."""
    client.execute("ALTER TABLE events ADD CONSTRAINT no_poison CHECK event != 'poison'")
    try:
        for number in range(16):
            pipeline.accept(event(POISON if number == 11 else "fine"))
        inserts = iter(range(1_000))
        insert = client.insert

        def dies_in_between(table: str, *args: Any, **options: Any) -> None:
            insert(table, *args, **options)
            if table == "events" and next(inserts) == 1:
                raise FailPointError("after the second part was stored")

        monkeypatch.setattr(client, "insert", dies_in_between)
        with pytest.raises(FailPointError):
            pipeline.run()
        assert 0 < len(pipeline.events()) < 15
        if not fixed:
            pipeline.run()
    finally:
        client.execute("ALTER TABLE events DROP CONSTRAINT no_poison")
    pipeline.run()
    assert len(pipeline.events()) == (16 if fixed else 15)


def test_rows_that_vanished_from_under_their_token_are_sent_again(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a power cut: the token is remembered, the part is gone."""
    pipeline.accept(event(), event())
    monkeypatch.setenv("FAIL_POINTS", "events written=raise")
    with pytest.raises(FailPointError):
        pipeline.run()
    client.execute("ALTER TABLE events DELETE WHERE 1", settings={"mutations_sync": 2})
    monkeypatch.delenv("FAIL_POINTS")
    pipeline.run()
    assert len(pipeline.events()) == 2


def test_an_unreadable_entry_is_kept_and_the_rest_goes_on(pipeline: Pipeline) -> None:
    log.append([(0, b"\0\0\0\1not an entry")])
    pipeline.accept(event(), {"event": "without a uuid", "distinct_id": "mara", "properties": {}}, {"uuid": "not one", "event": "x"})
    pipeline.run()
    assert pipeline.events() == ["message sent"]
    assert list(DeadLetter.objects.values_list("stage", flat=True)) == ["decode"] * 3
    assert ledger.read().received == 4
    assert dead_letters.replay(list(dead_letters.waiting())) == dead_letters.Replayed(put_back=2, unreadable=1)
    pipeline.run()
    assert dead_letters.waiting().count() == 3


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (event("$performance_event"), "performance_event"),
        (event("$snapshot_items"), "session_recording"),
        (event(""), "empty"),
        (event(distinct_id=""), "empty"),
        (event("$groupidentify", S_process_person_profile=False), "invalid_event_when_process_person_profile_is_false"),
    ],
)
def test_what_is_not_stored_on_purpose_is_counted_with_its_reason(pipeline: Pipeline, sent: dict[str, Any], reason: str) -> None:
    pipeline.accept(sent, event())
    pipeline.run()
    assert pipeline.events() == ["message sent"]
    assert ledger.read().dropped == {reason: 1}


def test_events_of_an_unknown_project_are_dropped_and_counted(pipeline: Pipeline) -> None:
    pipeline.accept(event(), project_id=None, token="phc_nobody_has_this_one")
    pipeline.run()
    assert ledger.read(0).dropped == {"unknown_token": 1}


def test_what_capture_left_out_of_the_log_is_in_the_ledger(pipeline: Pipeline) -> None:
    pipeline.accept(event(), dropped={"session_recording": 3})
    assert ledger.read().in_flight == 4
    pipeline.run()
    found = ledger.read(pipeline.member.project.pk)
    assert (found.received, found.visible, found.dropped, found.in_flight) == (4, 1, {"session_recording": 3}, 0)


def test_an_event_that_kills_its_worker_is_given_up_after_three_deaths(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("fine", "fine", POISON, "fine"):
        pipeline.accept(event(name, poison=name == POISON))
    locate = geoip.locate
    monkeypatch.setattr(geoip, "locate", lambda properties: dies() if properties.get("poison") else locate(properties))
    for _ in range(3):
        assert in_a_worker_process(pipeline.run) == -signal.SIGKILL
        redis.client().delete(keys.lease(0))  # which runs out by itself
    pipeline.run()
    assert pipeline.events() == ["fine"] * 3
    [letter] = DeadLetter.objects.all()
    assert (letter.event, letter.stage, "died" in letter.reason) == (POISON, "geoip", True)


def dies() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_valkey_going_away_again_and_again_is_no_death_of_a_worker(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise RedisConnectionError("Connection refused")

    def goes_away(*_: Any) -> None:
        broken.setattr(redis.client(), "hset", away)
        away()

    pipeline.accept(event(), event())
    for _ in range(limits.DEATHS_BEFORE_CARE + 2):
        with monkeypatch.context() as broken:
            broken.setattr(stages, "STAGES", (*stages.STAGES[:3], goes_away))
            with pytest.raises(RedisConnectionError):
                pipeline.run()
    pipeline.run()
    assert len(pipeline.events()) == 2
    assert not DeadLetter.objects.exists()


def a_letter(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    poisoned(pipeline)
    with monkeypatch.context() as broken:
        breaking(*STAGES["geoip"], broken)
        pipeline.run()


def test_who_replays_what_another_is_replaying_puts_nothing_back(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    a_letter(pipeline, monkeypatch)
    mine, theirs = list(dead_letters.waiting()), list(dead_letters.waiting())
    assert (dead_letters.replay(theirs).put_back, dead_letters.replay(mine).put_back) == (1, 0)
    pipeline.run()
    assert len(pipeline.events()) == 4
    assert ledger.read().dropped == {}


def test_a_replay_while_the_store_is_away_leaves_the_letter(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    a_letter(pipeline, monkeypatch)
    with monkeypatch.context() as away:
        breaking(client, "insert", lambda *_: True, away)
        with pytest.raises(ZeroDivisionError):
            dead_letters.replay(list(dead_letters.waiting()))
    assert dead_letters.waiting().count() == 1
    assert ledger.read().balances
    dead_letters.replay(list(dead_letters.waiting()))
    pipeline.run()
    assert len(pipeline.events()) == 4


def test_the_commands_list_show_and_replay(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*args: str) -> str:
        out = StringIO()
        call_command(*args, stdout=out)
        return out.getvalue()

    assert "no dead letters" in run("dead_letters", "list") == run("dead_letters")
    poison = poisoned(pipeline)
    with monkeypatch.context() as broken:
        breaking(*STAGES["geoip"], broken)
        pipeline.run()
    letter = DeadLetter.objects.get()
    assert poison["uuid"] in run("dead_letters", "list")
    assert '"poison":true' in run("dead_letters", "show", str(letter.pk))
    assert "balanced" in run("ledger")
    with pytest.raises(CommandError, match="no dead letter 0"):
        run("dead_letters", "replay", "--id", "0")
    assert "put back into the log: 1" in run("dead_letters", "replay", "--all")
    assert "put back into the log: 0" in run("dead_letters", "replay", "--id", str(letter.pk))
    pipeline.run()
    assert "balanced" in run("ledger", "--project", str(pipeline.member.project.pk))
    with pytest.raises(CommandError, match="no dead letter 99999"):
        run("dead_letters", "show", "99999")
