"""SecretsMarker: keys and passwords, by the forms that their issuers document, and assignments of passwords that look random.

Found: keys of AWS, GitHub, GitLab, Slack, Stripe, Google, OpenAI, Anthropic, Hugging Face, npm, PyPI, SendGrid, DigitalOcean and PostHog
(personal ones), private keys in PEM (RFC 7468), JSON web tokens (RFC 7519), passwords in addresses and assignments. Not found:
placeholders such as YOUR_API_KEY, published examples, project tokens that are public, code that reads a secret from elsewhere.
The sentence names kind, public prefix and length, never the value.
"""

import base64
import binascii
import math
import re
from collections import Counter
from collections.abc import Iterator

import re2

from posthog.common import json

# kind -> (public prefix that must occur, form)
_KEYS: dict[str, tuple[tuple[str, ...], str]] = {
    "AWS access key": (("AKIA", "ASIA"), r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    "GitHub token": (
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255})\b",
    ),
    "GitLab token": (("glpat-",), r"\bglpat-[\w-]{20,64}"),
    "Slack token": (("xox", "xapp-"), r"\b(?:xox[abposr]-\d{8,}-[\w-]{10,250}|xapp-\d-[A-Z0-9]{8,}-\d{8,}-[a-f0-9]{32,128})"),
    "Slack webhook": (("hooks.slack.com/",), r"hooks\.slack\.com/services/T\w{6,}/B\w{6,}/\w{20,}"),
    "Stripe key": (("k_live_", "k_test_"), r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,250}"),
    "Anthropic key": (("sk-ant-",), r"\bsk-ant-[\w-]{20,250}"),
    "OpenAI key": (("sk-",), r"\bsk-(?:(?:proj|svcacct|admin)-[\w-]{32,250}|\w{32,250})"),
    "Google API key": (("AIza",), r"\bAIza[\w-]{35}"),
    "Google OAuth secret": (("GOCSPX-",), r"\bGOCSPX-[\w-]{28}"),
    "Hugging Face token": (("hf_",), r"\bhf_[A-Za-z0-9]{34}\b"),
    "npm token": (("npm_",), r"\bnpm_[A-Za-z0-9]{36}\b"),
    "PyPI token": (("pypi-",), r"\bpypi-AgE[\w-]{50,}"),
    "SendGrid key": (("SG.",), r"\bSG\.[\w-]{22}\.[\w-]{43}"),
    "DigitalOcean token": (("dop_v1_",), r"\bdop_v1_[a-f0-9]{64}\b"),
    "PostHog personal key": (("phx_",), r"\bphx_[A-Za-z0-9]{20,64}"),
}
_FORMS = {kind: (prefixes, re2.compile(form)) for kind, (prefixes, form) in _KEYS.items()}
_PREFIX = re.compile(r"[A-Za-z]+[-_.](?:live_|test_|pat_|ant-|proj-|svcacct-|admin-|v1_)?|A[KS]IA|AIza")
_PEM = re2.compile(r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----([A-Za-z0-9+/=:,.\s\\-]+?)-----END")
_PEM_LEAST = 100  # characters between the frame lines of a real key
_JWT = re2.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}")
_URL = re2.compile(r"(?i)\b[a-z][a-z0-9+]{2,20}://[^\s:/@\"'<>]{1,60}:([^\s:/@\"'<>]{6,80})@[\w.-]+")
_ASSIGN = r"[\"'`*]{0,3}\s{0,3}(?:[:=]|\b(?:is|ist|est|es)\b)[>\s]{0,3}[\"'`*]{0,3}"
_VALUE = r"([^\s\"'`,;()<>{}\[\]$*][^\s\"'`,;()<>{}\[\]*]{7,99})(\(|\[|\.|)"
_OF_PEOPLE = r"password|passwd|pwd|passphrase|[a-z0-9]_pass|passwort|kennwort|mot de passe|contraseña"
_OF_PROGRAMS = r"secret|secret[_-]?key|api[_-]?key|access[_-]?token|auth[_-]?token|client[_-]?secret"
_ASSIGNED = re2.compile(rf"(?i)(?:({_OF_PEOPLE})|{_OF_PROGRAMS}){_ASSIGN}{_VALUE}")
_HEX = re.compile(r"[0-9a-f]{32,128}")
_AWS_SECRET = re2.compile(r"(?i)secret[_-]?access[_-]?key[\"'`]{0,3}\s{0,3}[:=>][>\s]{0,3}[\"'`]{0,3}([a-z0-9+/]{40})(?:$|[^a-z0-9+/=])")
_PLACEHOLDER = re.compile(
    r"(?i)example|sample|your|dummy|placeholder|redacted|insert|replace|change|secret|passw|token|key|test|xxx|\*\*\*|\.\.\.|…|demo|fake|foobar"
    r"|1234|2345|3456|abcd|bcde|qwert|0000|1111|user|admin|hunter2|correct.?horse|_here|value|string|hash|auth|config|env"
)
_DISTINCT_LEAST = 8
_PASSWORD_BITS, _KEY_BITS = 3.0, 3.2  # bits per character below which a text repeats itself


def find(text: str) -> str | None:
    return ", ".join(dict.fromkeys(_found(text))) or None


def _found(text: str) -> Iterator[str]:
    for kind, (prefixes, form) in _FORMS.items():
        if any(prefix in text for prefix in prefixes):
            yield from (_named(kind, match.group()) for match in form.finditer(text) if _is_key(match.group()))
    if "PRIVATE KEY" in text:
        yield from ("private key" for match in _PEM.finditer(text) if len(match.group(1)) >= _PEM_LEAST and "..." not in match.group(1))
    if "eyJ" in text:
        yield from ("JSON web token" for match in _JWT.finditer(text) if _is_jwt(match.group()))
    if "://" in text and "@" in text:
        yield from ("password in an address" for match in _URL.finditer(text) if _is_password(match.group(1)))
    if "ccess" in text or "ACCESS" in text:
        keys = (match.group(1) for match in _AWS_SECRET.finditer(text))
        yield from (f"AWS secret key ({len(key)} characters)" for key in keys if _is_aws_secret(key))
    yield from (f"password or key in an assignment ({len(value)} characters)" for value in _assigned(text))


def _assigned(text: str) -> Iterator[str]:
    for match in _ASSIGNED.finditer(text):
        of_people, value, code = match.groups()
        is_secret = _is_password if of_people else _is_token
        if not code and is_secret(value.rstrip(".!?")):
            yield value


def _named(kind: str, value: str) -> str:
    prefix = _PREFIX.match(value)
    shown = f"{prefix.group()}…, " if prefix and not value.startswith("hooks") else ""
    return f"{kind} ({shown}{len(value)} characters)"


def _is_key(value: str) -> bool:
    """Not a placeholder: random enough, and without the words and rows of digits that people put there. Words joined by "-" are a name."""
    body = value[_prefix_length(value) :]
    is_name = "-" in body and not any(map(str.isdigit, body))
    return not is_name and not _PLACEHOLDER_IN_KEY.search(body) and _bits(body) >= _KEY_BITS


_PLACEHOLDER_IN_KEY = re.compile(
    r"4eC39HqLyjWDarjtT1zdp7dc|(?i:example|your|placeholder|redacted|xxxx|123456|abcdef|0000000|\.\.\.)"
)  # the first: Stripe's documentation


def _prefix_length(value: str) -> int:
    prefix = _PREFIX.match(value)
    return prefix.end() if prefix else 0


def _is_password(value: str) -> bool:
    """Letters and digits, with capitals or signs, not a word, a path or code."""
    if _PLACEHOLDER.search(value) or len(set(value)) < _DISTINCT_LEAST or _bits(value) < _PASSWORD_BITS:
        return False
    letters, digits = any(map(str.isalpha, value)), any(map(str.isdigit, value))
    mixed = value != value.lower() or any(not sign.isalnum() and sign not in "_-./:" for sign in value)
    return letters and digits and mixed and "://" not in value and value.count("/") < 2 and not re.fullmatch(r"[\w.]+\.[a-z]{2,}\w*", value)


def _is_token(value: str) -> bool:
    """As a password; or hexadecimal, which a password hardly is."""
    return _is_password(value) or bool(_HEX.fullmatch(value) and not _PLACEHOLDER_IN_KEY.search(value) and _bits(value) >= _KEY_BITS)


def _is_aws_secret(value: str) -> bool:
    """Base64, so that slashes make it no path, as they do a password."""
    return _is_key(value) and value not in (value.lower(), value.upper()) and any(map(str.isdigit, value))


def _is_jwt(token: str) -> bool:
    """With a head that names its algorithm; not the example of jwt.io, which is about John Doe."""
    head, body, _ = token.split(".", 2)
    claims = _json(body)
    return "alg" in _json(head) and (claims.get("sub"), claims.get("name")) != ("1234567890", "John Doe")


def _json(part: str) -> dict[str, object]:
    """The object in a part of a web token; {} when it is none."""
    try:
        said = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _bits(text: str) -> float:
    """Bits per character, by how often each occurs."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values()) if text else 0.0
