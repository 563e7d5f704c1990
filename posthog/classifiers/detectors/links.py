"""MarkdownLinkDetector: links and images that are not what they seem, as they are used to carry a conversation out.

Found: an image or link whose address has room for data (`?q={conversation}`) or already carries some under a telling name (in a link:
sentences, since people sign in, invite and share by links); a link whose text is one address and whose target is on another site; targets
that run a script; a user name in an address that looks like a site.
"""

from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import re2

from posthog.classifiers.detectors import encoded

_LINK = re2.compile(r"(!?)\[([^\]\n]{0,300})\]\(\s*<?([^\s()]+(?:\([^\s()]*\)[^\s()]*)*)")
_LINKS_MAX = 200
_CARGO = "data|secret|summary|conversation|history|chat|prompt|message|context|password|token|key|info|answer|text"
_ROOM = re2.compile(rf"(?i)[{{\[<$]+\s*(?:[a-z_ -]*(?:{_CARGO})s?[a-z_ -]*)\s*[}}\]>]*$")
# Names under which hardly anything but somebody's data travels, and those that ordinary links use too: to share, to sign in.
_LEAKS = frozenset(
    (
        *("data", "secret", "secrets", "leak", "exfil", "payload", "conversation", "history", "chat_history", "system_prompt"),
        *("credentials", "stolen", "userdata", "user_data", "cookie"),
    )
)
_SHARED = frozenset(("chat", "prompt", "context", "message", "messages", "msg", "summary", "info", "email"))
_SIGNED = frozenset(("password", "pwd", "passwd", "token", "session"))
_VALUE_LEAST = 12  # characters under a telling name; less is a setting
_PLAIN_ADDRESS = re2.compile(r"https?://[^?#]*")
_DRAWING = frozenset(("api.qrserver.com", "quickchart.io", "chart.googleapis.com", "image-charts.com"))  # they draw what they are sent
# A word before ".net" is a product ("ASP.NET") unless more of an address is there.
_ADDRESS = re2.compile(
    r"(?i)(?:https?://|www\.)([a-z0-9.-]+\.[a-z]{2,})(?:[:/?#]\S*)?"
    r"|([a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|gov|edu)|(?:[a-z0-9-]+\.){2,}net)(?:/\S*)?|([a-z0-9-]+\.net)/\S*"
)
_ALIASES = {"youtu.be": "youtube.com", "amzn.to": "amazon.com", "fb.me": "facebook.com", "x.com": "twitter.com"}
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
    if _carries(image, address):
        return "an image that carries data out" if image else "a link that carries data out"
    return "a link to another site than its text says" if _is_elsewhere(shown, target, host) else None


def _carries(image: bool, address: SplitResult) -> bool:
    """The query has room for data, or data under a telling name."""
    last = unquote(address.path.rsplit("/", 1)[-1])
    if _ROOM.fullmatch(last):
        return True
    fields = parse_qsl(address.query, max_num_fields=50) if address.query.count("&") < 50 else []
    if any(_ROOM.fullmatch(value.strip()) for _, value in fields):
        return True
    return address.hostname not in _DRAWING and any(_tells(image, name.lower(), value) for name, value in fields)


def _tells(image: bool, name: str, value: str) -> bool:
    """An image is loaded without a click, so that any data count; in a link sentences do, which under a common name must be encoded."""
    if name not in _LEAKS | _SHARED | _SIGNED or len(value) < _VALUE_LEAST or _PLAIN_ADDRESS.fullmatch(value):
        return False
    if image and name not in _SIGNED:
        return True
    return encoded.is_sentence(encoded.decoded(value)) or (name in _LEAKS and encoded.is_sentence(value))


def _is_elsewhere(shown: str, target: str, host: str) -> bool:
    match = _ADDRESS.fullmatch(shown.strip("`*_ "))
    if not match:
        return False
    said = _site((match.group(1) or match.group(2) or match.group(3)).lower())
    return said != _site(host) and said not in unquote(target).lower()


def _site(host: str) -> str:
    """The part of a host name that is registered, near enough."""
    parts = host.removeprefix("www.").split(".")
    count = 3 if len(parts) > 2 and parts[-2] in _SECOND_LEVEL and len(parts[-1]) == 2 else 2
    site = ".".join(parts[-count:])
    return _ALIASES.get(site, site)
