"""What SDKs send: decode, limit, authenticate, append to the log, answer. No database on the hot path."""
