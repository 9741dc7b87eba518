"""Every act that the program writes down has words, so that the auditor reads no codes."""

import ast
from collections.abc import Iterator
from pathlib import Path

from app.audit import rules

APP = Path(__file__).resolve().parents[2] / "app"
PLACES = {"record": 2, "entry": 1, "_write_down": 2}
"""The functions that write down, and which argument is the code of the act; the next is the kind of its subject."""
SPELLED = {
    "visit.{}": ["visit.stored", "visit.orphaned"],
    "command.{}": ["command.held", "command.conflict", "command.orphaned"],
    "{}.changed": ["household.changed", "person.changed"],
    "{}.removed": ["household.removed", "person.removed"],
    "{}.ledger": ["household.ledger", "person.ledger"],
}
"""Codes that are put together, and what they come to."""


def codes(value: ast.expr, function: ast.AST) -> Iterator[str]:
    """The codes that an argument can stand for."""
    if isinstance(value, ast.Constant):
        yield value.value
    elif isinstance(value, ast.IfExp):
        yield from codes(value.body, function)
        yield from codes(value.orelse, function)
    elif isinstance(value, ast.JoinedStr):
        yield from SPELLED["".join(one.value if isinstance(one, ast.Constant) else "{}" for one in value.values)]
    elif isinstance(value, ast.Name):
        given = [
            one.value for one in ast.walk(function)
            if isinstance(one, ast.Assign) and any(isinstance(to, ast.Name) and to.id == value.id for to in one.targets)
        ]  # fmt: skip
        assert given, f"{value.id} is not known"
        for one in given:
            yield from codes(one, function)
    else:
        raise AssertionError(ast.unparse(value))


def written() -> Iterator[tuple[str, str, ast.expr]]:
    """Every place that writes into the log: where, the code, and the expression of the kind of its subject."""
    for path in sorted(APP.rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(function, ast.FunctionDef) or function.name in {*PLACES, "record_many"}:
                continue
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in PLACES:
                    place = PLACES[call.func.id]
                    for code in codes(call.args[place], function):
                        yield f"{path.relative_to(APP)}:{call.lineno}", code, call.args[place + 1]


def test_every_act_that_is_written_down_has_words():
    found = list(written())
    assert len(found) > 50
    missing = [(where, code) for where, code, _ in found if code not in rules.ACTIONS]
    assert not missing
    assert {code for _, code, _ in found} == set(rules.ACTIONS), "words for an act that nobody writes down"


def test_every_subject_has_words():
    kinds = {kind.value for _, _, kind in written() if isinstance(kind, ast.Constant)}
    assert kinds - set(rules.SUBJECTS) == set()


def test_every_act_can_be_looked_for():
    beginnings = tuple(one for one in rules.FILTERS if one)
    assert [code for code in rules.ACTIONS if not code.startswith(beginnings)] == []
    assert [one for one in beginnings if not any(code.startswith(one) for code in rules.ACTIONS)] == []


def test_an_unknown_code_is_shown_as_it_is():
    assert rules.action_words("tea.made") == "tea.made"
    assert rules.subject_words("tea", "x") == "tea x"
    assert rules.device_words("", None) == ""
