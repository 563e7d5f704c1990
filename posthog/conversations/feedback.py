"""Feedback on a conversation's tasks.

Three kinds: `$ai_feedback` and `$ai_metric` events that name the task's trace or the session, and events of the application's own that
repeat the texts of the task they judge.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from posthog.clickhouse.labels import type_of
from posthog.common import json, limits
from posthog.conversations import store
from posthog.conversations.identity import CUT_MARK_LENGTH, session_text
from posthog.conversations.stored_turns import Thread

_VALUE_KEYS = ("rating", "score", "vote", "thumbs", "thumb", "feedback", "value", "$ai_metric_value")
_TEXT_KEYS = ("$ai_feedback_text", "comment", "feedback_text", "text", "reason")
_LATER = timedelta(days=90)  # how long after a conversation feedback on it is looked for
_EARLIER = timedelta(minutes=10)  # clocks differ

_TRACE = "CAST(properties.`$ai_trace_id`, 'Nullable(String)')"
_SESSION = "ifNull(CAST(properties.`$ai_session_id`, 'Nullable(String)'), `$session_id`)"
_TASKS = f"""
SELECT uuid, timestamp, any({_TRACE}), any(if(toString(uuid) IN %(repeats)s, properties_text, ''))
FROM {{events}} AND conversation_id = %(id)s AND timestamp >= %(started_at)s AND timestamp <= %(ended_at)s
GROUP BY uuid, timestamp ORDER BY timestamp, uuid
"""  # noqa: S608
_SPACE = r"[[:space:]\\pZ\\x{1c}-\\x{1f}\\x{85}]+"  # as str.strip() has it
_TRIMMED = f"replaceRegexpAll({_SESSION}, '^{_SPACE}|{_SPACE}$', '')"
_NAMED = f"""
SELECT uuid, any(event), timestamp, any({_TRACE}) AS trace, any({_SESSION}), any(properties_text)
FROM {{events}} AND event IN ('$ai_feedback', '$ai_metric') AND timestamp >= %(after)s AND timestamp <= %(before)s
    AND ({_TRACE} IN %(traces)s OR {_TRIMMED} = %(id)s OR lengthUTF8({_TRIMMED}) > %(most)s AND startsWith({_TRIMMED}, %(beginning)s))
GROUP BY uuid, timestamp ORDER BY timestamp, uuid
"""  # noqa: S608


def on(team_id: int, thread: Thread) -> list[dict[str, Any]]:
    """Feedback in the order of time."""
    first = thread.first
    repeats = [str(uuid) for uuid in thread.repeats] or [""]
    params = {"id": first.conversation_id, "started_at": first.timestamp, "ended_at": thread.ended_at, "repeats": repeats}
    tasks = store.rows(team_id, _TASKS, params, tag="feedback")
    found = [*_repeats(thread, {row[0]: row[3] for row in tasks}), *_named(team_id, thread, tasks)]
    return sorted(found, key=lambda one: (one["timestamp"], str(one["event_uuid"])))


def _repeats(thread: Thread, properties: Mapping[UUID, str]) -> Iterator[dict[str, Any]]:
    events = {turn.event_uuid: turn for turn in thread.turns}
    for event_uuid, target in thread.repeats.items():
        turn = events[event_uuid]
        yield _feedback(event_uuid, turn.event, turn.timestamp, target, json.loads(properties.get(event_uuid) or "{}"))


def _named(team_id: int, thread: Thread, tasks: list[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    conversation_id = thread.first.conversation_id
    trace_ends = {trace: uuid for uuid, _, trace, _ in tasks if trace and uuid not in thread.repeats}
    params = {
        "id": conversation_id,
        "beginning": conversation_id[: limits.CONVERSATION_ID_LENGTH - CUT_MARK_LENGTH],
        "most": limits.CONVERSATION_ID_LENGTH,
        "traces": sorted(trace_ends) or [""],
        "after": thread.first.timestamp - _EARLIER,
        "before": thread.ended_at + _LATER,
    }
    for uuid, event, timestamp, trace, session, text in store.rows(team_id, _NAMED, params, tag="feedback"):
        if trace in trace_ends or session_text(session) == conversation_id:
            target = trace_ends.get(trace) or _task_before(tasks, timestamp)
            yield _feedback(uuid, event, timestamp, target, json.loads(text or "{}"))


def _task_before(tasks: list[tuple[Any, ...]], moment: datetime) -> UUID | None:
    """The latest task up to a moment: feedback that names only the session comes after what it judges."""
    return next((uuid for uuid, timestamp, *_ in reversed(tasks) if timestamp <= moment), None)


def _feedback(event_uuid: UUID, event: str, timestamp: datetime, target: UUID | None, properties: dict[str, Any]) -> dict[str, Any]:
    name = properties.get("$ai_metric_name")
    return {
        "event_uuid": event_uuid,
        "event": event,
        "timestamp": timestamp,
        "target_event_uuid": target,
        "name": name if isinstance(name, str) else None,
        "text": _first(properties, _TEXT_KEYS, str),
        "value": _first(properties, _VALUE_KEYS, (str, int, float, bool)),
        "properties": {key: value for key, value in properties.items() if not key.startswith("$") and type_of(key) is None},
    }


def _first(properties: dict[str, Any], keys: tuple[str, ...], kinds: type | tuple[type, ...]) -> Any:
    return next((properties[key] for key in keys if isinstance(properties.get(key), kinds)), None)
