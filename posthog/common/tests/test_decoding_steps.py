"""Each step from the bytes of a request to JSON, alone."""

import base64
import contextlib
import gzip
import time
import zlib

import lzstring
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posthog.common import compression, limits
from posthog.common.sdk import body
from posthog.common.sdk.answers import Refused
from posthog.common.sdk.tokens import checked

MANY = 1_000_000
texts = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=300)


@given(st.binary(max_size=2_000))
def test_gzip_gives_back_what_went_in(data: bytes) -> None:
    assert compression.gunzip(gzip.compress(data), MANY) == data


@given(st.binary(max_size=300), st.integers(1, 30))
def test_truncated_gzip_is_damaged(data: bytes, missing: int) -> None:
    with pytest.raises(compression.Damaged):
        compression.gunzip(gzip.compress(data)[:-missing][:], MANY)


def test_gzip_stops_at_the_bound() -> None:
    assert len(compression.gunzip(gzip.compress(b"0" * 1_000), 1_000)) == 1_000
    with pytest.raises(compression.TooLarge):
        compression.gunzip(gzip.compress(b"0" * 1_001), 1_000)
    with pytest.raises(compression.TooLarge):
        compression.gunzip(gzip.compress(b"0" * 600) * 2, 1_000)


def test_gzip_of_many_members_is_refused() -> None:
    assert compression.gunzip(gzip.compress(b"a") * limits.GZIP_MEMBERS, MANY) == b"a" * limits.GZIP_MEMBERS
    with pytest.raises(compression.Damaged, match="members"):
        compression.gunzip(gzip.compress(b"a") * (limits.GZIP_MEMBERS + 1), MANY)


@given(texts)
def test_lz64_gives_back_what_went_in(text: str) -> None:
    packed = lzstring.LZString.compressToBase64(text)
    assert compression.un_lz64(packed.encode(), MANY) == text
    assert compression.un_lz64(packed.rstrip("=").encode(), MANY) == text


@given(st.binary(max_size=200))
def test_any_bytes_as_lz64_end_in_text_or_an_error(data: bytes) -> None:
    with contextlib.suppress(compression.Damaged, compression.TooLarge):
        compression.un_lz64(data, 10_000)


def test_an_lz64_bomb_stops_at_the_bound_and_soon() -> None:
    bomb = lzstring.LZString.compressToBase64("0" * 500_000).encode()
    started = time.monotonic()
    with pytest.raises(compression.TooLarge):
        compression.un_lz64(bomb, 100_000)
    assert time.monotonic() - started < 1


@given(st.binary(min_size=1, max_size=300))
def test_base64_of_either_alphabet_padded_or_not(data: bytes) -> None:
    for text in (base64.b64encode(data), base64.urlsafe_b64encode(data), base64.b64encode(data).rstrip(b"="), base64.encodebytes(data)):
        assert compression.looks_like_base64(text)
        assert compression.unbase64(text) == data
    spaced = base64.b64encode(data).replace(b"+", b" ")
    assert compression.unbase64(spaced) == data


def test_json_is_not_base64() -> None:
    assert not compression.looks_like_base64(b'{"a":1}')
    assert not compression.looks_like_base64(b"")


def test_a_scalar_is_json_although_it_could_be_base64() -> None:
    assert body.parse(b"1234", "", MANY) == 1234
    assert body.parse(b"null", "", MANY) is None


def test_gzip_is_recognized_whatever_the_hint_says() -> None:
    packed = gzip.compress(b'{"a":1}')
    for hint in ("", "gzip", "base64", "lz64"):
        assert body.parse(packed, hint, MANY) == {"a": 1}


def test_raw_zlib_is_no_gzip() -> None:
    with pytest.raises(Refused, match="Malformed request data"):
        body.parse(zlib.compress(b'{"a":1}'), "gzip", MANY)


@pytest.mark.parametrize(
    ("token", "detail"), [(None, "not provided"), (5, "not a string"), ("", "empty"), ("a" * 65, "too long"), ("phx_1", "personal")]
)
def test_what_cannot_be_a_token(token: object, detail: str) -> None:
    with pytest.raises(Refused, match=detail):
        checked(token)


def test_tokens_need_no_prefix() -> None:
    assert checked(" my-own-token ") == "my-own-token"
