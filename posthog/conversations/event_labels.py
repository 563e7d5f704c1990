"""Labels as they stand on events: those of the models, and those that came with the event, which win.

Whatever an event says about `user_…` speaks of its own user message, `agent_…` of its answer: labels of plugins elsewhere included.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from posthog.clickhouse.labels import LABEL_VERSION, type_of
from posthog.common import json
from posthog.conversations import store
from posthog.conversations.parts import spoken_text
from posthog.conversations.roles import ASSISTANT, USER
from posthog.conversations.services import labels_of
from posthog.conversations.stored_turns import StoredTurn
from posthog.conversations.turns import speakers_of

NAME = re.compile(r"(?:user|agent)_[A-Za-z0-9_]{1,100}")
_PREFIXES = {USER: "user_", ASSISTANT: "agent_"}
_VALUE_LENGTH = 100  # characters; longer texts are no labels
# What applications say about their users and agents that is no label of a text.
_NO_LABELS = re.compile(
    r"(?:user|agent)_(?:agent|id|ids|uuid|key|token|name|email|mail|phone|ip|url|locale|lang|plan|role|type|version|model|text|message|input|output)"
)

_LABELS = """
SELECT uuid, any(toJSONString(labels)),
       any(arrayFilter(pair -> match(pair.1, '^(user|agent)_'), JSONExtractKeysAndValuesRaw(properties_text)))
FROM {events} AND conversation_id = %(id)s AND timestamp >= %(first)s AND timestamp <= %(last)s
GROUP BY uuid
"""


def said(labels: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Labels with their scores: scores alone, languages, numbers that are 0 and what is no label are left out."""
    return {name: {"value": value, "score": labels.get(f"{name}_score")} for name, value in sorted(labels.items()) if _is_said(name, value)}


def of_turns(team_id: int, turns: Sequence[StoredTurn]) -> dict[UUID, dict[str, Any]]:
    """All labels of each event that turns of one conversation, in the order of time, belong to."""
    if not turns:
        return {}
    params = {"id": turns[0].conversation_id, "first": turns[0].timestamp, "last": turns[-1].timestamp}
    rows = store.rows(team_id, _LABELS, params, tag="transcript")
    return {uuid: _given(pairs) | labels_of(text) for uuid, text, pairs in rows}


def about(turns: Sequence[StoredTurn], contents: Mapping[UUID, str]) -> dict[tuple[UUID, int], str]:
    """Which turns (event, position) an event's labels speak of, and the prefix of these labels."""
    found: dict[tuple[UUID, int], str] = {}
    for event_uuid in dict.fromkeys(turn.event_uuid for turn in turns):
        mine = [turn for turn in turns if turn.event_uuid == event_uuid]
        for turn in filter(None, speakers_of(mine, lambda turn: spoken_text(contents.get(turn.message_id, "")))):
            found[turn.event_uuid, turn.position] = _PREFIXES[turn.role]
    return found


def _given(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    return {name: json.loads(raw) for name, raw in pairs if len(raw) <= 4 * _VALUE_LENGTH and NAME.fullmatch(name)}


def _is_said(name: str, value: object) -> bool:
    if name.endswith(("_score", "_language")) or name == LABEL_VERSION or value in (None, 0, "", False):
        return False
    if type_of(name):
        return True
    short = isinstance(value, int | float) or (isinstance(value, str) and len(value) <= _VALUE_LENGTH)
    return short and not _NO_LABELS.fullmatch(name)
