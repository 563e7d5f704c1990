"""Bounds of the embedded server; the engine's own limits (time, memory, rows) come as query settings."""

CONNECTIONS = 128
HANDSHAKE_SECONDS = 10.0
SHUTDOWN_SECONDS = 10.0
CANCEL_RETRY_SECONDS = 0.05
READ_BUFFER_BYTES = 64 * 1024
NAME_BYTES = 64 * 1024  # names, setting values, table names
QUERY_BYTES = 64 * 1024 * 1024
INSERT_BYTES = 1024 * 1024 * 1024
INSERT_COLUMNS = 1_000
BLOCK_ROWS = 2_000_000
