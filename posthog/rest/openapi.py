"""OpenAPI: which routes are documented."""

from typing import Any

_Endpoint = tuple[str, str, str, Any]


def documented_routes(endpoints: list[_Endpoint], **kwargs: Any) -> list[_Endpoint]:
    """Everything under /api/, once: /api/environments/ repeats /api/projects/, and some routes answer without their slash too."""
    documented = [item for item in endpoints if item[0].startswith("/api/") and not item[0].startswith("/api/environments/")]
    paths = {(path, method) for path, _, method, _ in documented}
    return [item for item in documented if (f"{item[0]}/", item[2]) not in paths]
