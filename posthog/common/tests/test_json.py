"""JSON as SDKs send it is read; what is no JSON is refused without a crash."""

import json as reference
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posthog.common import json, limits

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert json.loads(json.dumps(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": NaN}', {"a": None}),
        ('{"a": [Infinity, -Infinity]}', {"a": [None, None]}),
        ('{"a": 1e999}', {"a": None}),
        ('{"a": "\\ud800"}', {"a": "\ufffd"}),
        ('{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
        (b'{"a": "\xff"}', {"a": "\ufffd"}),
        ('{"a": "[[[[", "b": NaN}', {"a": "[[[[", "b": None}),
    ],
)
def test_what_strict_parsers_refuse_is_read(text: str | bytes, value: object) -> None:
    assert json.loads(text) == value


@pytest.mark.parametrize("text", ["", "{", '{"a":}', "nope", "[1,]", '"', b"\x00\x01"])
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(json.JSONError):
        json.loads(text)


@pytest.mark.parametrize("text", ["[" * 1_000_000, '{"a":' * 200_000, "[" * 2000 + "NaN" + "]" * 2000])
def test_deep_nesting_is_refused(text: str) -> None:
    with pytest.raises(json.JSONError, match=str(limits.JSON_DEPTH)):
        json.loads(text)


def test_lone_surrogates_and_large_numbers_can_be_written() -> None:
    assert reference.loads(json.dumps({"a": "\ud800", "b": 2**70})) == {"a": "\ufffd", "b": 2**70}
