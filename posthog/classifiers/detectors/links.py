"""MarkdownLinkDetector: links and images that are not what they seem, as they are used to carry a conversation out.

Found: an image or link whose address has room for data (`?q={conversation}`) or already carries some under a telling name; a link whose
text is one address and whose target is on another site; targets that run a script; a user name in an address that looks like a site.
"""

from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import re2

_LINK = re2.compile(r"(!?)\[([^\]\n]{0,300})\]\(\s*<?([^\s()]+(?:\([^\s()]*\)[^\s()]*)*)")
_LINKS_MAX = 200
_CARGO = "data|secret|summary|conversation|history|chat|prompt|message|context|password|token|key|info|answer|text"
_ROOM = re2.compile(rf"(?i)[{{\[<$]+\s*(?:[a-z_ -]*(?:{_CARGO})s?[a-z_ -]*)\s*[}}\]>]*$")
_TELLING = frozenset(
    (
        *("data", "secret", "secrets", "leak", "exfil", "payload", "conversation", "history", "chat", "chat_history", "prompt"),
        *("system_prompt", "context", "message", "messages", "msg", "summary", "password", "pwd", "passwd", "token", "cookie", "session"),
        *("credentials", "stolen", "info", "userdata", "user_data", "email"),
    )
)
_VALUE_LEAST = 12  # characters under a telling name; less is a setting
_ADDRESS = re2.compile(
    r"(?i)(?:https?://|www\.)([a-z0-9.-]+\.[a-z]{2,})(?:[:/?#]\S*)?"
    r"|([a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|gov|edu))(?:/\S*)?"
)
_SCRIPTS = ("javascript:", "vbscript:", "data:text/html")
_SECOND_LEVEL = frozenset(("co", "com", "ac", "org", "gov", "net", "edu", "or", "ne", "go"))


def find(text: str) -> str | None:
    if "](" not in text:
        return None
    found = [said for image, shown, target in _links(text) if (said := _judge(image, shown, target))]
    return ", ".join(dict.fromkeys(found)) or None


def _links(text: str) -> Iterator[tuple[bool, str, str]]:
    for place, match in enumerate(_LINK.finditer(text)):
        if place == _LINKS_MAX:
            return
        yield match.group(1) == "!", match.group(2).strip(), match.group(3)


def _judge(image: bool, shown: str, target: str) -> str | None:
    if target.lower().startswith(_SCRIPTS):
        return "a link that runs a script"
    try:
        address = urlsplit(target)
        host = address.hostname or ""
    except ValueError:
        return None
    if address.scheme not in ("http", "https") or not host:
        return None
    if address.username and "." in address.username:
        return "a link that hides its site behind a user name"
    if _carries(address):
        return "an image that carries data out" if image else "a link that carries data out"
    return "a link to another site than its text says" if _is_elsewhere(shown, target, host) else None


def _carries(address: SplitResult) -> bool:
    """The query has room for data, or data under a telling name."""
    last = unquote(address.path.rsplit("/", 1)[-1])
    if _ROOM.fullmatch(last):
        return True
    for name, value in parse_qsl(address.query, max_num_fields=50) if address.query.count("&") < 50 else ():
        if _ROOM.fullmatch(value.strip()):
            return True
        if name.lower() in _TELLING and len(value) >= _VALUE_LEAST:
            return True
    return False


def _is_elsewhere(shown: str, target: str, host: str) -> bool:
    match = _ADDRESS.fullmatch(shown.strip("`*_ "))
    if not match:
        return False
    said = _site((match.group(1) or match.group(2)).lower())
    return said != _site(host) and said not in unquote(target).lower()


def _site(host: str) -> str:
    """The part of a host name that is registered, near enough."""
    parts = host.removeprefix("www.").split(".")
    count = 3 if len(parts) > 2 and parts[-2] in _SECOND_LEVEL and len(parts[-1]) == 2 else 2
    return ".".join(parts[-count:])
