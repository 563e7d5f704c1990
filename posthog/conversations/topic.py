"""What a conversation is about: the topic that most of its user's messages have, the first one of those that are equal."""

from collections.abc import Iterable

from posthog.conversations import store
from posthog.topics.services import OTHER

_TOPICS = """
SELECT conversation_id, toString(labels.user_topic) AS topic FROM {turns} AND conversation_id IN %(ids)s
    AND role = 'user' AND kind = 'owned' AND notEmpty(labels.user_topic) AND labels.user_topic != %(other)s
GROUP BY conversation_id, topic
ORDER BY conversation_id, uniq(event_uuid, position) DESC, min((timestamp, position))
LIMIT 1 BY conversation_id
"""


def of_conversations(team_id: int, conversation_ids: Iterable[str]) -> dict[str, str]:
    """By conversation id; those without a topic, or only far from all topics, are missing."""
    ids = list(conversation_ids)
    return dict(store.rows(team_id, _TOPICS, {"ids": ids, "other": OTHER}, tag="conversation_topics")) if ids else {}
