"""From messages to topics with names of their own words, and what stays of them when they are looked for again."""

from collections import Counter
from datetime import timedelta

import numpy as np
import pytest

from posthog.clickhouse import client
from posthog.clickhouse.embeddings import pack, unpack
from posthog.conftest import Person
from posthog.topics import clusters, discovery, fits, services, wording
from posthog.topics.models import Topic, TopicFit
from posthog.topics.tests import ailing_discovery, said
from posthog.topics.tests.said import Said, requests, store, vectors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stores")]
INTENTS = 12


def fit(team_id: int) -> TopicFit:
    fits.request(team_id)
    claimed = fits.claim()
    assert claimed is not None
    done = fits.run(claimed)
    assert done.state == "done", done.error
    return done


def topic_of(person: Person, one: Said) -> str:
    (found,) = services.assign(person.project.pk, unpack([pack(one.vector)]))
    assert found is not None
    return found.name


def topic_of_most(person: Person, intent: str) -> str:
    """The topic of most requests of an intent; the farthest of each topic are other."""
    ((name, _),) = Counter(topic_of(person, one) for one in requests(intent)).most_common(1)
    return name


def named(person: Person, intent: str) -> Topic:
    """The topic of an intent, as the project calls it now."""
    return Topic.objects.get(project=person.project, name=topic_of_most(person, intent))


def test_each_intent_becomes_a_topic_named_with_its_own_words(alice: Person) -> None:
    store(alice.project.pk, requests())
    done = fit(alice.project.pk)
    assert (done.topics, done.messages) == (INTENTS, len(requests()))
    names = {one.intent: topic_of_most(alice, one.intent) for one in requests(each=1)}
    assert len(set(names.values())) == INTENTS
    assert "tire" in names["tire_pressure"]
    assert "insurance" in names["insurance_change"]
    assert "weather" in names["weather"]
    assert all(len(name.split(", ")) <= 3 for name in names.values())


def test_messages_far_from_all_topics_are_other(alice: Person) -> None:
    store(alice.project.pk, requests())
    fit(alice.project.pk)
    assert topic_of(alice, Said("astronomy", "how far away is the moon")) == "other"


def test_a_project_without_topics_gives_none(alice: Person) -> None:
    assert services.assign(alice.project.pk, vectors(requests(each=1))) == [None] * INTENTS


def test_topics_of_one_project_are_not_those_of_another(alice: Person, charlie: Person) -> None:
    store(alice.project.pk, requests())
    fit(alice.project.pk)
    assert services.assign(charlie.project.pk, vectors(requests(each=1))) == [None] * INTENTS
    assert not Topic.objects.filter(project=charlie.project).exists()


def test_a_second_fit_over_other_messages_keeps_ids_and_names(alice: Person) -> None:
    everything = requests()
    store(alice.project.pk, everything[::2])
    fit(alice.project.pk)
    before = dict(Topic.objects.filter(project=alice.project).values_list("pk", "name"))
    store(alice.project.pk, [*everything[1::2], *everything[1::2]])
    fit(alice.project.pk)
    assert dict(Topic.objects.filter(project=alice.project).values_list("pk", "name")) == before


def test_what_people_did_to_a_topic_survives_a_fit(alice: Person) -> None:
    store(alice.project.pk, requests())
    fit(alice.project.pk)
    services.change(named(alice, "weather"), {"name": "Forecasts"})
    services.change(named(alice, "recipe"), {"pinned": True})
    hidden = services.change(named(alice, "translate"), {"hidden": True})
    fit(alice.project.pk)
    assert topic_of_most(alice, "weather") == "Forecasts"
    assert named(alice, "recipe").pinned
    assert topic_of_most(alice, "translate") == "other"
    hidden.refresh_from_db()
    assert hidden.hidden


def test_merged_topics_stay_merged(alice: Person) -> None:
    store(alice.project.pk, requests())
    fit(alice.project.pk)
    services.merge(named(alice, "report_fraud"), named(alice, "freeze_account"))
    for _ in range(2):
        assert topic_of_most(alice, "report_fraud") == topic_of_most(alice, "freeze_account")
        assert Topic.objects.filter(project=alice.project).count() == INTENTS - 1
        fit(alice.project.pk)


def test_topics_that_nobody_talks_about_go_unless_people_keep_them(alice: Person) -> None:
    store(alice.project.pk, requests())
    fit(alice.project.pk)
    pinned = services.change(named(alice, "weather"), {"pinned": True})
    gone = named(alice, "translate")
    newer = [said for said in requests() if said.intent not in ("weather", "translate")]
    store(alice.project.pk, [Said(one.intent, f"{one.text} please") for one in newer])
    client.execute(
        f"ALTER TABLE messages DELETE WHERE team_id = {alice.project.pk} AND content NOT LIKE '%please' SETTINGS mutations_sync = 2"
    )
    fit(alice.project.pk)
    assert topic_of_most(alice, "weather") == pinned.name
    assert not Topic.objects.filter(pk=gone.pk).exists()
    assert topic_of_most(alice, "translate") == "other"


def failed_fit(team_id: int, monkeypatch: pytest.MonkeyPatch) -> TopicFit:
    with monkeypatch.context() as ailing:
        ailing.setattr(discovery, "discover", ailing_discovery.divides_by_zero)
        fits.request(team_id)
        claimed = fits.claim()
        assert claimed is not None
        return fits.run(claimed)


def test_a_failed_fit_tells_why_and_the_next_one_may_begin(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    store(alice.project.pk, requests())
    failed = failed_fit(alice.project.pk, monkeypatch)
    assert (failed.state, failed.error) == ("failed", "ZeroDivisionError: division by zero")
    assert fit(alice.project.pk).topics == INTENTS


def test_after_a_failed_fit_the_next_one_is_due_in_an_hour(alice: Person, charlie: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    for person in (alice, charlie):
        store(person.project.pk, requests(each=10))
    failed = failed_fit(alice.project.pk, monkeypatch)
    assert failed.finished_at is not None
    assert fits.due() == [charlie.project.pk]
    TopicFit.objects.filter(pk=failed.pk).update(finished_at=failed.finished_at - timedelta(hours=1))
    assert set(fits.due()) == {alice.project.pk, charlie.project.pk}


def test_a_fit_whose_worker_died_is_taken_up_again(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    store(alice.project.pk, requests())
    fits.request(alice.project.pk)
    first = fits.claim()
    assert first is not None
    assert fits.claim() is None
    monkeypatch.setattr("posthog.topics.fits.limits.TOPIC_STALE_SECONDS", -1)
    again = fits.claim()
    assert again is not None
    assert again.pk == first.pk


def test_projects_are_due_when_there_is_enough_and_again_when_they_grew(alice: Person, charlie: Person) -> None:
    store(charlie.project.pk, requests("weather"))
    store(alice.project.pk, requests(each=10))
    assert fits.due() == [alice.project.pk]
    fit(alice.project.pk)
    assert fits.due() == []
    store(alice.project.pk, requests(each=4))
    assert fits.due() == []
    store(alice.project.pk, requests(each=4))
    assert fits.due() == [alice.project.pk]


def test_fifty_short_conversations_are_enough_for_some_topics(alice: Person) -> None:
    few = requests("weather", "recipe", "tire_pressure", "book_flight", "translate", each=10)
    store(alice.project.pk, few)
    assert fit(alice.project.pk).topics == 5


def test_a_name_has_no_addresses_numbers_or_words_of_one_person() -> None:
    texts = [f"cancel my subscription {number} for mara{number}@example.com, I am Ottoline" for number in range(8)]
    texts += [f"the sofa {number}" for number in range(8)]
    members = np.array([0] * 8 + [1] * 8)
    names = wording.name_all(wording.terms([*texts[:7], "cancel the subscription of Peregrine Quillfeather", *texts[8:]], members, 2))
    assert "subscription" in names[0]
    assert "sofa" in names[1]
    assert not any(character.isdigit() or character == "@" for name in names for character in name)
    assert "quillfeather" not in " ".join(names)


def test_languages_without_spaces_have_names_too() -> None:
    texts = ["我要退款", "请给我退款", "退款还没到", "今天天气怎么样", "明天天气好吗", "天气预报"]
    found = wording.terms(texts, np.array([0, 0, 0, 1, 1, 1]), 2)
    assert [words[0] for words in found] == ["退款", "天气"]


@pytest.mark.parametrize(
    "text", ["Yes, please.", "Okay, that works, thank you!", "No, that's all. Bye!", "Thanks a bunch for the assistance!", "42", ""]
)
def test_answers_that_are_about_nothing_name_nothing(text: str) -> None:
    assert not wording.says_something(text)
    assert wording.says_something(f"{text} refund")


def test_two_topics_with_the_same_words_get_two_names() -> None:
    names = wording.name_all([["refund"], ["refund"], []], ["Refund"])
    assert len({name.lower() for name in [*names, "refund"]}) == 4


@pytest.mark.parametrize("count", [0, 1, 4, 5])
def test_few_messages_give_few_topics_and_no_error(count: int) -> None:
    found = clusters.find(vectors(requests("weather"))[:count] if count else np.empty((0, 384), dtype=np.float32))
    assert len(found.vectors) <= 1
    assert found.members.shape == (count,)


def test_the_same_message_a_hundred_times_is_one_topic() -> None:
    found = clusters.find(np.stack([said.direction("weather")] * 100))
    assert len(found.vectors) == 1
    assert (found.members == 0).all()
