"""What definitions look like over HTTP, in PostHog's shapes."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from posthog.definitions.models import Definition, EventDefinition, PropertyDefinition


class _DefinitionSerializer(serializers.ModelSerializer[Any]):
    tags = serializers.ListField(child=serializers.CharField(max_length=100), max_length=50, required=False)
    verified_by = serializers.SerializerMethodField()

    @extend_schema_field(dict[str, str])
    def get_verified_by(self, row: Definition) -> dict[str, Any] | None:
        by = row.verified_by
        return {"uuid": str(by.pk), "email": by.email, "first_name": by.first_name} if by else None

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        verified = validated_data.get("verified")
        if verified is not None and verified != instance.verified:
            instance.verified_at = timezone.now() if verified else None
            instance.verified_by = self.context["request"].user if verified else None
        return super().update(instance, validated_data)


# Fields of PostHog's answer about parts that are not here: owners, actions.
_ABSENT: dict[str, Any] = {
    "owner": None,
    "is_action": False,
    "action_id": None,
    "is_calculating": False,
    "last_calculated_at": None,
    "created_by": None,
    "post_to_slack": False,
    "default_columns": [],
}


class EventDefinitionSerializer(_DefinitionSerializer):
    class Meta:
        model = EventDefinition
        read_only_fields = ["name", "last_seen_at", "last_updated_at", "verified_at"]
        fields = [
            "id", "name", "created_at", "last_seen_at", "last_updated_at", "tags", "description", "verified", "verified_at", "verified_by",
            "hidden",
        ]  # fmt: skip

    def to_representation(self, instance: EventDefinition) -> dict[str, Any]:
        return _ABSENT | super().to_representation(instance)


class PropertyDefinitionSerializer(_DefinitionSerializer):
    property_type = serializers.ChoiceField(["DateTime", "String", "Numeric", "Boolean", "Duration"], allow_null=True, required=False)
    is_numerical = serializers.SerializerMethodField()
    is_seen_on_filtered_events = serializers.SerializerMethodField()

    class Meta:
        model = PropertyDefinition
        read_only_fields = ["name", "verified_at"]
        fields = [
            "id", "name", "is_numerical", "property_type", "tags", "is_seen_on_filtered_events", "description", "verified", "verified_at",
            "verified_by", "hidden",
        ]  # fmt: skip

    def get_is_numerical(self, row: PropertyDefinition) -> bool:
        return row.property_type == "Numeric"

    def get_is_seen_on_filtered_events(self, row: PropertyDefinition) -> bool | None:
        """Null when the request names no events."""
        return getattr(row, "is_seen_on_filtered_events", None) if self.context.get("events_named") else None

    def validate_property_type(self, value: str | None) -> str:
        return value or ""

    def to_representation(self, instance: PropertyDefinition) -> dict[str, Any]:
        return super().to_representation(instance) | {"property_type": instance.property_type or None}
