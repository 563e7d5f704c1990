"""The ledger: what became of every accepted event, per minute and batch. A repeated batch replaces its rows: read with FINAL."""

forwards = [
    """
CREATE TABLE IF NOT EXISTS outcomes (
    team_id Int64,
    minute DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    outcome LowCardinality(String),
    reason LowCardinality(String),
    batch String CODEC(ZSTD(1)),
    quantity UInt64 CODEC(ZSTD(1)),
    CONSTRAINT known_outcome CHECK outcome IN ('received', 'visible', 'dropped', 'dead_letter')
)
ENGINE = ReplacingMergeTree
ORDER BY (team_id, minute, outcome, reason, batch)
SETTINGS
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1
"""
]

backwards = ["DROP TABLE IF EXISTS outcomes SYNC"]
