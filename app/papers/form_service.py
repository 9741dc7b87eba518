"""Printing a form: who may, why, what stays masked, what is written down about it."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from sqlmodel import Session

from app.accounts.rules import Permission, Role
from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import SHANGHAI
from app.errors import NotAllowed, Unavailable
from app.households import looking_service
from app.households import service as households
from app.papers import queries, record_service, rules, template_service
from app.papers.record_service import Number
from app.papers.rules import FORMS, Form
from app.papers.schemas import FittingForm, FormWish, OneFit, PrintPage
from models.households import Person

log = structlog.get_logger()
SECONDS = 90
"""So long a converter may take for one form."""
NO_CONVERTER = "这台服务器上没有装 PDF 转换（LibreOffice），请用 Word 的。"


@dataclass(frozen=True)
class File:
    """What the browser or the command line keeps."""

    data: bytes
    name: str


@dataclass(frozen=True)
class Sheet:
    """A form with its words, to be drawn when nothing waits for the database."""

    template: bytes
    each: list[dict[str, Any]]
    foot: str
    about: str
    name: str

    def drawn(self) -> File:
        """The form as Word."""
        return File(template_service.fill(self.template, self.each, foot=self.foot, about=self.about), self.name)


def operator(session: Session) -> Actor:
    """Who works at the machine itself: sees the county, and is written down as nobody's account."""
    return Actor(
        id="", username="operator", name="本机操作", role=Role.SECTION, divisions=tuple(queries.counties(session))
    )


def prepare(session: Session, actor: Actor, wish: FormWish, now: datetime) -> Sheet:
    """One form filled with the record, a page for each person whom it fits; that it was printed is written down.

    Raises:
        NotAllowed: the role does not print.
        NotFound: no such home, person or visit in the actor's scope.
        BadInput: it fits nobody there; `reason_needed` for a child's record and for whole numbers.
    """
    if not actor.may(Permission.PRINT):
        raise NotAllowed()
    kind, on = record_service.form(wish.name), now.astimezone(SHANGHAI).date()
    found = record_service.subjects(session, actor, kind, wish.household, wish.person, on)
    if kind.child:
        _open(session, actor, [one.person for one in found if one.person], wish.reason, now)
    full = wish.full and kind.full
    number = _numbers(session, actor, wish.reason) if full else None
    each = [
        record_service.words(session, actor, kind, one, on, visit_id=wish.visit, number=number) for one in found
    ]  # fmt: skip
    visit = each[0]["走访编号"]
    record(
        session, actor if actor.id else None, "paper.printed", "household", found[0].home.id,
        reason=wish.reason or None, after={
            "form": kind.name, "people": [one.person.id for one in found if one.person], "visit": visit, "full": full,
        },
    )  # fmt: skip
    source = record_service.source_words(session, queries.visit(session, found[0].home.id, visit or None), brief=True)
    foot = f"{rules.watermark(actor.name, on)}　资料来源：{source}"
    about = f"visit {visit}" if visit else ""
    name = f"{kind.title}-{found[0].home.code}.docx"
    return Sheet(template_service.template(session, kind.name), each, foot, about, name)


def _open(session: Session, actor: Actor, people: Sequence[Person], reason: str, now: datetime) -> None:
    """A child's record is opened for a reason, or has been in this sitting."""
    if not actor.id:
        for one in people:
            record(session, None, "person.opened", "person", one.id, reason=reason)
        return
    opened = looking_service.open_to(session, actor, [one.id for one in people], now)
    for one in people:
        if one.id not in opened:
            households.open_child(session, actor, one.id, reason)


def _numbers(session: Session, actor: Actor, reason: str) -> Number:
    known: dict[tuple[str, str], str] = {}

    def number(person: Person, field: str) -> str:
        value = getattr(person, field)
        if not value:
            return ""
        if (person.id, field) not in known:
            if actor.id:
                known[person.id, field] = households.unmask(session, actor, person.id, field, reason)
            else:
                known[person.id, field] = value
                record(session, None, "person.unmasked", "person", person.id, reason=reason, after={"field": field})
        return known[person.id, field]

    return number


def converter() -> str | None:
    """The program that makes PDFs, where there is one."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def to_pdf(file: File) -> File:
    """The same form as PDF.

    Raises:
        Unavailable: `no_converter`, none is there; `converter_failed`.
    """
    program = converter()
    if program is None:
        raise Unavailable(NO_CONVERTER, code="no_converter")
    with tempfile.TemporaryDirectory(prefix="ruhutong-pdf-") as folder:
        source = Path(folder) / "form.docx"
        source.write_bytes(file.data)
        command = [program, f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}", "--headless",
                   "--convert-to", "pdf", "--outdir", folder, str(source)]  # fmt: skip
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
            data = source.with_suffix(".pdf").read_bytes()
        except (subprocess.SubprocessError, OSError) as error:
            log.warning("no PDF came of a form", error=type(error).__name__)
            raise Unavailable("这次没有转成 PDF，请先用 Word 的，或再试一次。", code="converter_failed") from error
    return File(data, file.name.removesuffix(".docx") + ".pdf")


def page(session: Session, actor: Actor, household: str, now: datetime) -> PrintPage:
    """The forms that fit a home, for its page of printing.

    Raises:
        NotAllowed, NotFound: as they say.
    """
    if not actor.may(Permission.PRINT):
        raise NotAllowed()
    on = now.astimezone(SHANGHAI).date()
    home = record_service.home_of(session, actor, household, on)
    people = queries.people(session, home.id)
    minors = {one.id for one in people if record_service.is_minor(session, one, on)}
    fits = {name: queries.registered(session, name, [one.id for one in people]) for name in queries.REGISTERS}
    forms = []
    for kind in FORMS.values():
        whom = [one for one in people if kind.about == "person" and one.id in fits[kind.register]]
        if kind.about == "household" or whom:
            forms.append(_fitting(kind, whom, actor))
    visit = queries.visit(session, home.id, None)
    return PrintPage(
        id=home.id, code=home.code, name=home.name, forms=forms, pdf=converter() is not None,
        source=record_service.source_words(session, visit, brief=True), children=bool(minors),
    )  # fmt: skip


def _fitting(kind: Form, whom: Sequence[Person], actor: Actor) -> FittingForm:
    return FittingForm(
        name=kind.name, title=kind.title, people=[OneFit(one.id, one.name) for one in whom], child=kind.child,
        full=kind.full and actor.may(Permission.REGISTER_UNMASK),
    )


