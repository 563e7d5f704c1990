"""The store's tables."""

from posthog.clickhouse import client

TABLES = ("events", "messages", "turns", "conversations", "persons", "person_distinct_id_overrides", "groups", "outcomes")


def empty() -> None:
    """Take away all rows."""
    filled = client.execute(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND total_rows > 0 AND name IN %(names)s", {"names": TABLES}
    )
    for (table,) in filled:
        client.execute(f"TRUNCATE TABLE {table}")
