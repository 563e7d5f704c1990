"""What topics are found in: the newest distinct user messages of a project, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from posthog.clickhouse import client
from posthog.clickhouse.embeddings import Vectors, unpack
from posthog.common import limits

_NEWEST = """
SELECT message_id, substringUTF8(content, 1, %(characters)s), embedding FROM messages
WHERE team_id = %(team)s AND notEmpty(embedding) AND message_id IN (
    SELECT message_id FROM messages WHERE team_id = %(team)s AND role = 'user' AND notEmpty(embedding)
    ORDER BY created_at DESC, message_id LIMIT 1 BY message_id LIMIT %(limit)s
)
ORDER BY message_id LIMIT 1 BY message_id
"""
_EMBEDDED = "SELECT team_id, uniq(message_id) FROM messages WHERE role = 'user' AND notEmpty(embedding){of_team} GROUP BY team_id"
_CONVERSATIONS = "SELECT team_id, uniq(conversation_id) FROM conversations WHERE 1{of_team} GROUP BY team_id"
_SIZES = """
SELECT toString(labels.user_topic), uniq(message_id) FROM messages
WHERE team_id = %(team)s AND role = 'user' AND isNotNull(labels.user_topic) GROUP BY 1
"""
_TEXTS = """
SELECT message_id, any(substringUTF8(content, 1, %(characters)s)) FROM messages
WHERE team_id = %(team)s AND message_id IN %(ids)s GROUP BY message_id
"""


@dataclass(frozen=True)
class Sample:
    """n user messages: ids, texts as they are stored, unit vectors (n, 384)."""

    ids: list[UUID]
    contents: list[str]
    vectors: Vectors

    def only(self, rows: list[int]) -> "Sample":
        return Sample([self.ids[row] for row in rows], [self.contents[row] for row in rows], self.vectors[rows])


def newest(team_id: int) -> Sample:
    params = {"team": team_id, "limit": limits.TOPIC_SAMPLE, "characters": limits.TOPIC_SAMPLE_CHARACTERS}
    rows = client.execute(_NEWEST, params, tag="topics")
    return Sample([row[0] for row in rows], [row[1] for row in rows], unpack([row[2] for row in rows]))


def embedded(team_id: int | None = None) -> dict[int, int]:
    """User messages with an embedding, by project; of one project, or of all."""
    return _counts(_EMBEDDED, team_id)


def conversations(team_id: int | None = None) -> dict[int, int]:
    """Conversations by project."""
    return _counts(_CONVERSATIONS, team_id)


def sizes(team_id: int) -> dict[str, int]:
    """Distinct user messages by the topic that they have now, "other" included."""
    return dict(client.execute(_SIZES, {"team": team_id}, tag="topics"))


def texts(team_id: int, ids: Sequence[str]) -> dict[str, str]:
    """The beginnings of messages, by id; those that were erased are missing."""
    if not ids:
        return {}
    params = {"team": team_id, "ids": list(ids), "characters": limits.PREVIEW_LENGTH * 4}
    return {str(message_id): content for message_id, content in client.execute(_TEXTS, params, tag="topics")}


def _counts(sql: str, team_id: int | None) -> dict[int, int]:
    of_team = "" if team_id is None else f" AND team_id = {int(team_id)}"
    return dict(client.execute(sql.replace("{of_team}", of_team), tag="topics"))
