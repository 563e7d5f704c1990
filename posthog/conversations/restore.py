"""Putting message texts back where clients expect them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from posthog.common import json
from posthog.conversations import lookups, refs


def restore_texts(team_id: int, rows: Sequence[tuple[dict[str, Any], str]]) -> list[dict[str, Any]]:
    """Properties with their text properties, exactly as the client sent them. rows: (properties, events.message_refs)."""
    parsed = [json.loads(text) if text else {} for _, text in rows]
    ids = {UUID(message_id) for row in parsed for message_id in refs.message_ids(row)}
    contents = {str(message_id): content for message_id, content in lookups.contents(team_id, ids).items()}
    return [properties | refs.fill(row, contents) for (properties, _), row in zip(rows, parsed, strict=True)]
