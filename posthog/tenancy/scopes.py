"""What a personal API key may do: `*`, or `<object>:read` and `<object>:write` (write includes read)."""

OBJECTS = (
    "project",
    "query",
    "insight",
    "conversation",
    "topic",
    "own_label",
    "event",
    "person",
    "event_definition",
    "property_definition",
    "user",
    "feature_flag",
)
ACTIONS = ("read", "write")
ALL = "*"


def is_scope(text: object) -> bool:
    if text == ALL:
        return True
    name, _, action = str(text).partition(":")
    return name in OBJECTS and action in ACTIONS


def allows(granted: list[str], required: str) -> bool:
    name, _, action = required.partition(":")
    return ALL in granted or required in granted or (action == "read" and f"{name}:write" in granted)
