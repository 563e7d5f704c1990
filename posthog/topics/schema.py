"""What topics look like over HTTP."""

from rest_framework import serializers

from posthog.common import limits


class ExampleSerializer(serializers.Serializer[object]):
    """text: the beginning of the message."""

    message_id = serializers.UUIDField()
    text = serializers.CharField()


class TopicSerializer(serializers.Serializer[object]):
    """size: distinct user messages that have it. terms: words it was named from."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    pinned = serializers.BooleanField()
    hidden = serializers.BooleanField()
    terms = serializers.ListField(child=serializers.CharField())
    examples = ExampleSerializer(many=True)
    created_at = serializers.DateTimeField()


class TopicListSerializer(serializers.Serializer[object]):
    results = TopicSerializer(many=True)


class TopicChangeSerializer(serializers.Serializer[object]):
    name = serializers.CharField(max_length=limits.TOPIC_NAME_LENGTH, required=False)
    pinned = serializers.BooleanField(required=False)
    hidden = serializers.BooleanField(required=False)


class TopicMergeSerializer(serializers.Serializer[object]):
    into = serializers.IntegerField(min_value=1)


class TopicFitSerializer(serializers.Serializer[object]):
    """progress: of the search, 0 to 1. labelled: how much of what is stored has the labels of the topics as they are now, 0 to 1."""

    state = serializers.ChoiceField(["none", "queued", "running", "done", "failed"])
    progress = serializers.FloatField()
    by_hand = serializers.BooleanField()
    created_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField(allow_blank=True)
    topics = serializers.IntegerField(allow_null=True)
    messages = serializers.IntegerField(allow_null=True)
    labelled = serializers.FloatField()
