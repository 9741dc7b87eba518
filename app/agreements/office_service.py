"""Agreements as the office looks at them: the list, the page of one, those of a person."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlmodel import Session

from app.accounts.queries import below
from app.accounts.schemas import Actor
from app.agreements import history_service, pull_service, rules, rules_signing, service
from app.agreements.pull_service import POLICY
from app.agreements.schemas import AgreementPage, AgreementRow, AgreementView, LookView, Pair, PartyView
from app.agreements.standing_service import holds
from app.divisions import service as divisions
from app.households import register_service as register
from app.households.register_service import Standing
from app.households.rules import age_on, mask_phone
from app.limits import PAGE
from models.accounts import User
from models.agreements import Agreement, Inspection
from models.households import Household, Person

ONLY = {"": "全部", "support": "赡养协议", "care": "委托照料协议", "guardianship": "委托监护确认书",
         "over": "已到期的", "soon": "快到期的", "not_kept": "没有履行的"}  # fmt: skip
TONES = {"valid": "done", "ending": "due", "expired": "due", "ended": "", "unsigned": "due"}
GUARDIANSHIP = ("guardianship.carer_age", "guardianship.carer_children")


def _listed(actor: Actor, on: date, text: str, village: str) -> Select[Any]:
    query = register.of_register(Agreement).where(register.scope_of(actor, on))
    if village:
        query = query.where(below(Household.division, village))
    if text:
        starts = Person.name.startswith(text, autoescape=True)  # type: ignore[attr-defined]
        query = query.where(or_(starts, Person.initials.startswith(text.lower(), autoescape=True)))  # type: ignore[attr-defined]
    return query


def _narrowed(query: Select[Any], which: str, on: date, remind: int) -> Select[Any]:
    runs = or_(Agreement.ended_on.is_(None), Agreement.ended_on > on)  # type: ignore[union-attr, operator]
    soon = date.fromordinal(on.toordinal() + remind)
    if which in rules.KINDS:
        return query.where(Agreement.kind == which)
    if which == "over":
        return query.where(runs, Agreement.to_on < on)  # type: ignore[operator]
    if which == "soon":
        return query.where(runs, Agreement.to_on >= on, Agreement.to_on <= soon)  # type: ignore[operator]
    if which == "not_kept":
        latest = (
            select(Inspection.result).where(Inspection.agreement_id == Agreement.id)  # type: ignore[call-overload]
            .order_by(Inspection.on.desc(), Inspection.id.desc()).limit(1).scalar_subquery()  # type: ignore[attr-defined]
        )  # fmt: skip
        return query.where(runs, latest == "not_kept")
    return query


def list_agreements(
    session: Session, actor: Actor, on: date, *, text: str = "", village: str = "", only: str = "", offset: int = 0
) -> AgreementPage:
    """A page of the agreements of an area, those that end first before the others."""
    remind = register.policy(session, POLICY, on, village)["agreement.remind_days"]
    query = _narrowed(_listed(actor, on, text.strip(), village), only, on, remind)
    order = (Agreement.ended_on.is_(None).desc(), Agreement.to_on.is_(None), Agreement.to_on, Agreement.id)  # type: ignore[union-attr]
    ordered = query.order_by(*order)  # type: ignore[arg-type]
    rows = [Standing(*one) for one in session.execute(ordered.limit(PAGE + 1).offset(offset))]
    total = session.scalar(select(func.count()).select_from(query.with_only_columns(Agreement.id).subquery())) or 0
    return AgreementPage(_rows(session, rows[:PAGE], on), total, len(rows) > PAGE)


def of_person(session: Session, person_id: str, on: date) -> list[AgreementRow]:
    """A person's agreements, those that hold first; the caller has held the person to a scope."""
    query = register.of_register(Agreement).where(Agreement.person_id == person_id)
    rows = _rows(session, [Standing(*one) for one in session.execute(query)], on)
    return sorted(rows, key=lambda one: one.tone == "")


def _rows(session: Session, rows: Sequence[Standing], on: date) -> list[AgreementRow]:
    looks = pull_service.last_inspections(session, [one.row.id for one in rows])
    places = divisions.places(session, {one.home.division for one in rows})
    found = []
    for one in rows:
        remind = register.policy(session, POLICY, on, one.home.division)["agreement.remind_days"]
        stands = rules.standing(one.row, on, remind)
        look = looks.get(one.row.id)
        words = f"{look.on.isoformat()} {rules.RESULTS.get(look.result, '')}" if look else "还没检查过"
        found.append(
            AgreementRow(
                id=one.row.id, person_id=one.person.id, name=one.person.name, place=places[one.home.division],
                kind=rules.KINDS[one.row.kind], until=stands.words, state=rules.STATES[stands.code],
                tone=TONES[stands.code], inspection=words, missing="、".join(rules.missing(one.row)),
            )
        )  # fmt: skip
    return found


def agreement_page(session: Session, actor: Actor, agreement_id: str, on: date) -> AgreementView:
    """The page of one agreement, masked.

    Raises:
        NotFound: there is none in the actor's scope.
        NotAllowed: `not_opened`, it is about a child whose record was not opened with a reason.
    """
    row = service.get(session, actor, agreement_id, looking=True)
    service.opened(session, actor, row)
    [one] = register.rows_by_id(session, Agreement, [row.id])
    values = register.policy(session, (*POLICY, *GUARDIANSHIP), on, one.home.division)
    stands = rules.standing(row, on, values["agreement.remind_days"])
    bars = (row.bar_1, row.bar_2, row.bar_3, row.bar_4)
    present = rules.bar_present(bars)
    guardian = row.kind == "guardianship"
    said = {True: "有", False: "没有", None: "没问"}
    return AgreementView(
        id=row.id, kind=row.kind, kind_name=rules.KINDS[row.kind], name=one.person.name, person_id=one.person.id,
        household_id=one.home.id, place=divisions.place(session, one.home.division), number=row.number or "",
        signed=row.signed_on.isoformat() if row.signed_on else "", lasts=_lasts(row), tone=TONES[stands.code],
        state=f"{rules.STATES[stands.code]}，{stands.words}", ended=stands.code == "ended", carer=_carer(row),
        carer_note="；".join(carer_doubts(session, row, on, values)),
        bars=[Pair(words, said[bar]) for words, bar in zip(rules.BARS.values(), bars, strict=True)] if guardian else [],
        bar_present={True: "yes", False: "no", None: ""}[present] if guardian else "no",
        parties=[_party(at, party) for at, party in enumerate(rules.signed_parties(row))],
        terms=[Pair(title, row.terms[code]) for code, title in rules.TERMS[row.kind].items() if row.terms.get(code)],
        missing="、".join(rules.missing(row)), looks=_looks(session, row, values["agreement.urge_days"]),
        history=history_service.history(session, row),
        visit_id=row.source_visit_id or "", version=row.version,
    )  # fmt: skip


def _lasts(row: Agreement) -> str:
    begins = row.from_on.isoformat() if row.from_on else "没写"
    return f"{begins} 起，{'长期' if row.open_ended else f'到 {row.to_on.isoformat()}' if row.to_on else '没写到哪天'}"


def _carer(row: Agreement) -> str:
    parts = (row.carer_name, row.carer_relation, mask_phone(row.carer_phone))
    return " ".join(part for part in parts if part)


def carer_doubts(session: Session, row: Agreement, on: date, values: Mapping[str, Any]) -> list[str]:
    """What is to be watched about who is entrusted: old, or with more children than the county allows."""
    carer = session.get(Person, row.carer_person_id) if row.carer_person_id else None
    found = []
    if carer and carer.died_on:
        found.append("照看的人已经去世")
    elif carer and carer.born_on and row.kind == "guardianship":
        age = age_on(carer.born_on, on)
        found += [f"照看的人 {age} 岁了"] if age >= values["guardianship.carer_age"] else []
    if row.carer_index and row.kind == "guardianship":
        mine = (Agreement.carer_index == row.carer_index, Agreement.kind == "guardianship", holds(on))
        number = session.scalar(select(func.count(func.distinct(Agreement.person_id))).where(*mine)) or 0  # type: ignore[arg-type]
        found += [f"照看着 {number} 个孩子"] if number > values["guardianship.carer_children"] else []
    return found


def _party(at: int, party: Mapping[str, Any]) -> PartyView:
    drawn = party.get("drawn")
    return PartyView(
        at=str(at), role=rules.ROLES.get(str(party.get("role")), ""), name=str(party.get("name") or ""),
        relation=str(party.get("relation") or ""), phone=mask_phone(party.get("phone")),
        signed=rules.signed_words(party), drawn=drawn["id"] if drawn else "", may_draw=rules_signing.may_draw(party),
    )  # fmt: skip


def _looks(session: Session, row: Agreement, urge_days: int) -> list[LookView]:
    rows = session.execute(
        select(Inspection, User.name)
        .outerjoin(User, User.id == Inspection.author_id)  # type: ignore[arg-type]
        .where(Inspection.agreement_id == row.id)
        .order_by(Inspection.on.desc(), Inspection.id.desc())  # type: ignore[attr-defined]
    )
    found = []
    for look, name in rows:
        by = rules.urge_by(look.on, look.result, look.urged_on, urge_days)
        urged = f"{look.urged_on.isoformat()} {look.urged_how or ''}" if look.urged_on else ""
        found.append(
            LookView(look.id, look.on.isoformat(), rules.RESULTS.get(look.result, look.result), look.problem or "",
                     urged, by.isoformat() if by else "", look.visit_id or "", name or "")
        )  # fmt: skip
    return found
