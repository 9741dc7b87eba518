"""协议 on the office face: the list, the page of one, writing one down."""

from collections.abc import Container
from functools import partial
from typing import Any, ClassVar

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import OfficeState, read, requires, said, said_or_none, version_of, write
from app.agreements import history_service, office_service, rules, rules_signing, service, signing_service
from app.agreements.schemas import AgreementIn, AgreementPage, AgreementView, Inspect, Sign
from app.households import register_office_service as shared
from app.households import register_service as register
from app.households.register_schemas import FoundPerson
from app.households.register_state import NOBODY, RegisterListState
from app.http import parse

PARTIES = 6
HAND = ("by", "proxy", "relation", "why")
PARTY_FIELDS = ("role", "name", "relation", "phone", "address", "signed", "record")
_ANSWERS = {"yes": True, "no": False}


def _list(session: Session, actor: Actor, **what: Any) -> AgreementPage:
    return office_service.list_agreements(session, actor, register.today(), **what)


def _page(session: Session, actor: Actor, agreement_id: str) -> AgreementView:
    return office_service.agreement_page(session, actor, agreement_id, register.today())


def _person(session: Session, actor: Actor, person_id: str) -> FoundPerson:
    found = register.person_to_see(session, actor, person_id)
    return FoundPerson(found.id, found.name, shared.person_line(found, register.today()))


def _end(session: Session, actor: Actor, agreement_id: str, why: str) -> None:
    service.end(session, actor, agreement_id, register.today(), why)


def sign_in(form: dict[str, Any]) -> Sign:
    """A signature as the form says it."""
    return parse(Sign, {
        "party": said(form, "party", 2) or -1, **{name: said_or_none(form, name) for name in HAND},
        "picture": str(form.get("picture") or ""),
    })  # fmt: skip


def agreement_in(kind: str, form: dict[str, Any]) -> AgreementIn:
    """An agreement as the form says it."""
    parties = []
    for number in range(1, PARTIES + 1):
        said = {name: said_or_none(form, f"{name}_{number}") for name in PARTY_FIELDS}
        if said["name"]:
            parties.append(said | {"signed": said["signed"] or ""})
    names = ("number", "signed_on", "from_on", "to_on", "carer_name", "carer_relation", "carer_number", "carer_phone")
    bars = {name: _ANSWERS.get(str(form.get(name) or "")) for name in rules.BARS}
    terms = {code: said for code in rules.TERMS.get(kind, {}) if (said := said_or_none(form, f"term_{code}"))}
    return parse(AgreementIn, {
        "kind": kind, "open_ended": bool(form.get("open_ended")), "parties": parties, "terms": terms, **bars,
        **{name: said_or_none(form, name) for name in names},
    })  # fmt: skip


class AgreementsState(RegisterListState, OfficeState):
    """The list of agreements."""

    COUNTED: ClassVar[str] = "份"
    ONLY: ClassVar[Container[str]] = office_service.ONLY
    page: AgreementPage = AgreementPage()

    async def _show(self) -> None:
        self.page = await read(_list, **self._wanted())
        self.ready = True


class AgreementState(OfficeState):
    """The page of one agreement."""

    one: AgreementView | None = None

    async def _show(self) -> None:
        self.one = await read(_page, self._parameter("id"))

    @rx.event
    @requires(Permission.REGISTERS)
    async def open(self) -> None:
        """The agreement that the address names."""
        self.one = None
        await self._show()

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def inspect(self, form: dict[str, Any]) -> None:
        """Whether it is kept."""
        said = {name: said_or_none(form, name) for name in ("result", "on", "problem")}
        await write(service.inspect_here, parse(Inspect, said | {"agreement_id": self._parameter("id")}))
        await self._show()
        self.done = "记下了。"

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def sign(self, form: dict[str, Any]) -> None:
        """What a party has drawn on the screen, on the version that is shown."""
        data = sign_in(form)
        drawn = await rx.run_in_thread(partial(rules_signing.drawing, data.picture))
        given = (self._parameter("id"), data, drawn, version_of(form), register.today())
        await write(signing_service.sign, *given)
        await self._show()
        self.done = "签名存好了。"

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def urge(self, form: dict[str, Any]) -> None:
        """How they were urged."""
        await write(service.urge, str(form.get("id") or "")[:36], str(form.get("how") or ""))
        await self._show()
        self.done = "记下了。"

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def end(self, form: dict[str, Any]) -> None:
        """Dissolve it, with the reason."""
        await write(_end, self._parameter("id"), str(form.get("reason") or ""))
        await self._show()
        self.done = "解除了。"


class NewAgreementState(OfficeState):
    """Writing down an agreement for a person, or correcting one: then the form begins with what it says."""

    person: FoundPerson = NOBODY
    kind: str = ""
    former: str = ""
    said: dict[str, str] = {}
    _version: int = 0

    @rx.event
    @requires(Permission.REGISTERS_WRITE)
    async def open(self) -> None:
        """For whom and of which kind, as the address says."""
        self.person, self.said, self.former = FoundPerson("", "", ""), {}, ""
        kind, person = self._parameter("kind"), self._parameter("person")
        self.kind = kind if kind in rules.KINDS else "support"
        if former := self._parameter("former"):
            person, self.kind, self._version, self.said = await read(history_service.draft, former)
            self.former = former
        self.person = await read(_person, person)

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def save(self, form: dict[str, Any]) -> None:
        """Write it down and show it."""
        data = agreement_in(self.kind, form)
        if self.former:
            row = await write(service.correct, self.former, data, str(form.get("why") or ""), self._version)
        else:
            row = await write(service.add, self.person.id, data)
        self.to = f"/office/agreements/one?id={row.id}"
