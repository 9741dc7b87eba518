"""No amount, age, frequency or deadline of a programme stands in code: they are dated values of the packs.

Three nets, each tried on samples below. In the rooms of programmes every number that also is a value of a pack is
caught (the AST is walked, so that neither layout nor a name hides it). Everywhere in `app` a number that is compared
or reckoned with an age, days, months or money is caught, whatever it is. In `assets/offline` the same is looked for
beside names, once comments and strings are gone. What is no policy stands in `ALLOWED` with its reason, so many times
and no more. Forms are dated data themselves, the demo county is made up.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from app.settings import packs

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "agreements", "benefits", "children", "contacts", "disability", "elders", "findings", "hardship", "lists",
    "pairing",
)  # fmt: skip
"""The rooms of programmes: here any number of a pack is suspicious."""
OTHER = ("households/rules.py", "households/register_service.py", "visits/rules.py", "visits/task_service.py")
LEAST = 5
"""Below it numbers are structure (first, both, the quarters of a year, four grades); the second net sees them all."""
MODULES = re.compile(r"^(rules\w*|\w*service|queries)$")
"""Where a room decides; pages and states only draw."""
OF_SHAPE = frozenset({"max_length", "min_length", "limit", "most", "rows", "width", "heading", "pages", "size"})
"""Arguments that say how long a text or a page is."""
POLICY_NAME = re.compile(r"(^|_)(age|ages|days|months|years|weeks|hours|fen|amount|yuan|every|grace|rate)(_|$)")

CALENDAR = "months of a year"
DIGITS = "digits of a division code"
FEN = "fen of a yuan, or percent"
KINDS = "智力 and 精神 in the national code of disabilities (GB/T 26341-2010)"
SIX = "the six indicators of self-care: all of them"
ALLOWED: dict[tuple[str, int | float], tuple[int, str]] = {
    ("app/agreements/rules_png.py", 8): (2, "bytes of a part of a PNG, bits of a channel"),
    ("app/agreements/rules_png.py", 12): (1, "bytes of a part of a PNG"),
    ("app/agreements/rules_signing.py", 60): (1, "dark pixels of a stroke"),
    ("app/benefits/office_service.py", 24): (1, "lines of a history"),
    ("app/benefits/queries.py", 50): (1, "lines of a history"),
    ("app/benefits/roll_service.py", 500): (1, "rows of one statement"),
    ("app/benefits/roll_service.py", 6): (1, DIGITS),
    ("app/benefits/roll_service.py", 12): (1, DIGITS),
    ("app/households/rules.py", 100): (1, "numbers of village groups"),
    ("app/disability/rules.py", 7): (1, "多重 in the national code of disabilities (GB/T 26341-2010)"),
    ("app/disability/rules.py", 5): (1, KINDS),
    ("app/disability/rules.py", 6): (1, KINDS),
    ("app/findings/rules_common.py", 5): (1, KINDS),
    ("app/findings/rules_common.py", 6): (1, KINDS),
    ("app/findings/rules_care.py", 6): (3, f"{SIX}; {DIGITS}"),
    ("app/findings/office_service.py", 6): (2, f"months shown side by side; {DIGITS}"),
    ("app/findings/office_service.py", 12): (2, f"{CALENDAR}; {DIGITS}"),
    ("app/findings/office_service.py", 10): (2, "tenths of a percent"),
    ("app/findings/queries.py", 7): (1, "how far back visits are read: a window, no rule"),
    ("app/hardship/fee_service.py", 6): (1, "quarters to choose from"),
    ("app/hardship/office_service.py", 6): (1, DIGITS),
    ("app/hardship/queries.py", 20): (1, "lines of a history"),
    ("app/pairing/office_service.py", 5): (1, "names of who could step in that are shown"),
    ("app/pairing/queries.py", 30): (1, "lines of a history"),
    ("app/households/rules.py", 120): (1, "an ID number whose birthday cannot be (GB 11643)"),
    ("app/households/rules.py", 18): (1, "a minor by law (民法典 第十七条): whose record opens with a reason"),
    ("app/households/rules.py", 50000): (1, "names kept in memory"),
    ("app/households/rules.py", 5): (1, "letters of a surname"),
    ("app/households/rules.py", 15): (1, "digits of a telephone number"),
    ("app/households/rules.py", 10): (1, "digits of a number that stay open"),
}
"""(module, number) → so many times, and why it is no policy."""
SYSTEM = "how the system itself behaves; its own values stand in settings"
BESIDE: dict[tuple[str, int | float], tuple[int, str]] = {
    ("app/accounts/password_service.py", 30): (1, SYSTEM),
    ("app/accounts/rules.py", 24): (1, SYSTEM),
    ("app/evidence/check_service.py", 6): (1, SYSTEM),
    ("app/evidence/opening_service.py", 30): (1, SYSTEM),
    ("app/forms/review.py", 12): (1, "what makes a question to the author, not a deadline"),
    ("app/forms/review.py", 400): (1, "what makes a question to the author, not a deadline"),
    ("app/forms/rules.py", 8): (1, "the time zone of China"),
    ("app/photos/processing.py", 8): (1, "the time zone of China"),
    ("app/imports/rules.py", 18264): (1, "serial days of Excel: 1950"),
    ("app/imports/rules.py", 73415): (1, "serial days of Excel: 2100"),
    ("app/imports/service.py", 7): (1, SYSTEM),
    ("app/hardship/rules.py", 3): (1, "months of a quarter"),
    ("app/reviews/queries.py", 12): (2, "the longest visit that is looked for beside another"),
    ("app/reviews/rules.py", 6): (1, "what makes a question to the author, not a deadline"),
    ("app/reviews/service.py", 3): (1, SYSTEM),
}
"""As `ALLOWED`, for the second net."""


def leaves(value: object) -> Iterator[int | float]:
    """Every number inside a value."""
    if isinstance(value, bool | str):
        return
    if isinstance(value, int | float):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from leaves(one)
            if str(name).isdigit():
                yield int(name)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)


def policy_numbers() -> set[int | float]:
    """The numbers of all packs; money in yuan, too."""
    found: set[int | float] = set()
    for one in packs.entries():
        each = [number for number in leaves(one["value"]) if number >= LEAST or isinstance(number, float)]
        found.update(number for number in each if number)
        if one["key"].endswith("_fen"):
            found.update(number // 100 for number in each)
    return {number for number in found if number not in (0, 1, 2)}


UNITS = (12, 100)
"""Months of a year and fen of a yuan, where something is multiplied or divided by them."""
OF_SIZE = re.compile(r"^PAGE$|CHUNK$")
"""Constants that say how many lines a page has, or rows one statement."""
OF_SHAPE_CALLS = frozenset({"slice", "date", "min", "divmod", "zfill", "lru_cache", "limit", "round", "range"})
"""Calls whose numbers are places, days of a calendar and sizes."""


def _is_length(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"


def _shape(tree: ast.AST) -> set[int]:
    """Numbers that say how long something is, or which place of it is meant: by the id of their node."""
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript):
            found |= {id(one) for one in ast.walk(node.slice) if isinstance(one, ast.Constant)}
        if isinstance(node, ast.keyword) and node.arg in OF_SHAPE:
            found |= {id(one) for one in ast.walk(node.value) if isinstance(one, ast.Constant)}
        if isinstance(node, ast.Compare) and any(_is_length(one) for one in (node.left, *node.comparators)):
            found |= {id(one) for one in (node.left, *node.comparators)}
        if isinstance(node, ast.Call) and _names(node.func) & OF_SHAPE_CALLS:
            found |= {id(one) for one in node.args}
        if isinstance(node, ast.Assign) and any(OF_SIZE.search(name) for one in node.targets for name in _names(one)):
            found.add(id(node.value))
        if isinstance(node, ast.Dict):
            found |= {id(one) for one in node.keys}
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div | ast.FloorDiv | ast.Mod):
            found |= {id(one) for one in (node.left, node.right) if _is_number(one) and one.value in UNITS}  # type: ignore[attr-defined]
        if isinstance(node, ast.FormattedValue) and node.format_spec:
            found |= {id(one) for one in ast.walk(node.format_spec)}
    return found


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)


def of_packs(source: str, numbers: set[int | float]) -> Iterator[tuple[int, int | float]]:
    """(line, number) of every number of a pack in a module."""
    tree = ast.parse(source)
    shape = _shape(tree)
    for node in ast.walk(tree):
        if _is_number(node) and id(node) not in shape and node.value in numbers:  # type: ignore[attr-defined]
            yield node.lineno, node.value  # type: ignore[attr-defined]


def _names(node: ast.AST) -> set[str]:
    """The names that an expression is made of, a string that is looked up (`values["a_days"]`) as well."""
    found = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            found.add(one.id)
        elif isinstance(one, ast.Attribute):
            found.add(one.attr)
    return found


def _called(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def beside_policy(source: str) -> Iterator[tuple[int, int | float]]:
    """(line, number) where a number is compared or reckoned with something named after an age, days, months, money."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            sides = [node.left, node.right]
        elif isinstance(node, ast.Call) and _called(node) in {"timedelta", "months_later", "workdays_later"}:
            given = [*node.args, *(one.value for one in node.keywords if one.arg != "minutes" and one.arg != "seconds")]
            yield from ((one.lineno, one.value) for one in given if _is_number(one) and one.value > 1)  # type: ignore[attr-defined]
            continue
        else:
            continue
        if any(POLICY_NAME.search(name.lower()) for side in sides for name in _names(side)):
            yield from ((one.lineno, one.value) for one in sides if _is_number(one) and one.value > 1)  # type: ignore[attr-defined]


def bare(script: str) -> str:
    """A script without comments and strings."""
    gone = r"/\*.*?\*/|(?<!:)//[^\n]*|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\""
    return re.sub(gone, " ", script, flags=re.S)


_JS_NAME = r"[\w.]*(?:age|days|months|years|fen|amount|yuan|every|grace)\w*"
_JS = re.compile(
    rf"\b{_JS_NAME}\s*(?:[<>]=?|===?|[-+])\s*(\d{{1,9}})\b|\b(\d{{1,9}})\s*(?:[<>]=?|===?)\s*{_JS_NAME}\b"
    rf"|\b(?:every_days|days|months|age)\s*:\s*(\d{{1,9}})\b",
    re.I,
)
_JS_OTHER = re.compile(r"(page|image|storage|message|usage|stage|language|package|average|manage|voltage)", re.I)


def in_script(script: str) -> Iterator[int]:
    """Numbers beside a policy's name in a script."""
    for found in _JS.finditer(bare(script)):
        number = int(next(one for one in found.groups() if one))
        if number > 1 and not _JS_OTHER.search(found[0]):
            yield number


def programme_files() -> list[Path]:
    """The modules of the rooms of programmes."""
    each = (path for room in ROOMS for path in sorted((ROOT / "app" / room).glob("*.py")))
    found = [path for path in each if MODULES.match(path.stem)]
    return found + [ROOT / "app" / name for name in OTHER]


def problems(hits: dict[tuple[str, int | float], list[int]], allowed: dict[tuple[str, int | float], tuple[int, str]]):
    """What is not allowed, or not so often; and what is allowed in vain."""
    found = [
        f"{name}:{lines} {number}"
        for (name, number), lines in hits.items()
        if len(lines) > allowed.get((name, number), (0, ""))[0]
    ]
    return found, [key for key, (count, reason) in allowed.items() if len(hits.get(key, ())) < count or not reason]


def gathered(paths: Iterable[Path], look: Callable[[str], Iterable[tuple[int, int | float]]]):
    """(module, number) → the lines where it stands."""
    hits: dict[tuple[str, int | float], list[int]] = {}
    for path in paths:
        for line, number in look(path.read_text("utf-8")):
            hits.setdefault((path.relative_to(ROOT).as_posix(), number), []).append(line)
    return hits


def test_no_value_of_a_pack_stands_in_the_rooms_of_programmes():
    numbers = policy_numbers()
    wrong, vain = problems(gathered(programme_files(), lambda text: of_packs(text, numbers)), ALLOWED)
    assert not wrong, "values of the packs in code: put them into a pack and hand them in"
    assert not vain, "nothing to allow any more"


def test_nothing_is_reckoned_with_an_age_days_or_money_written_in_code():
    paths = [path for path in sorted((ROOT / "app").rglob("*.py")) if "demo" not in path.parts]
    wrong, vain = problems(gathered(paths, beside_policy), BESIDE)
    assert not wrong, "a number beside an age, days, months or money: put it into a pack and hand it in"
    assert not vain, "nothing to allow any more"


def test_no_script_of_the_phone_knows_an_age_or_a_deadline():
    hits = {path.name: found for path in sorted((ROOT / "assets/offline").rglob("*.js"))
            if (found := list(in_script(path.read_text("utf-8"))))}  # fmt: skip
    assert not hits


SAMPLES = (
    "def f(person):\n    return person.age >= 80",
    "LIMIT = 60\ndef f(age):\n    return 60 < age",
    "def f(on, last):\n    return last + timedelta(days=30) < on",
    "def f(month_fen):\n    return month_fen + 5500",
    "def f(on):\n    return workdays_later(on, 10)",
    "def f(row):\n    return row.amount_fen > 999_999",
)


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_second_net_catches(sample):
    assert list(beside_policy(sample))


@pytest.mark.parametrize(
    "sample",
    ["STANDARD = 75_000", "def f(x=180): ...", "BANDS = {'old': 80}", "RATE = 1.3", "def f(n):\n    return n * 1500",
     "AGES = [65, 70]", "def f(n):\n    return 90 if n else 0"],
)  # fmt: skip
def test_the_first_net_catches(sample):
    assert list(of_packs(sample, policy_numbers()))


@pytest.mark.parametrize(
    "sample", ["text[:80]", "len(text) > 60", "Field(max_length=120)", "f'{n:>60}'", "true = True", "PAGE = 50"]
)
def test_the_first_net_lets_shapes_go(sample):
    assert not list(of_packs(sample, policy_numbers()))


@pytest.mark.parametrize(
    ("script", "caught"),
    [
        ("if (person.age >= 80) go();", True), ("const due = lastDays > 30;", True), ("({ every_days: 90 })", True),
        ("if (60 <= age) go();", True), ("x = amount_fen - 5000", True),
        ("// age >= 80", False), ("'age >= 80'", False), ("/* days: 30 */", False), ("page >= 20", False),
        ("messages.length > 30", False),
    ],
)  # fmt: skip
def test_the_net_for_scripts_catches_and_lets_words_go(script, caught):
    assert bool(list(in_script(script))) is caught


SAID = re.compile(r"\d+ ?(天|个月|个工作日|岁)")
CHOICES = frozenset({"近 7 天", "近 30 天"})
"""How far back a list looks."""


def test_no_deadline_is_said_in_the_fixed_words_of_a_page():
    """A sentence that names a value goes on naming it after the value has changed."""
    pages = [one for one in (ROOT / "app").rglob("*.py") if re.search(r"(page|state)$", one.stem)]
    parts = [*pages, ROOT / "app" / "findings" / "office_service.py"]
    said = [
        f"{one.relative_to(ROOT)}:{node.lineno} {node.value}" for one in parts
        for node in ast.walk(ast.parse(one.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SAID.search(node.value)
        and node.value not in CHOICES
    ]  # fmt: skip
    assert not said
