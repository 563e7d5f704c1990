"""OpenAPI: which routes are documented."""

from typing import Any

_Endpoint = tuple[str, str, str, Any]


def documented_routes(endpoints: list[_Endpoint], **kwargs: Any) -> list[_Endpoint]:
    """Everything under /api/, once: /api/environments/ repeats /api/projects/."""
    return [item for item in endpoints if item[0].startswith("/api/") and not item[0].startswith("/api/environments/")]
