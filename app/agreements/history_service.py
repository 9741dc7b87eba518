"""How an agreement was corrected: what stood there before, and what a form begins with when it is corrected."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from app.accounts.schemas import Actor
from app.agreements import rules, service
from app.agreements.schemas import Pair, VersionView
from app.db import SHANGHAI
from app.errors import BadInput
from app.households.rules import mask_id, mask_phone
from models.accounts import User
from models.agreements import Agreement, AgreementVersion

WORDS = {
    "number": "编号", "signed_on": "签订日期", "from_on": "从哪天起", "to_on": "到哪天", "open_ended": "长期",
    "carer_name": "谁照看", "carer_relation": "照看的人和本人的关系", "carer_number": "照看的人身份证号",
    "carer_phone": "照看的人电话", **rules.BARS,
}  # fmt: skip
_SAID = {True: "有", False: "没有"}
_MASKS = {"carer_number": mask_id, "carer_phone": mask_phone}
SHOWN = ("number", "signed_on", "from_on", "to_on", "carer_name", "carer_relation")
PARTY = ("role", "name", "relation", "address", "signed", "record")


def history(session: Session, row: Agreement) -> list[VersionView]:
    """The corrections of an agreement, the latest first, each with what it replaced."""
    found = session.execute(
        select(AgreementVersion, User.name)  # type: ignore[call-overload]
        .outerjoin(User, User.id == AgreementVersion.author_id)
        .where(AgreementVersion.agreement_id == row.id)
        .order_by(AgreementVersion.at.desc(), AgreementVersion.id.desc())  # type: ignore[attr-defined]
    )
    after, told = service.said(row), []
    for one, name in found:
        on = one.at.astimezone(SHANGHAI).date().isoformat()
        drawn = [Pair(str(party.get("name") or ""), party["drawn"]["id"])
                 for party in one.said["parties"] if party.get("drawn")]  # fmt: skip
        told.append(VersionView(one.id, on, name or "", one.why, _before(row.kind, one.said, after), drawn))
        after = one.said
    return told


def _before(kind: str, former: Mapping[str, Any], after: Mapping[str, Any]) -> list[Pair]:
    terms = rules.TERMS[kind]
    changed = [
        Pair(words, _word(name, former.get(name)))
        for name, words in WORDS.items() if former.get(name) != after.get(name)
    ]  # fmt: skip
    changed += [
        Pair(terms[code], former["terms"].get(code) or "没写")
        for code in terms if former["terms"].get(code) != after["terms"].get(code)
    ]  # fmt: skip
    if former["parties"] != after["parties"]:
        changed.append(Pair("各方", "；".join(_party(one) for one in former["parties"]) or "没写"))
    return changed


def _word(name: str, value: Any) -> str:
    if value in (None, ""):
        return "没写"
    if isinstance(value, bool):
        return ("是" if value else "否") if name == "open_ended" else _SAID[value]
    return _MASKS[name](value) if name in _MASKS else str(value)


def _party(one: Mapping[str, Any]) -> str:
    signed = rules.signed_words(rules.as_drawn(one, one["drawn"]) if one.get("drawn") else one)
    role, phone = rules.ROLES.get(str(one.get("role")), ""), mask_phone(one.get("phone"))
    parts = (role, one.get("name"), one.get("relation"), phone, signed)
    return " ".join(str(part) for part in parts if part)


def draft(session: Session, actor: Actor, agreement_id: str) -> tuple[str, str, int, dict[str, str]]:
    """Whose it is, its kind, its version, and what stands in it by the fields of the form; numbers stay blank.

    So does the day of signing that the screen gave: the new version is not signed.

    Raises:
        NotFound: there is none in the actor's scope.
        NotAllowed: `not_opened`, it is about a child whose record was not opened with a reason.
        BadInput: it was dissolved.
    """
    row = service.get(session, actor, agreement_id)
    service.opened(session, actor, row)
    if row.ended_on is not None:
        raise BadInput("这份协议已经解除了，要写就登记一份新的。", code="ended")
    said = service.said(row)
    found = {name: str(said[name] or "") for name in SHOWN}
    found |= {f"term_{code}": str(row.terms.get(code) or "") for code in rules.TERMS[row.kind]}
    found |= {name: {True: "yes", False: "no"}.get(said[name], "") for name in rules.BARS}
    found["open_ended"] = "on" if row.open_ended else ""
    if rules.by_screen(row):
        found["signed_on"] = ""
    for number, one in enumerate(row.parties, start=1):
        found |= {f"{name}_{number}": str(one.get(name) or "") for name in PARTY}
    return row.person_id, row.kind, row.version, found
