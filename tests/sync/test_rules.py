"""Commands as they came over the wire: cut apart, canonical, chained."""

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from app.sync import rules

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_the_fast_canonical_form_is_rfc_8785(value):
    _, items = rules.read_push(json.dumps({"commands": [{"value": value}]}, ensure_ascii=False).encode())
    assert items[0].fault is None
    assert rules.canonical(items[0].value, odd_number=items[0].odd_number) == rfc8785.dumps({"value": value})


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"a":1,"a":2}', "twice"),
        ('{"a":{"b":1,"b":1}}', "twice"),
        ('{"a":9007199254740992}', "number"),
        ('{"a":-12345678901234567890}', "number"),
        ('{"a":1e400}', "number"),
        ('{"a":NaN}', "number"),
        ("[" * 33 + "]" * 33, "deep"),
        ("[" * 100_000 + "]" * 100_000, "deep"),
        ("[" * 32 + "]" * 32, None),
        ('{"a":"' + "[" * 50 + '"}', None),
        ('{"a":9007199254740991}', None),
    ],
)
def test_what_has_no_canonical_form_is_noticed_without_touching_its_neighbours(text, fault):
    _, items = rules.read_push(f'{{"commands":[{{"id":1}},{text},7]}}'.encode())
    assert [item.fault for item in items] == [None, fault, None]
    assert items[1].raw == text


def test_lone_surrogates_have_no_canonical_form():
    _, items = rules.read_push(b'{"commands":[{"a":"\\ud83d"},{"a":"\\ud83d\\ude00"}]}')
    with pytest.raises(rules.NoCanonicalForm) as caught:
        rules.digest_of(items[0].value)
    assert caught.value.code == "text"
    assert rules.digest_of(items[1].value) == rules.digest_of({"a": "😀"})


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"<html>", b"{", b'{"commands":1}', b"{}", b'{"commands":[1,]}', b'{"commands":[1]}x', b"\xff",
     b'{"commands":[{"a":tru}]}', b'{"commands":[[1}]]}', b'{"commands":[' + b"[" * 5000],
)  # fmt: skip
def test_what_is_no_push_is_told_apart(body):
    with pytest.raises(rules.NotJson):
        rules.read_push(body)


def test_gaps_and_forks_of_the_chain_are_noted():
    head, faults = rules.chain_faults("a", [("1", "a", "b"), ("2", "b", "c"), ("3", "b", "d"), ("4", "x", "e")])
    assert head == "e"
    assert faults == [{"id": "3", "kind": "fork"}, {"id": "4", "kind": "gap"}]


@given(st.text(max_size=40))
def test_a_foreign_cursor_is_nothing(text):
    assert rules.read_cursor(text) is None or isinstance(rules.read_cursor(text), list)
