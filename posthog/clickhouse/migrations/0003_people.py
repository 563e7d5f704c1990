"""Persons, which person a distinct id belongs to after a merge, and groups. The newest version of a row wins: read with FINAL."""

_SETTINGS = """SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1"""

forwards = [
    f"""
CREATE TABLE IF NOT EXISTS persons (
    team_id Int64,
    id UUID,
    created_at DateTime64(3, 'UTC'),
    properties_text String CODEC(ZSTD(3)),
    properties JSON(max_dynamic_paths = 64) MATERIALIZED if(empty(properties_text), '{{}}', properties_text),
    is_identified Bool,
    is_deleted Bool,
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (team_id, id)
{_SETTINGS}
""",
    f"""
CREATE TABLE IF NOT EXISTS person_distinct_id_overrides (
    team_id Int64,
    distinct_id String CODEC(ZSTD(1)),
    person_id UUID,
    is_deleted Bool,
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (team_id, distinct_id)
{_SETTINGS}
""",
    f"""
CREATE TABLE IF NOT EXISTS groups (
    team_id Int64,
    group_type_index UInt8,
    group_key String CODEC(ZSTD(1)),
    created_at DateTime64(3, 'UTC'),
    properties_text String CODEC(ZSTD(3)),
    properties JSON(max_dynamic_paths = 64) MATERIALIZED if(empty(properties_text), '{{}}', properties_text),
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (team_id, group_type_index, group_key)
{_SETTINGS}
""",
]

backwards = [f"DROP TABLE IF EXISTS {table} SYNC" for table in ("groups", "person_distinct_id_overrides", "persons")]
