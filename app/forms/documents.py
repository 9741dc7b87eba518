"""A form document as text: read from TOML or JSON as somebody wrote it, written as either."""

import json
import re
import tomllib
from typing import Any

import tomli_w

from app.errors import BadInput
from app.forms.schemas import FormDocument

LONGEST = 200_000
_LINE = re.compile(r"at line (\d+)")
KINDS = {"toml": "application/toml", "json": "application/json"}


def read_document(text: str) -> dict[str, Any]:
    """The document that a text holds; JSON where it begins with a brace, TOML otherwise.

    Raises:
        BadInput: `bad_document`, with the line where reading stopped.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if not text.strip():
        raise _unread("还没有放入内容。先粘贴，或选一个文件。")
    if len(text) > LONGEST:
        raise _unread(f"太长了，最多 {LONGEST // 10_000} 万个字。")
    document = _json(text) if text.lstrip().startswith("{") else _toml(text)
    try:
        json.dumps(document, ensure_ascii=False, default=str).encode()
    except (UnicodeEncodeError, RecursionError) as error:
        raise _unread("里面有不成字的符号，请去掉再检查。") from error
    return document


def _unread(sentence: str) -> BadInput:
    return BadInput(sentence, code="bad_document")


def _json(text: str) -> dict[str, Any]:
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise _unread(f"第 {error.lineno} 行读不懂。JSON 里逗号、引号、括号要成对，前面一行也看一下。") from error
    except (ValueError, RecursionError) as error:
        raise _unread("这个 JSON 读不懂：数太大，或套得太深。") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _unread(f"“{key[:32]}”在同一处写了两次，只能留一个。")
        found[key] = value
    return found


def _no_number(word: str) -> None:
    raise _unread(f"{word} 不是数。")


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        where = f"第 {line[1]} 行" if line else "末尾"
        why = "，同一项可能写了两次" if "overwrite" in str(error) or "twice" in str(error) else "，前面一行也看一下"
        raise _unread(f"{where}读不懂{why}。文字要在引号里，引号、方括号要成对。") from error
    except (ValueError, RecursionError) as error:
        raise _unread("这个 TOML 读不懂：数太大，或套得太深。") from error


def write_document(form: FormDocument, kind: str = "toml") -> str:
    """A version as text, TOML or JSON; read again it is the same version."""
    if kind == "json":
        return json.dumps(form.body(), ensure_ascii=False, indent=2) + "\n"
    return f"# {form.title}，第 {form.version} 版\n{tomli_w.dumps(form.body())}"
