"""Commands as they came over the wire: cut apart, given their canonical form, checked against their digest. Pure.

RFC 8785 is one form of the same JSON on both sides. `orjson` with sorted keys writes that form already, but for
numbers with a fraction or exponent that JavaScript writes otherwise and for keys beyond the BMP; those few go through
the reference implementation, which costs a hundred times as much.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]
from typing import Any

import orjson
import rfc8785

MOST_COMMANDS = 200
LARGEST_COMMAND = 256_000
DEEPEST = 32
LARGEST_INTEGER = 2**53 - 1
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_HIGH = re.compile(rb"[\xed-\xf4]")
"""First bytes of characters from U+D000 on: only among those does UTF-16 sort otherwise than UTF-8."""
_SPACE = re.compile(r"[ \t\n\r]*")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]|[^"\[\]{},\s]+|[,\s]', re.DOTALL)


class NotJson(ValueError):
    """The body is no JSON object with a list of commands."""


class NoCanonicalForm(ValueError):
    """A value without one agreed form; `code` says which: deep, twice, number, text."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


FORM_FAULTS = {
    "deep": "内容套得太深，没有收下。",
    "twice": "同一项写了两次，没有收下。",
    "number": "有一个数太大或不是数，没有收下。",
    "text": "有不完整的字，没有收下。",
}


ASIDE = {
    "author_disabled": "写这一条的账号已停用，先留着，请镇里看要不要收。",
    "author_role": "写这一条的人现在不做这件事了，先留着，请镇里看要不要收。",
    "device_revoked": "写这一条的手机已停用，先留着，请镇里看要不要收。",
}
"""Why sealed work of somebody who may no longer write waits for a person."""


@dataclass(slots=True)
class Item:
    """One element of `commands` as received: its text, its value, or why it has none."""

    raw: str
    value: Any = None
    fault: str | None = None
    odd_number: bool = False


class _Hooks:
    """What the JSON reader must notice while it reads one element."""

    def __init__(self) -> None:
        self.fault: str | None = None
        self.odd_number = False

    def pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            self.fault = "twice"
        return made

    def integer(self, text: str) -> int:
        if len(text) > 15 and (len(text) > 17 or abs(int(text)) > LARGEST_INTEGER):
            self.fault = "number"
            return 0
        if text == "-0":
            self.odd_number = True
        return int(text)

    def decimal(self, text: str) -> float:
        number = float(text)
        written = repr(number)
        if written in {"inf", "-inf", "nan"}:
            self.fault = "number"
        elif "e" in written or written.endswith(".0"):
            self.odd_number = True
        return number

    def constant(self, _text: str) -> float:
        self.fault = "number"
        return 0.0

    def decoder(self) -> json.JSONDecoder:
        """A decoder that reports here."""
        return json.JSONDecoder(
            object_pairs_hook=self.pairs, parse_int=self.integer, parse_float=self.decimal, parse_constant=self.constant
        )


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match is not None
    return match.end()


def _end_of(text: str, at: int) -> int:
    """Where the value beginning at `at` ends, found without recursion."""
    depth = 0
    while True:
        token = _TOKEN.match(text, at)
        if token is None:
            raise NotJson
        at = token.end()
        word = token[0]
        depth += (word in "[{") - (word in "]}") if len(word) == 1 else 0
        if depth < 0:
            raise NotJson
        if depth == 0 and not word.isspace():
            return at


def depth_of(text: str) -> int:
    """How deep the brackets of a JSON text go."""
    depth = deepest = 0
    for token in _TOKEN.finditer(text):
        word = token[0]
        if word in {"[", "{"}:
            depth += 1
            deepest = max(deepest, depth)
        elif word in {"]", "}"}:
            depth -= 1
    return deepest


def _read(text: str, at: int) -> tuple[Item, int]:
    hooks = _Hooks()
    try:
        value, end = hooks.decoder().raw_decode(text, at)
    except RecursionError:
        end = _end_of(text, at)
        return Item(text[at:end], None, "deep"), end
    except JSONDecodeError as error:
        raise NotJson from error
    raw = text[at:end]
    if hooks.fault is None and raw.count("[") + raw.count("{") > DEEPEST and depth_of(raw) > DEEPEST:
        hooks.fault = "deep"
    return Item(raw, value, hooks.fault, hooks.odd_number), end


def _elements(text: str, at: int) -> Iterator[tuple[Item, int]]:
    at = _skip(text, at + 1)
    while text[at : at + 1] != "]":
        item, at = _read(text, at)
        at = _skip(text, at)
        following = text[at : at + 1]
        if following not in {",", "]"}:
            raise NotJson
        at = _skip(text, at + 1) if following == "," else at
        if following == "," and text[at : at + 1] == "]":
            raise NotJson
        yield item, at


def read_push(body: bytes) -> tuple[dict[str, Any], list[Item]]:
    """A push body as its fields and its commands, each with the text it came in.

    One command without a canonical form does not touch its neighbours.

    Raises:
        NotJson: it is not a JSON object in UTF-8, or `commands` is no list.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotJson from error
    at = _skip(text, 0)
    if text[at : at + 1] != "{":
        raise NotJson
    fields: dict[str, Any] = {}
    items: list[Item] | None = None
    at = _skip(text, at + 1)
    while text[at : at + 1] != "}":
        name, at = _name(text, at)
        if name == "commands" and text[at : at + 1] == "[":
            items = []
            end = at
            for item, position in _elements(text, at):
                items.append(item)
                end = position
            at = (end if items else _skip(text, at + 1)) + 1
        else:
            item, at = _read(text, at)
            fields[name] = item.value
        at = _skip(text, at)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] != "}":
            raise NotJson
    if items is None or _skip(text, at + 1) != len(text):
        raise NotJson
    return fields, items


def _name(text: str, at: int) -> tuple[str, int]:
    if text[at : at + 1] != '"':
        raise NotJson
    try:
        name, at = scanstring(text, at + 1, True)
    except JSONDecodeError as error:
        raise NotJson from error
    at = _skip(text, at)
    if text[at : at + 1] != ":":
        raise NotJson
    return name, _skip(text, at + 1)


def canonical(value: Any, *, odd_number: bool = True) -> bytes:
    """The RFC 8785 form of a value.

    Args:
        value: as read from JSON.
        odd_number: it holds a number that JavaScript writes otherwise than Python (unknown: True).

    Raises:
        NoCanonicalForm: lone surrogates, or a number out of range.
    """
    try:
        if not odd_number:
            written = _written(value)
            if written is not None and (_HIGH.search(written) is None or not _odd_keys(value)):
                return written
        return rfc8785.dumps(value)
    except UnicodeEncodeError as error:
        raise NoCanonicalForm("text") from error
    except rfc8785.CanonicalizationError as error:
        number = isinstance(error, rfc8785.IntegerDomainError | rfc8785.FloatDomainError)
        raise NoCanonicalForm("number" if number else "text") from error
    except RecursionError as error:
        raise NoCanonicalForm("deep") from error


def _written(value: Any) -> bytes | None:
    """Compact JSON with sorted keys; None where the fast writer refuses (half a character, an integer too large)."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return None


def _odd_keys(value: Any) -> bool:
    """Whether keys might sort otherwise by UTF-16 than by code point."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if any(key and max(key) >= "\ud800" for key in one):
                return True
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return False


def digest_of(command: dict[str, Any], *, odd_number: bool = True) -> str:
    """sha256 hex of a command's canonical form without `digest` and `signature`.

    Raises:
        NoCanonicalForm: it has none.
    """
    rest = {key: value for key, value in command.items() if key not in {"digest", "signature"}}
    return hashlib.sha256(canonical(rest, odd_number=odd_number)).hexdigest()


def is_id(value: object) -> bool:
    """Whether this is a UUID in its 36-character form."""
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def is_digest(value: object) -> bool:
    """Whether this is 64 hex digits."""
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def chain_faults(head: str | None, links: list[tuple[str, str | None, str]]) -> tuple[str | None, list[dict[str, str]]]:
    """Follow a device's chain of commands; gaps and forks are noted, nothing more.

    Args:
        head: digest of the last command known of this device.
        links: (id, prev, digest) in the order received.

    Returns:
        The new head, and what did not join: `{id, kind: gap | fork}`.
    """
    faults = []
    seen = {head} if head else set()
    for command_id, prev, digest in links:
        if prev is not None and prev != head:
            faults.append({"id": command_id, "kind": "fork" if prev in seen else "gap"})
        seen.add(digest)
        head = digest
    return head, faults


def write_cursor(parts: list[Any]) -> str:
    """An opaque cursor."""
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).rstrip(b"=").decode()


def read_cursor(text: str) -> list[Any] | None:
    """The parts of a cursor; None where it is none of ours (then the phone starts from nothing)."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    return parts if isinstance(parts, list) else None
