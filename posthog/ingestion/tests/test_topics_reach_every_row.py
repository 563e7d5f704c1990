"""Topics on what comes in and on what is stored: messages, turns, events, conversations."""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from posthog.classifiers import service
from posthog.classifiers.service import Labels, Text
from posthog.clickhouse import client
from posthog.clickhouse.embeddings import Vectors, unpack
from posthog.ingestion import backlog, late_turns, project_labels, topic_jobs
from posthog.ingestion.relabel import Relabelling
from posthog.ingestion.tests.conftest import FakeModel, Pipeline, task
from posthog.topics import services
from posthog.topics.models import Topic, TopicFit
from posthog.topics.tests.said import Said, direction, near, requests

pytestmark = pytest.mark.django_db
INTENTS = ("weather", "recipe", "tire_pressure")
ANSWER = "Let me look that up for you."


@dataclass(frozen=True)
class Embedded(Labels):
    embedding: Vectors | None = None


class EmbeddingModel(FakeModel):
    """Says where a text lies: requests of one intent of the sample together."""

    def classify(self, texts: Sequence[Text], **_: Any) -> list[Labels]:
        self.read += texts
        intents = {one.text: one.intent for one in requests()}
        return [Embedded("en", embedding=near(intents.get(text.content, text.content), text.content)) for text in texts]


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> EmbeddingModel:
    fake = EmbeddingModel()
    monkeypatch.setattr(service, "classify", fake.classify)
    monkeypatch.setattr(service, "label_version", lambda: fake.version)
    return fake


def talk(pipeline: Pipeline, said: Sequence[Said], **properties: Any) -> None:
    """Each said in a conversation of its own."""
    pipeline.accept(*(task(one.text, ANSWER, S_ai_session_id=f"{one.intent} {one.text}", **properties) for one in said))
    pipeline.run()


def work() -> int:
    return topic_jobs.work(threading.Event())


def topics_of(pipeline: Pipeline, table: str) -> Counter[str | None]:
    sql = f"SELECT labels.user_topic FROM {table} WHERE team_id = {{team}}" + ("" if table == "events" else " AND role = 'user'")
    return Counter(row[0] for row in pipeline.rows(sql))


def everywhere(pipeline: Pipeline) -> Counter[str | None]:
    """User messages, turns and events by topic; they agree."""
    found = topics_of(pipeline, "messages")
    assert found == topics_of(pipeline, "turns") == topics_of(pipeline, "events")
    return found


def name_of(pipeline: Pipeline, intent: str) -> str:
    sql = "SELECT DISTINCT labels.user_topic FROM messages WHERE team_id = {team} AND labels.user_topic != 'other' AND content IN "
    texts = "(" + ", ".join(f"'{one.text}'" for one in requests(intent) if "'" not in one.text) + ")"
    ((name,),) = pipeline.rows(sql + texts)
    return str(name)


@pytest.fixture
def fitted(pipeline: Pipeline, model: EmbeddingModel) -> Pipeline:
    """72 conversations about three things, and their topics."""
    talk(pipeline, requests(*INTENTS))
    assert work() == 2  # a fit, and the labels of what was stored
    return pipeline


def test_from_fifty_conversations_up_all_that_is_stored_gets_a_topic(fitted: Pipeline) -> None:
    found = everywhere(fitted)
    assert len(found) <= 4
    assert found[None] == 0
    assert found["other"] <= 12
    assert TopicFit.objects.get().state == "done"
    assert fitted.rows("SELECT count() FROM messages WHERE team_id = {team} AND role = 'assistant' AND isNotNull(labels.agent_topic)") == [
        (0,)
    ]
    scores = fitted.events("labels.user_topic_score")
    assert all(0 < score <= 1 for score in scores)
    assert fitted.events("DISTINCT labels.`$label_version`", order="1") == ["v1"]


def test_fewer_than_fifty_conversations_have_no_topics(pipeline: Pipeline, model: EmbeddingModel) -> None:
    talk(pipeline, requests(*INTENTS, each=16))
    assert work() == 0
    assert everywhere(pipeline) == {None: 48}


def test_embeddings_stand_with_the_messages_of_both_speakers(pipeline: Pipeline, model: EmbeddingModel) -> None:
    said = requests("weather", each=1)
    talk(pipeline, said)
    stored = dict(pipeline.rows("SELECT role, embedding FROM messages WHERE team_id = {team}"))
    assert float(unpack([stored["user"]])[0] @ said[0].vector) > 0.998
    assert len(stored["assistant"]) == 384


def test_a_model_without_embeddings_still_labels(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = FakeModel()
    monkeypatch.setattr(service, "classify", plain.classify)
    monkeypatch.setattr(service, "label_version", lambda: "v1")
    talk(pipeline, requests("weather", each=2))
    assert pipeline.rows("SELECT DISTINCT length(embedding), label_version FROM messages WHERE team_id = {team}") == [(0, "v1")]
    assert project_labels.refresh(pipeline.member.project.pk) == 0


def test_a_message_that_a_new_model_fails_on_loses_the_embedding_of_the_old_one(
    pipeline: Pipeline, model: EmbeddingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    [said] = requests("weather", each=1)
    talk(pipeline, [said])

    def fails_on_it(texts: Sequence[Text], **_: Any) -> list[Labels]:
        if said.text in [text.content for text in texts]:
            raise ValueError
        return model.classify(texts)

    monkeypatch.setattr(service, "classify", fails_on_it)
    model.version = "v2"
    assert Relabelling().run()
    rows = pipeline.rows("SELECT role, length(embedding), label_version FROM messages WHERE team_id = {team} ORDER BY role")
    assert rows == [("assistant", 384, "v2"), ("user", 0, "v2")]


def test_new_messages_get_their_topic_on_arrival(fitted: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    name, before = name_of(fitted, "weather"), everywhere(fitted)
    meant = {"will there be rain": "weather", "how far is the moon": "astronomy", ANSWER: "answer"}
    monkeypatch.setattr(service, "classify", lambda texts: [Embedded("en", embedding=direction(meant[text.content])) for text in texts])
    talk(fitted, [Said("weather", "will there be rain"), Said("astronomy", "how far is the moon")])
    assert everywhere(fitted) == before + Counter([name, "other"])


def test_messages_that_are_labelled_late_get_embedding_and_topic(
    fitted: Pipeline, model: EmbeddingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = name_of(fitted, "weather")
    late = Said("weather", f"{requests('weather')[0].text}")
    with monkeypatch.context() as ailing:
        ailing.setattr(service, "label_version", lambda: "")
        talk(fitted, [Said("weather", f"{late.text} in bergen")])
    assert topics_of(fitted, "events")[None] == 1
    monkeypatch.setattr(service, "classify", lambda texts, **_: [Embedded("en", embedding=late.vector) for _ in texts])
    backlog.catch_up(threading.Event())
    assert everywhere(fitted)[None] == 0
    rows = fitted.rows("SELECT labels.user_topic, length(embedding) FROM messages WHERE team_id = {team} AND content LIKE '%in bergen'")
    assert rows == [(name, 384)]


def test_a_new_name_reaches_all_that_is_stored_and_once_is_enough(fitted: Pipeline) -> None:
    project = fitted.member.project
    old = name_of(fitted, "weather")
    before = everywhere(fitted)
    services.change(Topic.objects.get(project=project, name=old), {"name": "Forecasts, mostly"})
    assert work() == 1
    assert everywhere(fitted) == Counter({("Forecasts, mostly" if name == old else name): count for name, count in before.items()})
    assert work() == 0
    assert project_labels.refresh(project.pk) == 0


def test_hiding_and_merging_reach_all_that_is_stored(fitted: Pipeline) -> None:
    project = fitted.member.project
    weather, recipe = (Topic.objects.get(project=project, name=name_of(fitted, intent)) for intent in ("weather", "recipe"))
    before = everywhere(fitted)
    services.merge(weather, recipe)
    work()
    merged = everywhere(fitted)
    assert merged[recipe.name] >= before[recipe.name] + before[weather.name]
    assert weather.name not in merged
    services.change(Topic.objects.get(pk=recipe.pk), {"hidden": True})
    work()
    assert recipe.name not in everywhere(fitted)
    assert sum(everywhere(fitted).values()) == sum(before.values())


def test_a_topic_that_the_client_gave_stays(pipeline: Pipeline, model: EmbeddingModel) -> None:
    talk(pipeline, requests(*INTENTS), user_topic="billing")
    work()
    assert topics_of(pipeline, "events") == {"billing": 72}
    assert topics_of(pipeline, "turns")["billing"] == 0


def test_a_refresh_that_dies_in_the_middle_is_finished_by_the_next(fitted: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    project = fitted.member.project
    topic = Topic.objects.get(project=project, name=name_of(fitted, "recipe"))
    services.change(topic, {"name": "Cooking"})
    monkeypatch.setattr("posthog.ingestion.project_labels.limits.PROJECT_LABELS_CHUNK", 7)
    label, calls = late_turns.label, []

    def dying(turns: Any) -> int:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return label(turns)

    with monkeypatch.context() as ailing:
        ailing.setattr(late_turns, "label", dying)
        with pytest.raises(KeyboardInterrupt):
            work()
    assert work() == 1
    assert everywhere(fitted)["Cooking"] > 15
    assert client.execute("SELECT count() FROM messages WHERE role = 'user'") == [(72,)]


def test_a_conversation_has_the_topic_of_most_of_its_messages(fitted: Pipeline, model: EmbeddingModel) -> None:
    said = [*requests("recipe", each=1), *requests("weather")[20:22], Said("astronomy", "how far is the moon")]
    fitted.accept(*(task(one.text, ANSWER, S_ai_session_id="mixed") for one in said))
    fitted.run()
    person = fitted.member
    one = person.client.get(f"/api/projects/{person.project.pk}/conversations/mixed/").json()
    assert one["topic"] == name_of(fitted, "weather")
    listed = person.client.get(f"/api/projects/{person.project.pk}/conversations/?limit=200").json()["results"]
    assert {row["id"]: row["topic"] for row in listed}["mixed"] == one["topic"]
