"""Everything that knows ClickHouse: tables, numbered migrations, the client, and the engine for one machine."""
