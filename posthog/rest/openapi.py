"""OpenAPI: which routes are documented."""

from typing import Any

_Endpoint = tuple[str, str, str, Any]


def documented_routes(endpoints: list[_Endpoint], **kwargs: Any) -> list[_Endpoint]:
    """Everything under /api/, once: the /api/environments/ twins repeat /api/projects/."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/") and not endpoint[0].startswith("/api/environments/")]
