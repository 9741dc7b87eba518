"""What the visit page shows, as `assets/offline/views/visit.js` and `questions.js` make it."""

from typing import TypedDict

import reflex as rx

from app.households.page import HomeRow
from components import offline


class Choice(TypedDict):
    """One answer to choose."""

    value: str
    label: str
    tone: str
    on: bool


class Member(TypedDict):
    """One of the household who may have been met."""

    id: str
    name: str
    on: bool


class Picture(TypedDict):
    """A picture taken on this visit."""

    sha256: str
    url: str
    words: str
    caption: str


class PhotoPart(TypedDict):
    """The pictures of one question and why they help."""

    code: str
    title: str
    why: str
    photos: list[Picture]
    busy: bool


class Field(TypedDict):
    """One question, open."""

    id: str
    code: str
    label: str
    aside: str
    hint: str
    kind: str
    shape: str
    options: list[Choice]
    value: str
    input_mode: str
    max: int
    problem: str


class RowValue(TypedDict):
    """What a folded question says."""

    words: str
    icon: str
    due: bool


class Line(TypedDict):
    """A question of an open section: a row where last time's answer stands, open where one writes."""

    id: str
    code: str
    label: str
    heading: str
    open: bool
    value: RowValue
    fields: list[Field]
    issue: bool
    photo: PhotoPart


class Notice(TypedDict):
    """A fact above a section."""

    title: str
    text: str


class Block(TypedDict):
    """A section of the visit, about the home or one person."""

    key: str
    section: str
    person: str
    title: str
    aside: str
    last: str
    first: bool
    mode: str
    unchanged: bool
    same_word: str
    line: str
    bad: bool
    hint: str
    notice: Notice
    all_ok: str
    done: bool
    lines: list[Line]


class Contact(TypedDict):
    """How one got in touch, folded or open."""

    open: bool
    line: str


class IssueLine(TypedDict):
    """A trouble in the words of whom it troubles."""

    index: int
    text: str


class Reported(TypedDict):
    """A trouble that somebody has told of already."""

    id: str
    text: str
    line: str


class NextDay(TypedDict):
    """The next visit."""

    words: str
    why: str
    wrong: bool
    day: str
    open: bool


class Spot(TypedDict):
    """The one point that may be noted."""

    state: str
    words: str
    line: str
    problem: str


class ChildNotice(TypedDict):
    """What to know where a child lives, with the camera of the child's section."""

    title: str
    text: str
    code: str
    photos: list[Picture]
    busy: bool


class Correction(TypedDict):
    """Which earlier visit is being corrected, what is asked about it, and when it was."""

    title: str
    lines: list[str]
    times: str
    open: bool
    start: str
    end: str
    why: str


class Visit(TypedDict):
    """The visit as a whole."""

    phase: str
    id: str
    household: str
    title: str
    place: str
    back: str
    modes: list[Choice]
    met: list[Member]
    met_word: str
    contact: Contact
    child: ChildNotice
    reported: list[Reported]
    blocks: list[Block]
    photos: list[Picture]
    busy_photo: bool
    photo_note: str
    issues: list[IssueLine]
    issue_open: bool
    issue_text: str
    next: NextDay
    spot: Spot
    problem: str
    saving: bool
    stored: bool
    again: bool
    left: str
    correction: Correction


class Draft(TypedDict):
    """A visit that was begun."""

    id: str
    href: str
    name: str
    line: str


class Visits(TypedDict):
    """The tab 走访."""

    phase: str
    drafts: list[Draft]
    query: str
    found: list[HomeRow]
    none: str


VISIT: rx.Var[Visit] = offline.slice("visit", Visit)
VISITS: rx.Var[Visits] = offline.slice("visits", Visits)
