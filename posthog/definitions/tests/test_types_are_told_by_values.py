"""The type of a property on first sight."""

from typing import Any

import pytest

from posthog.definitions.detection import property_type


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("price", 12, "Numeric"),
        ("price", 12.5, "Numeric"),
        ("price", "12", "String"),
        ("is_member", True, "Boolean"),
        ("is_member", "TRUE", "Boolean"),
        ("is_member", " false ", "Boolean"),
        ("read_time", 1_772_445_600, "DateTime"),
        ("read_timestamp", "1772445600000", "DateTime"),
        ("Timestamp", 1_772_445_600.25, "DateTime"),
        ("read_time", 12, "Numeric"),
        ("card_number", 1_772_445_600, "Numeric"),
        ("due", "2026-03-02", "DateTime"),
        ("due", "2026-03-02T12:00:00Z", "DateTime"),
        ("due", "2026-03-02 12:00:00.123+01:00", "DateTime"),
        ("due", "Mon, 02 Mar 2026 12:00:00 GMT", "DateTime"),
        ("due", "02 Mar 2026 12:00 +0100", "DateTime"),
        ("due", "2026-13-02", "String"),
        ("due", "2026-03-02 or later", "String"),
        ("title", "Emma", "String"),
        ("title", "", "String"),
        ("utm_source", 12, "String"),
        ("$feature/new-desk", True, "String"),
        ("$feature_flag_response", True, "String"),
        ("$survey_response_1", 7, "String"),
        ("title", None, None),
        ("title", ["Emma"], None),
        ("title", {"en": "Emma"}, None),
        ("user_emotion", None, "String"),
        ("user_toxic", "yes", "Numeric"),
        ("user_emotion_score", None, "Numeric"),
    ],
)
def test_name_and_value_tell_the_type(name: str, value: Any, expected: str | None) -> None:
    assert property_type(name, value) == expected
