"""Typed input and output of saved insights."""

from typing import Any

from rest_framework import serializers

from posthog.insights.models import Insight
from posthog.query.schema import TrendsQuery, parse_query, unwrap
from posthog.rest.errors import InvalidInput
from posthog.tenancy.models import User

_TAGS, _TAG_LENGTH = 50, 100
# Fields of results, filled when the request asks for them.
NO_RESULT: dict[str, Any] = {
    "result": None,
    "hasMore": None,
    "columns": None,
    "types": None,
    "hogql": None,
    "last_refresh": None,
    "cache_target_age": None,
    "next_allowed_client_refresh": None,
    "is_cached": False,
    "timezone": None,
    "query_status": None,
}


class UserOutput(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "uuid", "first_name", "last_name", "email"]


class InsightSerializer(serializers.ModelSerializer[Insight]):
    created_by = UserOutput(read_only=True)
    last_modified_by = UserOutput(read_only=True)
    query = serializers.JSONField()
    tags = serializers.ListField(child=serializers.CharField(max_length=_TAG_LENGTH), max_length=_TAGS, required=False)
    filters = serializers.SerializerMethodField()
    dashboards = serializers.SerializerMethodField()

    class Meta:
        model = Insight
        fields = [
            *("id", "short_id", "name", "derived_name", "description", "query", "filters", "order", "deleted", "dashboards"),
            *("favorited", "saved", "tags", "created_at", "created_by", "updated_at", "last_modified_at", "last_modified_by"),
            "last_viewed_at",
        ]
        read_only_fields = ["id", "short_id", "derived_name", "last_modified_at", "last_viewed_at"]

    def get_filters(self, insight: Insight) -> dict[str, Any]:
        """Filters of 2023; insights here are queries."""
        return {}

    def get_dashboards(self, insight: Insight) -> list[int]:
        return []

    def validate_query(self, value: Any) -> Any:
        try:
            parse_query(value)
        except InvalidInput as error:
            raise serializers.ValidationError(str(error.detail)) from None
        return value


def described(query: Any) -> str:
    """The query in a few words: the names of its series."""
    parsed = parse_query(unwrap(query))
    if not isinstance(parsed, TrendsQuery):
        return parsed.kind.removesuffix("Query")
    names = [node.custom_name or node.name or getattr(node, "event", None) or "All events" for node in parsed.series]
    return ", ".join(names)[:400]
