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

# Requests for labels, per address beyond this machine and private networks, where MODEL_SERVER_OPEN lets those in.
MODEL_SERVER_PER_MINUTE = 600

# Queries. Lengths in characters, the rest in pieces.
QUERY_NAME_LENGTH = 4_000  # names and values in filters; ten times the 400 characters to which breakdown values are cut
QUERY_EXPRESSION_LENGTH = 20_000  # one HogQL expression in a filter, a column or a formula
QUERY_TEXT_LENGTH = 200_000  # a whole HogQL query
QUERY_PARSE_SECONDS = 1.0  # of the processor, to read it
QUERY_SERIES = 50
QUERY_FILTERS = 500  # filters in one list, and values in one filter's list
QUERY_FORMULAS = 50
QUERY_FORMULA_DEPTH = 50  # parentheses inside each other
QUERY_FORMULA_PARTS = 500  # names, numbers and signs; each operator is evaluated inside the next
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

# People.
PROFILE_BYTES = 128 * 1024  # properties of a person or group as JSON; each event carries a copy of its person's
GROUP_TYPES = 5  # kinds of group in a project: `$group_0` to `$group_4`
GROUP_TYPE_LENGTH = 400  # characters
GROUP_KEY_LENGTH = 400  # characters

# A call in a process of its own: ten times what the largest topic search takes.
APART_SECONDS = 3_600.0
OWN_LABEL_TRAINING_SECONDS = 120.0  # of one label, in a request

# Labels. Characters read from each end of a message: its first and last tokens decide, and 1 MB then costs as much as a page.
LABEL_HEAD_CHARACTERS = 2_000
LABEL_TAIL_CHARACTERS = 1_200

# Capture: bodies after decompression.
BODY_EVENTS_ENDPOINT = 2 * 1024 * 1024  # /e/ and its like, which browsers use
BODY_BATCH_ENDPOINT = 20 * 1024 * 1024  # /batch/ and the lane for AI events
BODY_RECORDINGS_ENDPOINT = 25 * 1024 * 1024
BODY_FLAGS_ENDPOINT = 1024 * 1024
BODY_DISCARDED = 64 * 1024 * 1024  # of a body that is refused for its size: who is still sending does not hear the answer
BODY_LZ64 = 2 * 1024 * 1024  # characters; only browsers of years ago compress like this
GZIP_MEMBERS = 16  # each member is a copy of the rest, so that thousands of tiny ones would take minutes
FORM_FIELDS = 50  # in a form body and in a query string
# Capture: one event after serialization.
EVENT_BYTES = 1024 * 1024
EVENT_BYTES_AI = 8 * 1024 * 1024
EVENT_DEPTH = 240  # levels of nesting; what can be serialized again without recursion running out
OFFSET_MILLISECONDS = 10**13  # 317 years; an event that claims to be older than that gets the time of receipt
EVENTS_PER_REQUEST = 20_000
REFUSALS_LISTED = 1_000  # refused events named in one answer
REMOTE_CONFIG_SECONDS = 300  # how long browsers may keep what /array/<token>/config said
RETRY_AFTER_SECONDS = 5  # told to senders while the log is full or away

# Conversations.
CONVERSATION_ID_LENGTH = 200  # characters; a longer session id is cut and ends in its hash
EXCHANGE_CACHE_SECONDS = 3600  # how long a resting chat is recognized without asking ClickHouse
EXCHANGE_ENTRIES = 16  # conversations of one person that hold the same question and answer; older ones are forgotten
EXCHANGE_DISTINCT_IDS = 20  # ids of one person under which an earlier exchange is looked for
MESSAGE_CACHE_SECONDS = 900  # how long a message is known to be stored and labelled without asking ClickHouse
CONTEXT_MESSAGES = 200  # messages of an event's history that are written because no other event has them; the newest count
CONVERSATIONS_PAGE = 50
CONVERSATIONS_PAGE_MAX = 200
CONVERSATION_MESSAGES = 2_000  # of one page of a transcript; a list reads as many of each conversation and counts the rest
CONVERSATION_TURNS = 100_000  # of one conversation that can be read page by page
CONVERSATION_FILTERS = 20  # labels in one request
CONVERSATION_SEARCH_LENGTH = 500  # characters
PREVIEW_LENGTH = 200  # characters of each side in a list of conversations

# Ingestion.
FUTURE_HOURS = 23  # an event further ahead of its receipt happened at its receipt
UUID_CLAIM_SECONDS = 3_600  # far longer than a batch takes; how long the uuids of one that nobody takes up again are kept from others
LABEL_SECONDS_PER_BATCH = 3.0  # for classification before a batch goes in; the rest is labelled afterwards
LABEL_CHUNK = 32  # texts in one pass of the model; time is looked at between passes
LABEL_WINDOW = 256  # waiting texts that are sorted by length together: chunks of alike ones need less padding
LABEL_CLAIM_SECONDS = 10  # for a batch to read messages that it has claimed, before another may
LABEL_SHARED_SECONDS = 60  # how long labels on their way into the store are shared between batches
LABEL_BREAKER_SECONDS = 30.0  # without trying, after the model failed
LABEL_MERGE_ROWS = 1_000  # rows with new labels in one run from which the updates are written into the tables' rows
BACKLOG_MESSAGES = 1_000  # labelled and written in one statement by the catch-up
BACKLOG_SECONDS = 20.0  # of work before the catch-up gives its thread back
RELABEL_MESSAGES = 1_000  # read and written in one statement by the relabelling
RELABEL_CHUNK = 64  # texts in one pass of the model; between passes it is looked whether ingestion waits
RELABEL_REST = 1.0  # seconds of rest per second of work, where the worker relabels by itself
RELABEL_LAG_SECONDS = 3.0  # age of the oldest waiting event from which relabelling makes room
RELABEL_LOCK_SECONDS = 60  # how long a killed relabelling keeps others from going on
RELABEL_CHECK_SECONDS = 3600  # after which it is looked again whether history has labels of another model
RELABEL_MERGE_ROWS = 50_000  # as LABEL_MERGE_ROWS, in the middle of a run
PARTITION_LEASE_SECONDS = 6.0  # how long a killed worker keeps its partition; renewed by a heartbeat
PARTITION_STALL_SECONDS = 120.0  # without progress after which a worker's heartbeat stops, so that another takes over
PARTITION_IDLE_SECONDS = 20.0  # without events after which a worker gives its thread back
PARTITION_RUN_SECONDS = 300.0  # after which it does so in any case
RETRY_SECONDS_MAX = 5.0  # between attempts at a batch while a part is away
DEATHS_BEFORE_CARE = 2  # of workers at a batch, after which its events are taken one by one

# Definitions.
PROPERTY_NAME_LENGTH = 400  # characters; longer names are stored with their events but get no definition
EVENT_DEFINITIONS = 10_000  # of one project; anyone who has the public token can invent names
PROPERTY_DEFINITIONS = 10_000  # of one project
DEFINITIONS_PER_BATCH = 2_000  # new names of properties recorded at once, and pairs of event and property
DEFINITIONS_CACHED = 50_000  # pairs of event and property of one project that a process remembers having recorded
DEFINITION_PROJECTS_CACHED = 200  # projects of which a process remembers names
PROPERTY_VALUES = 50  # offered while a filter is being written
PROPERTY_VALUE_DAYS = 30  # how far back values are looked for

# The classic list of events.
EVENTS_PAGE = 100
EVENTS_PAGE_MAX = 1_000
EVENTS_OFFSET_MAX = 50_000  # rows that a page may lie behind the first; `before` reaches further

# Topics.
TOPIC_NAME_LENGTH = 100  # characters
TOPIC_CONVERSATIONS = 50  # of a project, before which no topics are looked for
TOPIC_MESSAGES = 50  # embedded user messages, likewise
TOPIC_SAMPLE = 20_000  # newest distinct user messages that topics are found in
TOPIC_SAMPLE_CHARACTERS = 1_000  # of each, that names are made from
TOPICS_FOUND = 60  # at most, of one fit
TOPICS = 500  # of a project
TOPIC_EXAMPLES = 3  # messages shown with a topic
TOPIC_GROWTH = 1.5  # times as many messages as at the last fit make the next one due
TOPIC_FIT_SECONDS = 24 * 3600  # after which a project that has grown at all is due
TOPIC_DUE_SECONDS = 60  # between looks at which projects are due
TOPIC_RETRY_SECONDS = 3600  # after a fit that failed, before another one is due
TOPIC_STALE_SECONDS = 300  # without a sign of life, after which another worker takes a job up
PROJECT_LABELS_CHUNK = 2_000  # messages or turns that get new labels of their project in one step

# Own labels.
OWN_LABEL_NAME_LENGTH = 60  # characters
OWN_LABELS = 50  # of a project
OWN_LABEL_EXAMPLES_LEAST = 10
OWN_LABEL_EXAMPLES = 2_000  # and as many counter-examples
OWN_LABEL_TEXT_LENGTH = 5_000  # characters of an example; what the model reads lies within
OWN_LABEL_BACKGROUND = 500  # other messages of the project that a label is trained and tested against
OWN_LABEL_SEARCHED = 20_000  # newest messages in which a preview looks for matches
OWN_LABEL_MATCHES = 20
OWN_LABEL_SETTLE_SECONDS = 120.0  # after which no batch is on its way any more that was labelled before a label changed
OWN_LABEL_RETRAIN_SECONDS = 600  # between attempts to train a label again for a new model
