"""Every limit of the server in one place. Bytes unless the name says otherwise."""

# JSON: nesting depth beyond which a body is refused; no SDK sends more than a few dozen levels.
JSON_DEPTH = 512

# Names, in characters, as PostHog cuts them.
DISTINCT_ID_LENGTH = 200
EVENT_NAME_LENGTH = 200
TOKEN_LENGTH = 64

# Body of a REST request.
API_BODY = 5 * 1024 * 1024
