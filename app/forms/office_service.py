"""Forms as the administrator sees them: the versions, one version drawn, a new one checked, compared and published."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.db import SHANGHAI
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.forms import queries, service
from app.forms.comparing import CHANGES_SHOWN, Burden, ChangeView, burden, changes
from app.forms.documents import read_document, write_document
from app.forms.drawing import DrawnForm, draw
from app.forms.schemas import FormDocument
from app.forms.words import modes_words, place
from models.forms import Form

ON_PHONES = ("home", "contact")
"""The forms that phones open; any other is kept and handed out, but no button leads to it yet."""


@dataclass(frozen=True)
class VersionView:
    """One published version in the list."""

    code: str = ""
    version: int = 0
    title: str = ""
    current: bool = False
    line: str = ""
    href: str = ""


@dataclass(frozen=True)
class FormView:
    """A form and its versions, the newest first."""

    code: str
    title: str
    line: str
    versions: list[VersionView]


@dataclass(frozen=True)
class Look:
    """One version, whole."""

    head: VersionView = field(default_factory=VersionView)
    form: DrawnForm = field(default_factory=DrawnForm)
    burden: Burden = field(default_factory=Burden)


@dataclass(frozen=True)
class Fault:
    """A place that keeps the document from being published, and what to do there."""

    key: str
    place: str
    message: str


@dataclass(frozen=True)
class Checked:
    """What a look at a document found: its faults, or the version that it would become."""

    faults: list[Fault] = field(default_factory=list)
    form: DrawnForm = field(default_factory=DrawnForm)
    burden: Burden = field(default_factory=Burden)
    against: str = ""
    changes: list[ChangeView] = field(default_factory=list)
    more: int = 0
    same: bool = False
    unused: bool = False

    @property
    def good(self) -> bool:
        """Whether it may be published."""
        return not self.faults and not self.same


def _allowed(actor: Actor) -> None:
    if not actor.may(Permission.FORMS):
        raise NotAllowed()


def _version(row: Form, names: Mapping[str, str], used: int) -> VersionView:
    day = row.published_at.astimezone(SHANGHAI)
    who = names.get(row.published_by, "查不到的人") + "发布" if row.published_by else "随程序带来"
    written = f"写过 {used} 份" if used else "还没有人用它写过"
    return VersionView(
        code=row.code, version=row.version, title=row.title, current=row.current,
        line=f"{day.year} 年 {day.month} 月 {day.day} 日 {day:%H:%M}，{who}。{written}。",
        href=f"/office/forms/version?code={row.code}&version={row.version}",
    )  # fmt: skip


def forms(session: Session, actor: Actor) -> list[FormView]:
    """All forms with all their versions.

    Raises:
        NotAllowed: the account may not publish forms.
    """
    _allowed(actor)
    rows, used = queries.all_versions(session), queries.used(session)
    names = queries.names(session, [row.published_by for row in rows])
    by_code: dict[str, list[Form]] = {}
    for row in rows:
        by_code.setdefault(row.code, []).insert(0, row)
    return [_form(versions, names, used) for versions in by_code.values()]


def _form(rows: list[Form], names: Mapping[str, str], used: Mapping[tuple[str, int], int]) -> FormView:
    handed_out = next((row for row in rows if row.current), rows[0])
    modes = modes_words(FormDocument.model_validate(handed_out.body))
    versions = [_version(row, names, used.get((row.code, row.version), 0)) for row in rows]
    return FormView(handed_out.code, handed_out.title, modes or "哪种联系都行", versions)


def look(session: Session, actor: Actor, code: str, version: int) -> Look:
    """One version, drawn.

    Raises:
        NotAllowed: the account may not publish forms.
        NotFound: there is no such version.
    """
    row = _one(session, actor, code, version)
    form = FormDocument.model_validate(row.body)
    head = _version(row, queries.names(session, [row.published_by]), queries.used_once(session, code, version))
    return Look(head, draw(form), burden(form))


def document(session: Session, actor: Actor, code: str, version: int, kind: str = "toml") -> str:
    """One version as text.

    Raises:
        NotAllowed: the account may not publish forms.
        NotFound: there is no such version.
    """
    row = _one(session, actor, code, version)
    return write_document(FormDocument.model_validate(row.body), kind)


def _one(session: Session, actor: Actor, code: str, version: int) -> Form:
    _allowed(actor)
    row = queries.one(session, code, version) if 0 < version <= 1_000_000 else None
    if row is None:
        raise NotFound("没有这一版表。", code="unknown_form")
    return row


def starting_from(session: Session, actor: Actor, code: str, version: int) -> str:
    """The text of a version with the number that comes next: to change it, or to publish it once more.

    Raises:
        NotAllowed: the account may not publish forms.
        NotFound: there is no such version.
    """
    row = _one(session, actor, code, version)
    form = FormDocument.model_validate({**row.body, "version": queries.newest_version(session, code) + 1})
    return write_document(form)


def inspect(session: Session, actor: Actor, text: str) -> Checked:
    """Every fault of a document; where it has none, how it looks, what it costs and what it changes.

    Raises:
        NotAllowed: the account may not publish forms.
    """
    _allowed(actor)
    try:
        raw = read_document(text)
    except BadInput as error:
        return Checked(faults=[Fault("0", "整份内容", error.message)])
    faults = _number(session, raw)
    try:
        form = service.check(raw)
    except BadInput as error:
        faults += [(place(raw, one.path), one.message) for one in error.details]
    if faults:
        return Checked(faults=[Fault(str(at), *one) for at, one in enumerate(faults)])
    return _good(session, form)


def _number(session: Session, raw: Mapping[str, Any]) -> list[tuple[str, str]]:
    code, number = raw.get("code"), raw.get("version")
    if not isinstance(code, str) or not isinstance(number, int):
        return []
    newest = queries.newest_version(session, code[:32])
    if number == newest + 1:
        return []
    now = f"这张表现在到第 {newest} 版" if newest else "这是一张新表"
    return [("版本", f"{now}，这里要写 version = {newest + 1}。")]


def _good(session: Session, form: FormDocument) -> Checked:
    row = next((one for one in queries.current(session) if one.code == form.code), None)
    now = FormDocument.model_validate(row.body) if row else None
    found = changes(now, form) if now else []
    return Checked(
        form=draw(form), burden=burden(form, now), against=f"第 {now.version} 版" if now else "",
        changes=found[:CHANGES_SHOWN], more=max(0, len(found) - CHANGES_SHOWN),
        same=now is not None and now.body() | {"version": 0} == form.body() | {"version": 0},
        unused=form.code not in ON_PHONES,
    )  # fmt: skip


def publish(session: Session, actor: Actor, text: str) -> str:
    """Publish the document that a text holds; returns what was published, in words.

    Raises:
        NotAllowed: the account may not publish forms.
        BadInput: the document has faults, or changes nothing.
        Conflict: somebody published in the meantime.
    """
    _allowed(actor)
    raw = read_document(text)
    if not _number(session, raw) and _good(session, service.check(raw)).same:
        raise BadInput("和现在用的一样，没有发布。", code="form_same")
    try:
        form = service.publish(session, actor, raw)
    except IntegrityError as error:
        raise Conflict("别人刚刚发布了这一版，请重新打开再看。", code="form_version") from error
    return f"{form.title}第 {form.version} 版"
