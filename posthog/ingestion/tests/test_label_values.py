"""Which values become labels, of ours and of those that clients send."""

from posthog.classifiers import service
from posthog.classifiers.service import Labels
from posthog.ingestion.label_values import as_labels, given_by_client


def test_everything_that_the_classifiers_say_becomes_a_label() -> None:
    values = {
        "user_flow": service.LabelValue("continue", 0.9),
        "threat": service.LabelValue(1, 0.8),
        "prompt_attack": service.LabelValue(1, 0.75),
    }
    scores = {"threat": 0.8, "prompt_attack": 0.75, "toxic": 0.2}
    said = Labels("en", True, values, scores, {}, ("threat", "prompt_attack", "toxic"), {"PiiMarker": "IBAN (DE…99)"}, 1.4)
    properties = service.event_labels("user", said)
    assert as_labels(properties) == properties
    assert len(properties) == 10


def test_what_a_client_sends_under_a_labels_name_is_kept_where_it_fits() -> None:
    sent = {"user_threat_CodeFilter": "code", "agent_threat_score": 0.6, "user_label_refund": 1, "user_label_refund_score": 0.5}
    others = {"user_label_vip": "gold", "user_plan": "pro", "user_threat_level": "high", "agent": "x", "user_prompt_attack": 7}
    assert given_by_client(sent | others) == sent
