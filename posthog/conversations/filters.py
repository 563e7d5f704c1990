"""Filters of a list of conversations as SQL conditions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from posthog.clickhouse import labels
from posthog.common.ids import parse_uuid
from posthog.conversations.schema import LabelWish, Wish
from posthog.people import selectors as people

# Thai, Lao, Myanmar, Khmer; Japanese, Chinese, and what stands among them: written without spaces between words.
_WITHOUT_SPACES = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u312f\u3190-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
_WORD = re.compile(r"[^\W_]")


@dataclass
class Conditions:
    """where continues the WHERE of conversations, having speaks of a conversation with its end as `last`; params fill both."""

    having: str = "1"
    params: dict[str, Any] = field(default_factory=dict)
    _where: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, team_id: int, wish: Wish) -> "Conditions":
        found = cls()
        found._add_time(wish)
        for label in wish.labels:
            found._having("events", found._label(label))
        if wish.person:
            found._having("turns", found._person(team_id, wish.person))
        if wish.search:
            found._having("turns", found._search(wish.search))
        return found

    @property
    def where(self) -> str:
        return " ".join(f"AND {condition}" for condition in self._where)

    def param(self, value: Any) -> str:
        name = f"p{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"

    def _having(self, table: str, condition: str) -> None:
        """The conversation has such a row of events or turns in the time asked for."""
        self._where.append(f"conversation_id IN (SELECT conversation_id FROM {{{table}}} AND {condition}{self._in_time})")  # noqa: S608

    def _add_time(self, wish: Wish) -> None:
        """A conversation is in a time range when it has begun before the range's end and not ended before its start."""
        self._in_time = ""
        having = []
        if wish.date_from:
            having.append(f"last >= {self.param(wish.date_from)}")
            self._in_time += f" AND timestamp >= {self.param(wish.date_from)}"
        if wish.date_to:
            having.append(f"min(started_at) <= {self.param(wish.date_to)}")
            self._in_time += f" AND timestamp <= {self.param(wish.date_to)}"
        if wish.cursor:
            end, conversation_id = self.param(wish.cursor.ended_at), self.param(wish.cursor.conversation_id)
            having.append(f"(last, conversation_id) < (toDateTime64({end}, 6, 'UTC'), {conversation_id})")
        self.having = " AND ".join(having) or "1"

    def _label(self, label: LabelWish) -> str:
        """On events, so that the list has what a chart of the label counts. Names are checked by schema."""
        if labels.type_of(label.name) is None:
            given = f"CAST(properties.`{label.name}`, 'Nullable(String)')"
            return f"notEmpty({given})" if label.value is None else f"{given} = {self.param(label.value)}"
        column = labels.column(label.name)
        if label.value is not None:
            return f"{column} = {self.param(label.value)}"
        if labels.is_text(label.name):
            return f"notEmpty({column})"
        return f"isNotNull({column})" if label.name.endswith("_score") else f"{column} = 1"

    def _person(self, team_id: int, person: str) -> str:
        """By person id or distinct id, under all ids that the person has now."""
        person_id = people.by_distinct_ids(team_id, [person]).get(person) or parse_uuid(person)
        summary = people.by_ids(team_id, [person_id]).get(person_id) if person_id else None
        distinct_ids = [person, *(summary.distinct_ids if summary else [])]
        by_id = f"person_id = {self.param(str(person_id))} OR " if person_id else ""
        return f"({by_id}distinct_id IN {self.param(distinct_ids)})"

    def _search(self, text: str) -> str:
        """All words, in one message."""
        found = " AND ".join(self._words(text.lower().split()))
        return f"message_id IN (SELECT message_id FROM {{messages}} AND {found})"  # noqa: S608

    def _words(self, words: list[str]) -> Iterator[str]:
        for word in words:
            if _WITHOUT_SPACES.search(word) or not _WORD.search(word):
                pattern = re.sub(r"([\\%_])", r"\\\1", word)
                yield f"lowerUTF8(content) LIKE {self.param(f'%{pattern}%')}"
            else:
                yield f"hasAllTokens(lower(lowerUTF8(content)), lowerUTF8({self.param(word)}))"
