"""The README's promises: each names the tests that keep it, and these are there; both languages name the same."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
READMES = {"README.md": "## Security and data protection", "README.zh-CN.md": "## 安全与数据保护"}
NAMED = re.compile(r"`(tests/[\w/.-]+)::([^`]+)`")


def rows(readme: str) -> list[str]:
    """The rows of the table of promises."""
    words = (ROOT / readme).read_text("utf-8")
    section = words.partition(READMES[readme] + "\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return lines[2:]


def named(row: str) -> list[tuple[str, str]]:
    return NAMED.findall(row)


def is_there(path: str, name: str) -> bool:
    file = ROOT / path
    if not file.is_file():
        return False
    words = file.read_text("utf-8")
    if file.suffix == ".py":
        return any(isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one.name == name
                   for one in ast.parse(words).body)  # fmt: skip
    return f'"{name}"' in words


@pytest.mark.parametrize("readme", READMES)
def test_every_promise_names_a_test_that_is_there(readme):
    table = rows(readme)
    assert len(table) > 10
    without = [row for row in table if not named(row)]
    gone = [f"{path}::{name}" for row in table for path, name in named(row) if not is_there(path, name)]
    assert (without, gone) == ([], [])


def test_both_languages_promise_the_same():
    ours, theirs = ([named(row) for row in rows(readme)] for readme in READMES)
    assert ours == theirs
