"""Names of the log's keys. The braces keep one partition's keys on one node of a cluster, as its scripts need."""

GROUP = "ingestion"
CONSUMER = "reader"


def stream(partition: int) -> str:
    return f"eventlog:{{{partition}}}:stream"


def lease(partition: int) -> str:
    """Holds the fencing number of the reader that may read and acknowledge."""
    return f"eventlog:{{{partition}}}:lease"


def fence(partition: int) -> str:
    """Counts leases, so that each has a number of its own."""
    return f"eventlog:{{{partition}}}:fence"


def attempts(partition: int) -> str:
    """Hash with one field: first id of the outstanding batch -> how often it was handed out."""
    return f"eventlog:{{{partition}}}:attempts"


def marks(partition: int) -> str:
    """Sorted set: last acknowledged id, scored with the milliseconds of its acknowledgement (coarsely)."""
    return f"eventlog:{{{partition}}}:marks"
