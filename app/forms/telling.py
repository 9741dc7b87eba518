"""A form's conditions in Chinese, for the person who publishes it: 满 60 岁，或者有“留守老人”标签.

Reads the same subset as `expressions`. What it has no words for (a sum, a choice within a condition) it shows as it
is written, so that nothing is told wrongly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.forms.expressions import ExpressionError, tokens
from app.forms.rules import options_of
from app.forms.schemas import Question, Section
from app.households.tags import HEALTH, HOUSEHOLD_TAGS, LIVING, SEX, TAGS

_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_NUMBERS = {"==": "是", "!=": "不是", "<": "少于", "<=": "不超过", ">": "超过", ">=": "不少于"}
_DAYS = {"==": "是", "!=": "不是", "<": "早于", "<=": "不晚于", ">": "晚于", ">=": "不早于"}
_AGES = {"==": "正好 {} 岁", "!=": "不是 {} 岁", "<": "不满 {} 岁", "<=": "不超过 {} 岁", ">": "超过 {} 岁",
         ">=": "满 {} 岁"}  # fmt: skip
_YES_NO = {
    "person.lives_alone": ("一个人住", "不是一个人住"),
    "person.away": ("人在外面", "人在家里"),
    "person.is_head": ("是户主", "不是户主"),
}
_NAMES = {
    "person.name": "姓名", "person.age": "岁数", "person.sex": "性别", "person.relation": "和户主的关系",
    "person.living": "居住情况", "person.health": "健康", "person.tags": "标签",
    "household.code": "户编号", "household.division": "村的代码", "household.attribute": "户属性",
    "household.group": "组", "household.size": "家里人口", "household.tags": "家里的标签",
}  # fmt: skip
_WORDS: dict[str, Mapping[Any, str]] = {
    "person.tags": TAGS, "household.tags": {**TAGS, **HOUSEHOLD_TAGS}, "person.living": LIVING,
    "person.health": HEALTH, "person.sex": SEX,
}  # fmt: skip
_TEXTS = {"startsWith": "以{}开头", "endsWith": "以{}结尾", "contains": "里有{}"}


def quoted(text: str) -> str:
    """Between Chinese quotation marks."""
    return f"“{text}”"


def condition_words(source: str, section: Section) -> str:
    """A condition of this section in Chinese; the source itself where there are no words for it."""
    questions = {question.code: question for question in section.questions}
    try:
        return _Teller(questions, tokens(source)).all()
    except (_NoWords, ExpressionError):
        return f"符合条件：{source}"


class _NoWords(Exception):
    """A part of the subset that is rare enough to be shown as written."""


@dataclass(frozen=True)
class _Said:
    """A condition in words, with its opposite where it has one; `joined` by 或者 or 并且."""

    text: str
    denied: str = ""
    joined: str = ""


@dataclass(frozen=True)
class _Path:
    """A fact, an answer or (in `exists`) one entry of a list."""

    of: str
    name: str
    bound: bool = False

    @property
    def key(self) -> str:
        return f"{self.of}.{self.name}"


@dataclass(frozen=True)
class _Literal:
    value: Any


@dataclass(frozen=True)
class _Count:
    """How many entries a list has."""

    path: _Path


@dataclass(frozen=True)
class _Today:
    """`on`, the day of the visit."""


_Part = _Said | _Path | _Literal | _Count | _Today


@dataclass
class _Teller:
    questions: Mapping[str, Question]
    tokens: Sequence[tuple[str, str]]
    at: int = 0
    bound: dict[str, _Path] = field(default_factory=dict)

    def all(self) -> str:
        said = self.either()
        if self.at < len(self.tokens):
            raise _NoWords
        return said.text

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise _NoWords
        self.at += 1
        return self.tokens[self.at - 1]

    def accept(self, *words: str) -> str | None:
        return self.take()[1] if self.peek() in words and self.tokens[self.at][0] != "text" else None

    def expect(self, word: str) -> None:
        if self.accept(word) is None:
            raise _NoWords

    def either(self) -> _Said:
        parts = [self.both()]
        while self.accept("||"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else _Said("，或者".join(_within(p, "并且") for p in parts), joined="或者")

    def both(self) -> _Said:
        parts = [self.relation()]
        while self.accept("&&"):
            parts.append(self.relation())
        return parts[0] if len(parts) == 1 else _Said("，并且".join(_within(p, "或者") for p in parts), joined="并且")

    def relation(self) -> _Said:
        left = self.unary()
        if op := self.accept("==", "!=", "<", "<=", ">", ">=", "in"):
            right = self.unary()
            return self.member(left, right) if op == "in" else self.compare(left, op, right)
        return self.yes(left)

    def unary(self) -> _Part:
        if self.accept("!"):
            said = self.yes(self.unary())
            return _Said(said.denied or f"不是（{said.text}）", said.text)
        if self.accept("("):
            said = self.either()
            self.expect(")")
            return said
        return self.primary()

    def primary(self) -> _Part:
        kind, word = self.take()
        if kind == "text":
            return _Literal(word[1:-1])
        if kind in ("int", "decimal"):
            return _Literal(int(word) if kind == "int" else float(word))
        if word == "[":
            return self.listed()
        if kind != "name":
            raise _NoWords
        if word in ("true", "false", "null"):
            return _Literal({"true": True, "false": False, "null": None}[word])
        if word == "on":
            return _Today()
        if word in ("has", "size"):
            self.expect("(")
            path = self.path(self.take()[1])
            self.expect(")")
            return self.compare(path, "!=", _Literal(None)) if word == "has" else _Count(path)
        return self.call(self.bound[word] if word in self.bound else self.path(word))

    def listed(self) -> _Literal:
        values: list[Any] = []
        while not self.accept("]"):
            if values:
                self.expect(",")
            part = self.primary()
            if not isinstance(part, _Literal):
                raise _NoWords
            values.append(part.value)
        return _Literal(values)

    def path(self, of: str) -> _Path:
        self.expect(".")
        return _Path(of, self.take()[1])

    def call(self, path: _Path) -> _Part:
        if not self.accept("."):
            return path
        method = self.take()[1]
        self.expect("(")
        if method == "size":
            self.expect(")")
            return _Count(path)
        if method == "exists":
            name = self.take()[1]
            self.expect(",")
            self.bound[name] = _Path(path.of, path.name, bound=True)
            said = self.either()
            del self.bound[name]
        elif method in _TEXTS:
            text = self.primary()
            if not isinstance(text, _Literal):
                raise _NoWords
            said = _Said(self.name(path) + _TEXTS[method].format(quoted(str(text.value))))
        else:
            raise _NoWords
        self.expect(")")
        return said

    def yes(self, part: _Part) -> _Said:
        if isinstance(part, _Said):
            return part
        if isinstance(part, _Literal) and isinstance(part.value, bool):
            return _Said("总是", "从不") if part.value else _Said("从不", "总是")
        if not isinstance(part, _Path):
            raise _NoWords
        if part.key in _YES_NO:
            return _Said(*_YES_NO[part.key])
        return self.compare(part, "==", _Literal(True))

    def name(self, path: _Path) -> str:
        if path.bound:
            raise _NoWords
        if path.of in ("answers", "last"):
            question = self.questions.get(path.name)
            return ("上次" if path.of == "last" else "") + quoted(question.label if question else path.name)
        return _NAMES.get(path.key, path.key)

    def word(self, path: _Path, value: Any) -> str:
        """A value as the form or the register says it."""
        question = self.questions.get(path.name) if path.of in ("answers", "last") else None
        if question is None:
            return str(_WORDS.get(path.key, {}).get(value, value))
        code = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
        return next((option.label for option in options_of(question) if option.code == code), str(value))

    def compare(self, left: _Part, op: str, right: _Part) -> _Said:
        if isinstance(left, _Literal):
            left, right, op = right, left, _MIRRORED.get(op, op)
        if isinstance(left, _Path) and isinstance(right, _Path) and op in ("==", "!="):
            return _both_ways(self.name(left), self.name(right), op)
        if isinstance(left, _Count) and isinstance(right, _Literal):
            return _Said(f"{self.name(left.path)}的项数{_NUMBERS[op]} {right.value}")
        if isinstance(left, _Path) and isinstance(right, _Today):
            return _Said(f"{self.name(left)}{_DAYS[op]}走访那天")
        if isinstance(left, _Today) and isinstance(right, _Literal):
            return _Said(f"走访那天{_DAYS[op]} {right.value}")
        if isinstance(left, _Path) and isinstance(right, _Literal):
            return self.against(left, op, right.value)
        raise _NoWords

    def against(self, path: _Path, op: str, value: Any) -> _Said:
        """A fact or an answer against a value."""
        equal = op == "=="
        if path.bound:
            return self.among(path, [value]) if equal else _no_words()
        name, answered = self.name(path), path.of in ("answers", "last")
        if value is None:
            known, unknown = ("答了", "没答") if answered else ("是知道的", "不知道")
            return _Said(name + unknown, name + known) if equal else _Said(name + known, name + unknown)
        if path.key in _YES_NO and isinstance(value, bool):
            yes = _Said(*_YES_NO[path.key])
            return yes if value is equal else _Said(yes.denied, yes.text)
        if path.key == "person.age":
            return _Said(_AGES[op].format(value))
        if isinstance(value, int | float) and not isinstance(value, bool) and path.key != "person.sex":
            return _Said(f"{name}{_NUMBERS[op]} {value}")
        if op not in ("==", "!="):
            return _Said(f"{name}{_DAYS[op]} {value}")
        chosen, word = path.of in ("answers", "last"), quoted(self.word(path, value))
        yes_no = ("选了", "没选") if chosen else ("是", "不是")
        return _both_ways(name, word, op, yes_no)

    def member(self, left: _Part, right: _Part) -> _Said:
        if isinstance(left, _Path) and isinstance(right, _Literal) and isinstance(right.value, list):
            if left.bound:
                return self.among(left, right.value)
            words = "或".join(quoted(self.word(left, one)) for one in right.value)
            return _both_ways(self.name(left), words, "==", self.pair(left))
        if isinstance(left, _Literal) and isinstance(right, _Path):
            return self.among(right, [left.value])
        raise _NoWords

    def pair(self, path: _Path) -> tuple[str, str]:
        return ("选了", "没选") if path.of in ("answers", "last") else ("是", "不是")

    def among(self, path: _Path, values: Sequence[Any]) -> _Said:
        """One of these stands in a list: tags of a person or of a home, answers chosen."""
        words = "、".join(quoted(self.word(path, one)) for one in values)
        one_of = "中的一个" if len(values) > 1 else ""
        whole = _Path(path.of, path.name)
        if path.of in ("answers", "last"):
            return _both_ways(self.name(whole), words + one_of, "==", ("选了", "没选"))
        who = "家里" if path.of == "household" else ""
        return _Said(f"{who}有{words}{one_of and '中的一个'}标签", f"{who}没有{words}标签")


def _no_words() -> _Said:
    raise _NoWords


def _both_ways(name: str, word: str, op: str, words: tuple[str, str] = ("和", "和")) -> _Said:
    if words == ("和", "和"):
        same, other = f"{name}和{word}一样", f"{name}和{word}不一样"
    else:
        same, other = f"{name}{words[0]}{word}", f"{name}{words[1]}{word}"
    return _Said(same, other) if op == "==" else _Said(other, same)


def _within(part: _Said, other: str) -> str:
    return f"（{part.text}）" if part.joined == other else part.text
