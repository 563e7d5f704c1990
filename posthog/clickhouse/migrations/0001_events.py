"""One row per event. `properties_text` is what a client gets back; `properties`, made from it, is what queries read."""

from posthog.clickhouse.migrations.first_labels import LABEL_PATHS

forwards = [
    f"""
CREATE TABLE IF NOT EXISTS events (
    team_id Int64 CODEC(ZSTD(1)),
    uuid UUID,
    event String CODEC(ZSTD(1)),
    timestamp DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    distinct_id String CODEC(ZSTD(1)),
    person_id UUID CODEC(ZSTD(1)),
    person_mode LowCardinality(String),
    properties_text String CODEC(ZSTD(3)),
    properties JSON(max_dynamic_paths = 64) MATERIALIZED if(empty(properties_text), '{{}}', properties_text),
    person_properties_text String CODEC(ZSTD(3)),
    person_properties JSON(max_dynamic_paths = 64) MATERIALIZED if(empty(person_properties_text), '{{}}', person_properties_text),
    person_created_at DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    labels_text String EPHEMERAL '{{}}',
    labels JSON(max_dynamic_paths = 0, {LABEL_PATHS}) DEFAULT if(empty(labels_text), '{{}}', labels_text),
    `$group_0` String CODEC(ZSTD(1)),
    `$group_1` String CODEC(ZSTD(1)),
    `$group_2` String CODEC(ZSTD(1)),
    `$group_3` String CODEC(ZSTD(1)),
    `$group_4` String CODEC(ZSTD(1)),
    `$session_id` String CODEC(ZSTD(1)),
    conversation_id String CODEC(ZSTD(1)),
    message_refs String CODEC(ZSTD(3)),
    elements_chain String CODEC(ZSTD(3)),
    created_at DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
    log_id String CODEC(ZSTD(1)),
    INDEX by_conversation conversation_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_person person_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_distinct_id distinct_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_uuid uuid TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_session `$session_id` TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(timestamp)
ORDER BY (team_id, toDate(timestamp), event, cityHash64(distinct_id), cityHash64(uuid))
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    enable_block_number_column = 1,
    enable_block_offset_column = 1
"""
]

backwards = ["DROP TABLE IF EXISTS events SYNC"]
