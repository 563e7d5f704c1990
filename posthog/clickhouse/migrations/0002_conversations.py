"""Messages (each distinct text once), turns (who said which message when), and conversations (fed from turns by a view)."""

from posthog.clickhouse.migrations.first_labels import LABEL_PATHS

_SETTINGS = """SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1"""
_UPDATED_SETTINGS = f"""{_SETTINGS},
    enable_block_number_column = 1,
    enable_block_offset_column = 1"""

# Parts of words and scripts without spaces are found by lowerUTF8(content) LIKE '%…%', words by
# hasAllTokens(lower(lowerUTF8(content)), '…'): an expression takes one text index only, and the outer lower() makes it another.
# (An index with a preprocessor answers differently where the engine does not use it.)
_MESSAGES = f"""
CREATE TABLE IF NOT EXISTS messages (
    team_id Int64 CODEC(ZSTD(1)),
    message_id UUID,
    role LowCardinality(String),
    content String CODEC(ZSTD(3)),
    language LowCardinality(String),
    labels_text String EPHEMERAL '{{}}',
    labels JSON(max_dynamic_paths = 0, {LABEL_PATHS}) DEFAULT if(empty(labels_text), '{{}}', labels_text),
    label_version LowCardinality(String),
    created_at DateTime64(6, 'UTC') CODEC(ZSTD(1)),
    INDEX content_words lower(lowerUTF8(content)) TYPE text(tokenizer = 'splitByNonAlpha'),
    INDEX content_bigrams lowerUTF8(content) TYPE text(tokenizer = ngrams(2))
)
ENGINE = ReplacingMergeTree
ORDER BY (team_id, message_id)
{_UPDATED_SETTINGS}
"""

_TURNS = f"""
CREATE TABLE IF NOT EXISTS turns (
    team_id Int64 CODEC(ZSTD(1)),
    conversation_id String CODEC(ZSTD(1)),
    event_uuid UUID,
    position UInt32 CODEC(ZSTD(1)),
    timestamp DateTime64(6, 'UTC') CODEC(ZSTD(1)),
    role LowCardinality(String),
    kind LowCardinality(String),
    event LowCardinality(String),
    person_id UUID CODEC(ZSTD(1)),
    distinct_id String CODEC(ZSTD(1)),
    message_id UUID,
    labels_text String EPHEMERAL '{{}}',
    labels JSON(max_dynamic_paths = 0, {LABEL_PATHS}) DEFAULT if(empty(labels_text), '{{}}', labels_text),
    label_version LowCardinality(String),
    INDEX by_time timestamp TYPE minmax GRANULARITY 1,
    INDEX by_event event_uuid TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_message message_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_person person_id TYPE bloom_filter(0.01) GRANULARITY 1,
    CONSTRAINT known_kind CHECK kind IN ('owned', 'context')
)
ENGINE = ReplacingMergeTree
ORDER BY (team_id, conversation_id, event_uuid, position)
{_UPDATED_SETTINGS}
"""

# States that do not change when the same row comes twice: min, max, uniq, argMin.
_CONVERSATIONS = f"""
CREATE TABLE IF NOT EXISTS conversations (
    team_id Int64,
    conversation_id String CODEC(ZSTD(1)),
    started_at SimpleAggregateFunction(min, DateTime64(6, 'UTC')) CODEC(ZSTD(1)),
    ended_at SimpleAggregateFunction(max, DateTime64(6, 'UTC')) CODEC(ZSTD(1)),
    turns AggregateFunction(uniq, UUID, UInt32),
    person_id AggregateFunction(argMin, UUID, DateTime64(6, 'UTC')),
    distinct_id AggregateFunction(argMin, String, DateTime64(6, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (team_id, conversation_id)
{_SETTINGS}
"""

_VIEW = """
CREATE MATERIALIZED VIEW IF NOT EXISTS conversations_from_turns TO conversations AS
SELECT
    team_id,
    conversation_id,
    min(turn.timestamp) AS started_at,
    max(turn.timestamp) AS ended_at,
    uniqState(turn.event_uuid, turn.position) AS turns,
    argMinState(turn.person_id, turn.timestamp) AS person_id,
    argMinState(turn.distinct_id, turn.timestamp) AS distinct_id
FROM turns AS turn
GROUP BY team_id, conversation_id
"""

forwards = [_MESSAGES, _TURNS, _CONVERSATIONS, _VIEW]
backwards = [
    "DROP VIEW IF EXISTS conversations_from_turns SYNC",
    "DROP TABLE IF EXISTS conversations SYNC",
    "DROP TABLE IF EXISTS turns SYNC",
    "DROP TABLE IF EXISTS messages SYNC",
]
