"""What own labels look like over HTTP."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from posthog.common import limits
from posthog.own_labels import texts
from posthog.own_labels.models import OwnLabel
from posthog.own_labels.services import Wish, wish_of
from posthog.rest.errors import InvalidInput

_SPEAKERS = ["user", "agent", "both"]
_ROLES = {"user": "user", "agent": "assistant", "assistant": "assistant"}


class OwnLabelExampleSerializer(serializers.Serializer[Any]):
    """A text, or where one is stored: `message_id`, or `conversation_id`, `event_uuid` and `role` of a turn."""

    text = serializers.CharField(required=False, max_length=limits.OWN_LABEL_TEXT_LENGTH)
    message_id = serializers.UUIDField(required=False)
    conversation_id = serializers.CharField(required=False, max_length=limits.CONVERSATION_ID_LENGTH)
    event_uuid = serializers.UUIDField(required=False)
    role = serializers.ChoiceField(sorted(_ROLES), required=False)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value({"text": data} if isinstance(data, str) else data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        ways = ({"text"}, {"message_id"}, {"conversation_id", "event_uuid", "role"})
        if set(attrs) not in ways:
            raise serializers.ValidationError("an example is a text, a message_id, or conversation_id, event_uuid and role of a turn")
        return attrs


class OwnLabelTrainingSerializer(serializers.Serializer[Any]):
    """examples: messages that have the label, at least 10 different ones. counter_examples: some that might seem to and have not."""

    speaker = serializers.ChoiceField(_SPEAKERS, default="user")
    examples = OwnLabelExampleSerializer(many=True)
    counter_examples = OwnLabelExampleSerializer(many=True, required=False, default=list)


class OwnLabelInputSerializer(OwnLabelTrainingSerializer):
    name = serializers.CharField(max_length=limits.OWN_LABEL_NAME_LENGTH)


class OwnLabelChangeSerializer(serializers.Serializer[Any]):
    """With examples or counter_examples the label is trained anew; those that are left out stay as they are."""

    name = serializers.CharField(max_length=limits.OWN_LABEL_NAME_LENGTH, required=False)
    examples = OwnLabelExampleSerializer(many=True, required=False)
    counter_examples = OwnLabelExampleSerializer(many=True, required=False)


class OwnLabelFiguresSerializer(serializers.Serializer[Any]):
    """Cross-validated: each example, counter-example and background message is judged by a classifier that has not seen it.

    precision: null when the label was said of nothing. note: what to know about these numbers, empty when nothing.
    """

    precision = serializers.FloatField(allow_null=True)
    recall = serializers.FloatField()
    true_positives = serializers.IntegerField()
    false_positives = serializers.IntegerField()
    false_negatives = serializers.IntegerField()
    folds = serializers.IntegerField()
    examples = serializers.IntegerField()
    counter_examples = serializers.IntegerField()
    background = serializers.IntegerField()
    note = serializers.CharField(allow_blank=True)


class OwnLabelMatchSerializer(serializers.Serializer[Any]):
    message_id = serializers.UUIDField()
    text = serializers.CharField()
    score = serializers.FloatField()
    has_label = serializers.BooleanField()


class OwnLabelPreviewSerializer(serializers.Serializer[Any]):
    """matches: of stored messages that are no examples, best first."""

    figures = OwnLabelFiguresSerializer()
    threshold = serializers.FloatField()
    seconds = serializers.FloatField()
    matches = OwnLabelMatchSerializer(many=True)


class OwnLabelHistorySerializer(serializers.Serializer[Any]):
    """done of total: stored messages and turns that were looked at since the label changed."""

    state = serializers.ChoiceField(["waiting", "applying", "applied"])
    progress = serializers.FloatField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()


class OwnLabelSerializer(serializers.Serializer[Any]):
    """properties: names under which the label and its score stand on events."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    slug = serializers.CharField()
    speaker = serializers.ChoiceField(_SPEAKERS)
    properties = serializers.ListField(child=serializers.CharField())
    figures = OwnLabelFiguresSerializer()
    threshold = serializers.FloatField()
    history = OwnLabelHistorySerializer()
    created_by = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class OwnLabelDetailSerializer(OwnLabelSerializer):
    examples = serializers.ListField(child=serializers.CharField())
    counter_examples = serializers.ListField(child=serializers.CharField())


class OwnLabelListSerializer(serializers.Serializer[Any]):
    results = OwnLabelSerializer(many=True)


def wish_from(team_id: int, speaker: str, given: dict[str, Any], label: OwnLabel | None = None) -> Wish:
    """The texts of the examples, each once; where `given` says nothing, those of the label. Raises InvalidInput, ClickHouseError."""
    known = wish_of(label) if label else Wish(speaker, [])
    fresh = {field: _texts(team_id, given[field], field) for field in ("examples", "counter_examples") if field in given}
    return Wish(speaker, fresh.get("examples", known.examples), fresh.get("counter_examples", known.counter_examples))


def _texts(team_id: int, examples: Sequence[dict[str, Any]], field: str) -> list[str]:
    if len(examples) > limits.OWN_LABEL_EXAMPLES:
        raise InvalidInput(f"{field}: at most {limits.OWN_LABEL_EXAMPLES:,} texts are taken, {len(examples):,} were given", field)
    by_id = texts.of_messages(team_id, [one["message_id"] for one in examples if "message_id" in one])
    keys = [_turn_key(one) for one in examples if "conversation_id" in one]
    by_turn = texts.of_turns(team_id, keys)
    found = []
    for number, one in enumerate(examples):
        text = one.get("text") or (by_id.get(one["message_id"]) if "message_id" in one else by_turn.get(_turn_key(one)))
        if text is None:
            raise InvalidInput(f"{field}: the project has no such message: item {number}", field)
        found.append(texts.as_example(text))
    return list(dict.fromkeys(filter(None, found)))


def _turn_key(one: dict[str, Any]) -> texts.TurnKey:
    return one["conversation_id"], one["event_uuid"], _ROLES[one["role"]]
