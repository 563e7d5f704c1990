"""What can go wrong with the log, in the two ways a caller has to tell apart."""


class LogError(Exception):
    """Nothing was promised: the caller must not answer success."""


class LogFull(LogError):
    """The log has reached its memory bound; the sender should come back later."""


class LogUnavailable(LogError):
    """The log did not answer, or could not write to its disk."""
