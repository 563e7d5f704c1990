"""JSON in, with the depth limit of the whole server."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from posthog.common import json, limits
from posthog.common.sdk.body import discard


class JSONParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        body = stream.read(limits.API_BODY + 1)
        if len(body) > limits.API_BODY:
            discard(stream.read)
            raise ParseError(f"Request body is larger than {limits.API_BODY} bytes.")
        try:
            return json.loads(body) if body else {}
        except json.JSONError as error:
            raise ParseError(f"Malformed request: {error}") from error
