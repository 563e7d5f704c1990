import pytest

from posthog.classifiers import service
from posthog.classifiers.service import Labels, Text
from posthog.classifiers.tests.known_texts import EMOTIONS, TOXICITY, WRONG_EMOTIONS


@pytest.mark.parametrize(("content", "emotion"), EMOTIONS.items())
def test_names_the_emotion(label, content: str, emotion: str | None, request: pytest.FixtureRequest) -> None:
    if content in WRONG_EMOTIONS:
        request.applymarker(pytest.mark.xfail(strict=True, reason=f"says {WRONG_EMOTIONS[content]}"))
    labels = label(content)
    said = labels.values["emotion"].value if "emotion" in labels.values else None
    assert said == emotion, sorted(labels.scores.items(), key=lambda item: -item[1])[:4]


@pytest.mark.parametrize(("content", "expected"), TOXICITY.items())
def test_names_the_toxicity(label, content: str, expected: set[str]) -> None:
    labels = label(content)
    said = set(labels.values) & set(labels.always_scored)
    may = expected | {"insult", "obscene"} if expected else expected
    assert expected <= said <= may, {name: labels.scores[name] for name in labels.always_scored}


def test_the_highest_score_is_said_not_the_first_in_order(label) -> None:
    labels = label("Thank you so much, you are amazing, great work!")
    over = labels.said["emotion"]
    assert len(over) > 1
    assert labels.values["emotion"].value == over[0]
    assert [labels.scores[name] for name in over] == sorted((labels.scores[name] for name in over), reverse=True)


def test_neutral_is_scored_but_never_said(label) -> None:
    labels = label("The meeting starts at ten in room four.")
    assert labels.scores["neutral"] > 0.5
    assert "emotion" not in labels.values
    assert labels.said["emotion"] == ("neutral",)
    assert not any("emotion" in name for name in service.event_labels("user", labels))


def test_every_label_of_every_head_has_a_score_between_0_and_1(label) -> None:
    scores = label("Could you make the second paragraph shorter?").scores
    assert len(scores) >= 28 + 6
    assert all(0 <= score <= 1 for score in scores.values())


def test_event_properties_of_a_user_message(label) -> None:
    properties = service.event_labels("user", label("go to hell, you stupid machine, I hate you"))
    assert properties["user_emotion"] in {"anger", "annoyance"}
    assert properties["user_emotion_score"] > 0.2
    assert properties["user_toxic"] == 1
    assert properties["user_language"] == "en"
    assert {name for name in properties if name.endswith("_score")} >= {
        f"user_{name}_score" for name in ("toxic", "severe_toxic", "obscene", "violent_threat", "insult", "identity_hate")
    }


def test_event_properties_of_a_clean_answer_hold_scores_but_no_toxic_label(label) -> None:
    properties = service.event_labels("agent", label("The recipe needs two eggs and a cup of flour.", "assistant"))
    assert "agent_toxic" not in properties
    assert properties["agent_toxic_score"] < 0.3


def test_event_properties_are_those_that_the_store_knows(label) -> None:
    known = pytest.importorskip("posthog.clickhouse.labels").LABEL_TYPES
    for speaker, role in (("user", "user"), ("agent", "assistant")):
        for content in (*EMOTIONS, *TOXICITY):
            assert set(service.event_labels(speaker, label(content, role))) <= set(known)


def test_labels_without_scores_of_their_own_make_properties_too() -> None:
    labels = Labels(language="en", values={"emotion": service.LabelValue("joy", 0.9)})
    assert service.event_labels("user", labels) == {"user_language": "en", "user_emotion": "joy", "user_emotion_score": 0.9}


def test_both_speakers_are_judged_alike() -> None:
    user, agent = service.classify([Text("user", "I'm so sorry."), Text("assistant", "I'm so sorry.")])
    assert user.values["emotion"] == agent.values["emotion"]
