"""The ledgers a county keeps, each a mapping given as data: which headers name which field and how a cell is read.

A new ledger is a new file here and a line in `LEDGERS`; the reader knows none of them by name. A ledger may have
several shapes of sheet (a list of who is entitled, one sheet per month paid, a sheet of division codes).
"""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property

_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^】]*】|〔[^〕]*〕")
_NOISE = re.compile(r"[\s:：*★#、,。·.]")


def header_key(text: str) -> str:
    """A header as it is compared: narrow forms, no blanks, no brackets with their remarks, no ornaments."""
    key = unicodedata.normalize("NFKC", text)
    return _NOISE.sub("", _BRACKETED.sub("", key)) or _NOISE.sub("", key)


@dataclass(frozen=True)
class Column:
    """One field of a row.

    Args:
        field: its name in our words.
        kind: which cell reader of `rules.READERS` reads it.
        names: headers that name it, separated by blanks.
        pattern: a regular expression for headers nobody has listed, tried after all lists.
        scope: `row`, or `household` (stands only on the first row of a household), or `village` (once for a run).
        longest: characters that the register can keep; what is longer is told and left out.
    """

    field: str
    kind: str
    names: str
    pattern: str | None = None
    scope: str = "row"
    longest: int = 200


@dataclass(frozen=True)
class Shape:
    """One kind of sheet within a ledger.

    Args:
        name: for reports and for the importer that takes its rows.
        columns: what may stand there, in any order.
        needs: the fields without which a sheet is not of this shape.
        subject: the field that says whom a row is about; a row whose subject cannot be read is unreadable.
        needs_subject: whether an empty subject is unreadable too (a petty fund has rows about nobody).
        marks: fields of which one must be filled for a row to be a record at all.
        reference: rows that are looked up and not counted as records (a list of codes).
    """

    name: str
    columns: tuple[Column, ...]
    needs: frozenset[str]
    subject: str | None = "id"
    needs_subject: bool = True
    marks: tuple[str, ...] = ("id", "name")
    reference: bool = False

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Columns by every listed header."""
        return {header_key(name): column for column in self.columns for name in column.names.split()}

    @cached_property
    def patterns(self) -> tuple[tuple[re.Pattern[str], Column], ...]:
        """Columns by pattern, in the order given."""
        return tuple((re.compile(column.pattern), column) for column in self.columns if column.pattern)

    @cached_property
    def by_field(self) -> dict[str, Column]:
        """Columns by field."""
        return {column.field: column for column in self.columns}

    def column_for(self, header: str) -> Column | None:
        """The column a header names, or None."""
        key = header_key(header)
        if key in self.by_name:
            return self.by_name[key]
        return next((column for pattern, column in self.patterns if pattern.fullmatch(key)), None)


@dataclass(frozen=True)
class Ledger:
    """A ledger of the county: `words` in a title, sheet or file name speak for it when headers leave a doubt."""

    code: str
    title: str
    words: tuple[str, ...]
    shapes: tuple[Shape, ...] = field(default_factory=tuple)


def ledgers() -> tuple[Ledger, ...]:
    """Every known ledger."""
    from app.imports.ledgers import children, offices, payments, registers, roster

    return (roster.ROSTER, *registers.LEDGERS, *children.LEDGERS, *payments.LEDGERS, *offices.LEDGERS)


def ledger(code: str) -> Ledger | None:
    """The ledger of that code."""
    return next((known for known in ledgers() if known.code == code), None)


def in_words() -> str:
    """Which ledgers are known, for whoever sent another one."""
    titles = "、".join(one.title for one in ledgers())
    return f"能导入的有{titles}。看看表头里有没有姓名、身份证号、户编号，改好再来。"
