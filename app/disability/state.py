"""残疾人 on the office face: the list, one holder's page."""

from collections.abc import Container
from typing import Any, ClassVar

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import OfficeState, read, requires, said, write
from app.disability import office_service, rules, service
from app.disability.schemas import CertificateIn, DisabilityPage, DisabilityView, ServiceIn
from app.errors import BadInput
from app.households import finding_service
from app.households import register_service as register
from app.households.register_state import OnePersonState, RegisterListState
from app.households.words_service import fen_of
from app.http import parse

HERE = "/office/disability"


def _certificate(form: dict[str, Any]) -> CertificateIn:
    given: dict[str, Any] = {name: said(form, name) for name in ("number", "issued_on", "valid_to")}
    given = {name: value for name, value in given.items() if value}
    for name in ("care_needed", "injury_care"):
        given[name] = {"yes": True, "no": False}.get(said(form, name))
    kinds = {kind: said(form, f"kind_{kind}") for kind in rules.CATEGORIES}
    given["kinds"] = {kind: grade for kind, grade in kinds.items() if grade}
    return parse(CertificateIn, given | {"open_ended": bool(form.get("open_ended"))})


def _care(form: dict[str, Any]) -> ServiceIn:
    given = {name: said(form, name) for name in ("mode", "provider", "hours_month", "from_on", "to_on")}
    fee = said(form, "fee")
    if fee and fen_of(fee) is None:
        raise BadInput("费用要写金额，比如 80 或 80.50。")
    return parse(ServiceIn, {name: value for name, value in given.items() if value} | {"fee_fen": fen_of(fee)})


def _take_in(session: Session, actor: Actor, number: str, data: CertificateIn) -> str:
    person = finding_service.by_number(session, actor, rules.read_number(number).id_number or number)
    return service.enter(session, actor, person.id, data).id


def _person(session: Session, actor: Actor, certificate_id: str) -> DisabilityView:
    return office_service.person_page(session, actor, service.get(session, actor, certificate_id, looking=True))


class DisabilityState(RegisterListState, OfficeState):
    """The list of certificates."""

    COUNTED: ClassVar[str] = "人"
    ONLY: ClassVar[Container[str]] = office_service.ONLY
    page: DisabilityPage = DisabilityPage()

    async def _show(self) -> None:
        self.page = await read(office_service.listing, **self._wanted())
        self.ready = True

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def take_in(self, form: dict[str, Any]) -> None:
        """A certificate comes onto the register; its number says whose it is."""
        made = await write(_take_in, said(form, "number"), _certificate(form))
        self.to = f"{HERE}/one?id={made}"


class DisabilityPersonState(OnePersonState, OfficeState):
    """One holder of a certificate."""

    one: DisabilityView | None = None

    async def _show(self) -> None:
        self.one = await read(_person, self._id())

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def save(self, form: dict[str, Any]) -> None:
        """The certificate was renewed, or is put right."""
        version = self.one.version if self.one else 0
        await write(service.change, self._id(), _certificate(form), version)
        await self._after("已存好。")

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def add_care(self, form: dict[str, Any]) -> None:
        """A care service begins."""
        await write(service.add_care, self._id(), _care(form))
        await self._after("已记下这项照护服务。")

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def end_care(self, service_id: str) -> None:
        """A care service ends today."""
        await write(service.end_care, str(service_id)[:36], register.today())
        await self._after("照护服务今天结束。")

    @rx.event(temporal=True)
    @requires(Permission.REGISTERS_WRITE)
    async def leave(self, form: dict[str, Any]) -> None:
        """The certificate is taken off."""
        await write(service.leave, self._id(), said(form, "why"))
        self.to = HERE
