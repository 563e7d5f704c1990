"""Every limit of the server in one place. Bytes unless the name says otherwise."""

# JSON: nesting depth beyond which a body is refused; no SDK sends more than a few dozen levels.
JSON_DEPTH = 512

# Names, in characters, as PostHog cuts them.
DISTINCT_ID_LENGTH = 200
EVENT_NAME_LENGTH = 200
TOKEN_LENGTH = 64

# Body of a REST request.
API_BODY = 5 * 1024 * 1024

# Sign-in attempts per account and per address.
LOGIN_ATTEMPTS_PER_MINUTE = 5

# Queries. Lengths in characters, the rest in pieces.
QUERY_NAME_LENGTH = 4_000  # names and values in filters; ten times the 400 characters to which breakdown values are cut
QUERY_EXPRESSION_LENGTH = 20_000  # one HogQL expression in a filter, a column or a formula
QUERY_TEXT_LENGTH = 200_000  # a whole HogQL query
QUERY_SERIES = 50
QUERY_FILTERS = 500  # filters in one list, and values in one filter's list
QUERY_FORMULAS = 50
QUERY_FORMULA_DEPTH = 50  # parentheses inside each other
QUERY_COLUMNS = 200
QUERY_ERROR_PATH = 24  # fields named in the message about a wrong query
QUERY_WRAPPERS = 5  # nodes that wrap a query, inside each other
QUERY_BREAKDOWN_LIMIT = 1_000
QUERY_BUCKETS = 20_000  # points on the time axis: two weeks of minutes
QUERY_SMOOTHING_INTERVALS = 366
QUERY_ROWS = 100  # of a list when no limit is given
QUERY_MAX_ROWS = 50_000  # of one answer, as PostHog
QUERY_CONVERSATIONS = 1_000  # of one page of the conversations behind a point
QUERY_SINGLE_SCAN_ROWS = 50_000  # a breakdown with more (bucket, value) pairs is folded by the engine instead of here
QUERY_CACHE_BYTES = 4 * 1024 * 1024  # a larger result is computed each time

# Event log. One batch of the log is what ingestion takes through its stages at once.
BATCH_EVENTS_MAX = 1_000
BATCH_ENTRIES_MAX = 1_000
BATCH_BYTES_MAX = 16 * 1024 * 1024  # compressed; bounds a worker's memory when events carry long texts
BATCH_FLUSH_MS = 500
BATCH_POLL_SECONDS = 0.05
LEASE_SECONDS = 30.0  # how long a dead reader keeps its partition
ENTRY_EVENTS_MAX = 500  # a larger request becomes several entries, so that batches keep near their bound
EVENT_LOG_MEASURE_SECONDS = 0.25  # how old the size may be against which the bound is checked
ACKNOWLEDGED_KEPT_SECONDS = 15 * 60  # far beyond the kernel's write-back: a power cut is repaired by replay
ACKNOWLEDGED_MARK_SECONDS = 10
NUDGE_INTERVAL_SECONDS = 1.0
NUDGE_EXPIRES_SECONDS = 5
NUDGES_WAITING_MAX = 50
