"""What goes in and out of the papers room."""

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)]
Why = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class FormWish(BaseModel):
    """Which form, for whom, and why. `full`: whole numbers where the law asks for them."""

    model_config = ConfigDict(extra="forbid")
    name: Short
    household: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
    person: Short | None = None
    visit: Short | None = None
    full: bool = False
    reason: Why = ""
    pdf: bool = False


class ExportWish(BaseModel):
    """Which ledger, by which order of columns, of which place and time, and why.

    `changed`: only what changed since the last report; `report`: this file is sent up, remember it.
    """

    model_config = ConfigDict(extra="forbid")
    ledger: Annotated[str, StringConstraints(strip_whitespace=True, max_length=24)]
    mapping: Annotated[str, StringConstraints(strip_whitespace=True, max_length=32)] = ""
    area: Annotated[str, StringConstraints(pattern=r"^([0-9]{6}|[0-9]{9}|[0-9]{12})?$")] = ""
    period: Annotated[str, StringConstraints(pattern=r"^([0-9]{4}(-(0[1-9]|1[0-2])|Q[1-4]))?$")] = ""
    programme: Annotated[str, StringConstraints(pattern=r"^[a-z_]{0,24}$")] = ""
    full: bool = False
    changed: bool = False
    report: bool = False
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]


@dataclass(frozen=True)
class ExportView:
    """One export in the list: how far it is, and the way to its file."""

    id: str
    title: str
    at: str
    why: str
    state: str
    words: str
    done: int = 0
    total: int = 1


@dataclass(frozen=True)
class OneFit:
    """Somebody whom a form fits."""

    id: str
    name: str


@dataclass(frozen=True)
class FittingForm:
    """A form that can be printed for a home."""

    name: str
    title: str
    people: list[OneFit]
    child: bool
    full: bool


@dataclass(frozen=True)
class PrintPage:
    """What can be printed for a home; `of` names the one person where only theirs is asked for."""

    id: str = ""
    code: str = ""
    name: str = ""
    of: str = ""
    source: str = ""
    forms: list[FittingForm] = field(default_factory=list)
    pdf: bool = False
    children: bool = False




@dataclass(frozen=True)
class FilledRow:
    """One field of a form, or one line of a list in it, with what is filled in."""

    label: str
    value: str


@dataclass(frozen=True)
class FilledPart:
    """A part of a form: its own fields, those who live there, what they draw."""

    title: str
    rows: list[FilledRow]


@dataclass(frozen=True)
class FilledForm:
    """What is filled in, what the record lacks, what is to be asked; `closed`: a child's record opens with a reason."""

    parts: list[FilledPart] = field(default_factory=list)
    lacking: str = ""
    asked: str = ""
    closed: bool = False
