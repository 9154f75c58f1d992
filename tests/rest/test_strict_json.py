"""The parser: bytes become one object, or one of four refusals."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.errors import DomainError, Malformed
from apps.rest.errors import BodyTooLarge, DuplicateKey, MalformedJson, TooDeep
from apps.rest.strict_json import LARGE_BODY_BYTES, parse_document

leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)
documents = st.dictionaries(st.text(), values)


def depth_of(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth_of, value), default=0)
    return 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  ",
        b'{"amount": 1',
        b'{"amount": 1}x',
        b"\xef\xbb\xbf{}",
        b'{"a": "\xff"}',
        b'{"a": "\xed\xa0\x80"}',
        '{"a": 1}'.encode("utf-16"),
        '{"a": 1}'.encode("utf-16-le"),
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[]",
        b'"text"',
        b"null",
        b"1",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 01}',
        b'{"a": +1}',
        '{"a": １}'.encode(),
        b'{"a": 1,}',
        b"{'a': 1}",
        b'{"a": "\x00"}',
        b'{"a": 1} // why',
    ],
)
def test_takes_nothing_that_is_not_one_object(body: bytes) -> None:
    with pytest.raises(MalformedJson):
        parse_document(body)


@pytest.mark.parametrize("body", [b'{"amount":1,"amount":2}', b'{"a":{"b":1,"b":1}}', b'{"a":1,"\\u0061":1}'])
def test_refuses_a_key_that_is_given_twice(body: bytes) -> None:
    with pytest.raises(DuplicateKey):
        parse_document(body)


def test_takes_eight_levels_and_no_ninth() -> None:
    eight, nine = b'{"a":' * 7 + b"[]" + b"}" * 7, b'{"a":' * 8 + b"[]" + b"}" * 8

    document = parse_document(eight)

    assert depth_of(document) == 8
    with pytest.raises(TooDeep):
        parse_document(nine)


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_never_follows_a_hundred_thousand_levels(opening: bytes) -> None:
    with pytest.raises(TooDeep):
        parse_document(opening * 100_000, limit_bytes=1_000_000)


def test_does_not_count_brackets_within_text() -> None:
    body = b'{"a": "[[[[[[[[[[{{{{{{\\"[[[[\\\\", "b": [1]}'

    assert parse_document(body)["b"] == [1]


def test_walks_a_body_of_endless_quotes_once() -> None:
    body = b'{"a": "[[[[[[[[[' + b'\\"' * 120_000
    started = time.perf_counter()

    with pytest.raises(MalformedJson):
        parse_document(body)

    assert time.perf_counter() - started < 1.0


def test_refuses_one_byte_too_many() -> None:
    body = b'{"a": "' + b"x" * (LARGE_BODY_BYTES - 9) + b'"}'

    assert len(body) == LARGE_BODY_BYTES
    assert parse_document(body)
    with pytest.raises(BodyTooLarge):
        parse_document(body + b" ")


def test_keeps_what_only_a_field_can_judge() -> None:
    document = parse_document(b'{"a": 1e999, "b": "\\ud800", "c": "\\u0000", "d": 1.0}')

    assert document == {"a": float("inf"), "b": "\ud800", "c": "\x00", "d": 1.0}


@given(st.binary() | st.binary().map(lambda inside: b'{"a":' + inside + b"}") | st.text().map(str.encode))
def test_answers_any_bytes_with_an_object_or_a_refusal(body: bytes) -> None:
    outcome: object
    try:
        outcome = parse_document(body)
    except DomainError as error:
        outcome = error

    assert isinstance(outcome, Malformed) or outcome == json.loads(body)


@given(documents, st.booleans())
def test_agrees_with_the_standard_library_on_valid_documents(document: dict[str, object], ascii_only: bool) -> None:
    body = json.dumps(document, ensure_ascii=ascii_only).encode()

    if depth_of(document) > 8:
        with pytest.raises(TooDeep):
            parse_document(body)
    else:
        assert parse_document(body) == document == json.loads(body)
