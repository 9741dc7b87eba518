"""A form document: what it may hold. Written as TOML or JSON, kept as JSON, handed to phones as it is."""

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.forms.ledger_schemas import FIELDS

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=24)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Cel = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Mode = Literal["home", "phone", "video", "wechat", "neighbour"]
QuestionType = Literal["choice", "choices", "text", "phone", "integer", "decimal", "date", "yesno", "person", "photo"]
Tone = Literal["ok", "bad", "na"]
Photo = Literal["none", "optional", "asked"]

LEDGER_FIELDS: dict[str, str] = {name: written for name, (written, _) in FIELDS.items()}
"""What an answer may update, and the type of question that may do so. Where the ledger keeps text, a choice fills in
the words of the option that was chosen."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(_Strict):
    """One answer to choose; `said` is how a summary tells it, `tone` how it looks."""

    code: Code
    label: Label
    said: Label | None = None
    tone: Tone | None = None


class IssueRule(_Strict):
    """When an answer opens an issue: an option's code, or CEL. `{code}` in the text becomes that answer's words."""

    when: Cel
    text: Words
    programme: Code | None = None
    urgent: bool = False


class Question(_Strict):
    """One question in the villagers' words.

    `under` shows it inside another question of its section, `group` below a small heading; `carry = false` asks anew
    instead of beginning with last time's answer; `fills` names the ledger field that the answer updates, `basis` the
    rule that asks for it.
    """

    code: Code
    label: Label
    type: QuestionType
    hint: Words | None = None
    options: tuple[Option, ...] = ()
    required: bool = False
    visible_when: Cel | None = None
    constraint: Cel | None = None
    message: Words | None = None
    photo: Photo = "none"
    photo_why: Words | None = None
    fills: str | None = None
    basis: Words | None = None
    opens_issue: IssueRule | None = None
    under: Code | None = None
    group: Label | None = None
    said: Label | None = None
    carry: bool = True
    max_length: int | None = Field(None, ge=1, le=4000)

    @cached_property
    def option_codes(self) -> frozenset[str]:
        """The codes of its own options."""
        return frozenset(option.code for option in self.options)


class Notice(_Strict):
    """A fact that decides what to do now, shown above a section."""

    title: Label
    text: Words


class Summary(_Strict):
    """The few words of last findings: these answers in this order; with `all_ok` only what is bad is told."""

    ask: tuple[Code, ...] = Field(min_length=1)
    all_ok: Label | None = None
    at_most: int = Field(3, ge=1, le=6)


class Section(_Strict):
    """A part of a visit, about the household or about each person for whom `filter` holds."""

    code: Code
    title: Label
    about: Literal["household", "person"]
    filter: Cel | None = None
    hint: Words | None = None
    notice: Notice | None = None
    never_face: bool = False
    questions: tuple[Question, ...] = Field(min_length=1, max_length=40)
    summary: Summary | None = None

    @cached_property
    def _by_code(self) -> dict[str, Question]:
        return {question.code: question for question in reversed(self.questions)}

    def question(self, code: str) -> Question | None:
        """The question of that code."""
        return self._by_code.get(code)

    @cached_property
    def codes(self) -> frozenset[str]:
        """The codes of its questions."""
        return frozenset(self._by_code)

    def types(self) -> dict[str, str]:
        """Question code → type, for the expressions of this section."""
        return {question.code: question.type for question in self.questions}


class FormDocument(_Strict):
    """One version of a form; `modes` are the ways of contact that it fits."""

    code: Code
    version: int = Field(ge=1, le=1_000_000)
    title: Label
    modes: tuple[Mode, ...] = ()
    sections: tuple[Section, ...] = Field(min_length=1, max_length=12)

    @cached_property
    def by_code(self) -> dict[str, Section]:
        """Its sections by their codes."""
        return {section.code: section for section in self.sections}

    def body(self) -> dict[str, Any]:
        """The document as kept and as sent to phones: nothing that only repeats a default."""
        return self.model_dump(mode="json", exclude_defaults=True)
