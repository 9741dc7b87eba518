"""What the form of an application has filled in from the record, as printed, to be read on a page; what is missing."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session

from app.accounts.schemas import Actor
from app.db import utcnow
from app.households import looking_service
from app.households.rules import mask_name
from app.papers import queries, record_service
from app.papers.layouts import LAYOUTS, Grid, Lines, Part
from app.papers.record_service import Subject
from app.papers.rules import FORMS, LISTS
from app.papers.schemas import FilledForm, FilledPart, FilledRow
from models.households import Person

FORM_OF = {
    "dibao": "dibao", "disability_care": "disability", "disability_living": "disability", "unsupported": "child",
}  # fmt: skip
"""The form of a programme; those without one of their own ask who somebody is, as the head of every form does."""
_HEAD: tuple[Part, ...] = LAYOUTS["aid"][:1]
_LATER = re.compile(
    r"签名|意见|日期|截止|经办|发放|公示|起发|停发|主任|档案|资金|复核|^关系$|^电话$|^最近联系$|^确认书|^申请的补贴$"
)
"""Words for the pen of those who decide later, or whose question cannot be read by itself."""


def filled(
    session: Session, actor: Actor, programme: str, household_id: str, person_id: str | None, on: date
) -> FilledForm | None:
    """The words of the form for a programme; None where the home is not in the actor's scope any more.

    A child's record has to be opened first; a child whose record is closed is a family name among those at home.
    """
    home = queries.home(session, actor, household_id, on)
    if home is None:
        return None
    people = [one for one in queries.people(session, home.id) if one.died_on is None]
    person = next((one for one in people if one.id == person_id), people[0] if people else None)
    minors = [one.id for one in people if record_service.is_minor(session, one, on)]
    closed = set(minors) - looking_service.open_to(session, actor, minors, utcnow())
    if person is not None and person.id in closed:
        return FilledForm(closed=True)
    kind = FORMS[FORM_OF.get(programme, "aid")]
    words = record_service.words(session, actor, kind, Subject(home, person, people), on)
    if any(one.id in closed and one.name == home.name for one in people):
        words["户主"] = mask_name(home.name)
    parts = LAYOUTS[kind.name] if programme in FORM_OF else _HEAD
    known, lacking, asked = _cells(parts, words)
    lists = [part.of for part in parts if isinstance(part, Lines)]
    shown = [FilledPart("填好的", known)]
    if "成员" in lists:
        shown.append(FilledPart("家庭成员", _members(people, words["成员"], closed)))
    if "补贴" in lists:
        shown.append(FilledPart("享受的政策", _lines("补贴", words["补贴"])))
    return FilledForm([part for part in shown if part.rows], "、".join(lacking), "、".join(asked))


def _cells(parts: Sequence[Part], words: Mapping[str, Any]) -> tuple[list[FilledRow], list[str], list[str]]:
    """The fields that are filled, those that the record could fill and does not, and what only a person can say."""
    known, lacking, asked = [], [], []
    for cell in (cell for part in parts if isinstance(part, Grid) for row in part.rows for cell in row.split()):
        label, named, name = cell.partition("=")
        if named and not name:
            if not _LATER.search(label):
                asked.append(label)
            continue
        value = _said(words[name or label])
        if value:
            known.append(FilledRow(label, value))
        elif not _LATER.search(label):
            lacking.append(label)
    return known, list(dict.fromkeys(lacking)), list(dict.fromkeys(asked))


def _said(value: str) -> str:
    """A word of the form; of boxes those that are ticked."""
    if "□" not in value and "☑" not in value:
        return value
    return "、".join(one[1:] for one in value.split("　") if one.startswith("☑"))


def _members(people: Sequence[Person], lines: Sequence[Mapping[str, str]], closed: set[str]) -> list[FilledRow]:
    found = []
    for one, line in zip(people, lines, strict=False):
        age = f"{line['年龄']} 岁" if line["年龄"] else ""
        if one.id in closed:
            found.append(FilledRow(mask_name(one.name), "，".join(filter(None, (line["关系"], age)))))
            continue
        said = (line["关系"], age, *(line[name] for name in ("身份证号", "健康", "残疾", "务工", "政策")))
        found.append(FilledRow(line["姓名"], "，".join(filter(None, said))))
    return found


def _lines(name: str, lines: Sequence[Mapping[str, str]]) -> list[FilledRow]:
    first, *rest = LISTS[name]
    ends = {"起": " 起", "止": " 止"}
    return [
        FilledRow(line[first], "，".join(f"{line[one]}{ends.get(one, '')}" for one in rest if line[one]))
        for line in lines
        if line[first]
    ]
