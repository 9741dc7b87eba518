"""A row of a ledger in words: code of column → text or number; `masks_of` says how numbers of people are masked.

Rows are whole until they are written, so that what was reported is compared as it is, masked or not.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import islice
from typing import Any

from sqlmodel import Session

from app.accounts.schemas import Actor
from app.agreements import rules as agreements
from app.benefits import roll_service
from app.benefits import rules as benefits
from app.casework import rules as hanging
from app.children import rules as cases
from app.contacts import rules as calling
from app.db import SHANGHAI
from app.disability import rules as certificates
from app.divisions import service as divisions
from app.elders import rules as elders
from app.findings import service as findings
from app.forms import service as forms
from app.hardship import fee_service
from app.hardship import rules as hardship
from app.households import register_service as register
from app.households.rules import age_on, is_child, mask_bank, mask_id, mask_phone, mask_words
from app.households.tags import LIVING, SEX, TAGS, label
from app.pairing.rules import SIX
from app.pairing.rules import STATES as SIX_STATES
from app.papers import ledger_queries as queries
from app.papers.facts import PROGRAMMES, RISKS, STATES, said
from app.papers.ledgers import CALLS, PETITIONS
from app.papers.record_service import POLICY_TAGS
from app.papers.rules import who_signed
from app.visits import office_service as visits

Cells = dict[str, str | int | float]
SLICE = 500
SEVERITY = {"red": "红", "orange": "橙", "yellow": "黄", "blue": "蓝"}
CLOSED = {"corrected": "已纠正", "in_order": "核实无误", "false_alarm": "误报", "gone": "已不存在"}
CLAIMS = {"open": "在办", "sent": "已送", "paid": "已赔付", "refused": "不赔"}


def day(value: date | None) -> str:
    """`2026-03-05`."""
    return value.isoformat() if value else ""


def flag(value: bool | None, yes: str = "是", no: str = "否") -> str:
    """是, 否, or nothing where nobody has said."""
    return "" if value is None else yes if value else no


def yuan(fen: int | None) -> str | float | int:
    """Fen as a number of yuan."""
    return "" if fen is None else fen // 100 if fen % 100 == 0 else fen / 100


@dataclass
class Slice:
    """Some rows of one ledger and what stands beside them; what no column asks for is never read."""

    session: Session
    actor: Actor
    on: date
    rows: Sequence[Any]
    known: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def people(self) -> list[str]:
        """The people of these rows."""
        return list(dict.fromkeys(row.p_id for row in self.rows))

    def kept(self, name: str, make: Callable[[], Any]) -> Any:
        """Something that is the same for every slice of an export."""
        if name not in self.known:
            self.known[name] = make()
        return self.known[name]

    @cached_property
    def contacts(self) -> dict[str, Any]:
        """Whom to call."""
        return queries.contacts_of(self.session, self.people)

    @cached_property
    def enrolments(self) -> dict[str, Any]:
        """What people draw."""
        return queries.enrolments_of(self.session, self.people)

    @cached_property
    def support(self) -> dict[str, Any]:
        """赡养协议."""
        return queries.agreements_of(self.session, self.people, "support")

    @cached_property
    def care(self) -> dict[str, Any]:
        """委托照料服务协议."""
        return queries.agreements_of(self.session, self.people, "care")

    @cached_property
    def guardians(self) -> dict[str, Any]:
        """委托监护责任确认书."""
        return queries.agreements_of(self.session, self.people, "guardianship")

    @cached_property
    def marks(self) -> dict[str, list[str]]:
        """Tags that hold."""
        return register.tags_of(self.session, self.people, self.on)

    @cached_property
    def services(self) -> dict[str, str]:
        """Care services that run."""
        return queries.services_of(self.session, self.people, self.on)

    @cached_property
    def modes(self) -> dict[str, str]:
        """How the homes were last seen, by visit."""
        return queries.modes_of(self.session, [row.h_last_visit_id for row in self.rows if row.h_last_visit_id])

    @cached_property
    def looks(self) -> dict[str, Any]:
        """Inspections of agreements."""
        return queries.looks_of(self.session, [row.id for row in self.rows])

    def words(self) -> Mapping[str, Mapping[str, str]]:
        """How ledgers are read."""
        return self.kept("words", lambda: forms.field_words(self.session))

    @cached_property
    def _names(self) -> dict[str, str]:
        """The own names of the divisions of these rows and those above them, by code."""
        names: dict[str, str] = self.kept("places", dict)
        codes = {code for row in self.rows if (code := lies(row))}
        wanted = codes.union(code[:9] for code in codes) - names.keys()
        names |= divisions.village_names(self.session, wanted) if wanted else {}
        return names

    def place(self, code: str | None) -> tuple[str, str]:
        """(township, village) of a division, in their own names."""
        code = code or ""
        town = self._names.get(code[:9], "") if len(code) >= 9 else ""
        return town, self._names.get(code, "") if len(code) > 9 else ""

    def policy(self, keys: Sequence[str], area: str) -> Mapping[str, Any]:
        """Policy values."""
        return register.policy(self.session, keys, self.on, area)


def lies(row: Any) -> Any:
    """The division where a row lies: its home's, or its own where it has no home."""
    return row.h_division if hasattr(row, "h_division") else row.division


def _home(one: Slice, row: Any) -> Cells:
    town, village = one.place(lies(row))
    found: Cells = {"town": town, "village": village}
    if hasattr(row, "h_code"):
        found |= {"household": row.h_code or "", "name": row.h_name or "", "group": row.h_group or ""}
    return found


def _person(one: Slice, row: Any) -> Cells:
    age: int | str = age_on(row.p_born_on, one.on) if row.p_born_on else ""
    return _home(one, row) | {
        "name": row.p_name, "sex": SEX.get(row.p_sex, ""), "born": day(row.p_born_on), "age": age,
        "id": row.p_id_number or "", "phone": row.p_phone or "",
    }  # fmt: skip


class _Home:
    """A row's last visit as `register_service` asks for it."""

    def __init__(self, row: Any) -> None:
        self.last_visit_id, self.last_visit_on = row.h_last_visit_id, row.h_last_visit_on


def _seen(row: Any) -> Mapping[str, Any]:
    """The last visit, or the later one that a list told."""
    return register.last_visit(_Home(row), getattr(row, "listed_visit_on", None)) or {}


def _visited(row: Any) -> Cells:
    return {"visited_on": _seen(row).get("on") or "", "source": _seen(row).get("id") or ""}


def _elders(one: Slice, row: Any) -> Cells:
    told = said(row.p_ledger, one.words())
    facts = _tier(one, row)
    chain = sorted(one.contacts.get(row.p_id, ()), key=calling.place)
    urgent = next((each for each in chain if each.kind == "emergency"), None)
    near = next((each for each in chain if each.kind == "village"), None)
    paper = one.support.get(row.p_id)
    children = "；".join(" ".join(filter(None, (c.get("name"), c.get("place")))) for c in row.children)
    return {
        "living": told.get("person.living") or row.living_written or label(LIVING, row.p_living),
        "self_care": told.get("person.self_care") or row.self_care_written or "",
        "children_count": row.children_count if row.children_count is not None else len(row.children) or "",
        "children": children, "illness": told.get("elder.illness", ""), "medicine": told.get("person.medicine", ""),
        "raises": told.get("elder.raises", ""), "difficulties": told.get("person.difficulties", ""),
        "needs": told.get("elder.needs", ""), "tier": elders.TIERS[facts.code],
        "policies": "、".join(TAGS[tag] for tag in one.marks.get(row.p_id, ()) if tag in POLICY_TAGS),
        "signed_on": day(paper.signed_on) if paper else "", "agreed_to": _until(paper),
        "contact": urgent.name if urgent else "", "contact_relation": (urgent.relation or "") if urgent else "",
        "contact_phone": (urgent.phone or "") if urgent else "",
        "verified_on": day(urgent.confirmed_on) if urgent else "", "neighbour": near.name if near else "",
    }  # fmt: skip


def _tier(one: Slice, row: Any) -> Any:
    old = one.policy(("age.old",), row.h_division)["age.old"]
    value = {name: (row.p_ledger.get(name) or {}).get("value") for name in ("person.living", "person.self_care")}
    age = age_on(row.p_born_on, one.on) if row.p_born_on else None
    found = elders.derived(
        age=age, living=value["person.living"] or row.p_living, self_care=value["person.self_care"],
        tags=one.marks.get(row.p_id, []), old_age=old,
    )  # fmt: skip
    return elders.tier(found, row.tier, None)


def _until(paper: Any) -> str:
    return "" if paper is None else "长期" if paper.open_ended and not paper.to_on else day(paper.to_on)


def _children(one: Slice, row: Any) -> Cells:
    told = said(row.p_ledger, one.words())
    paper = one.guardians.get(row.p_id)
    found: Cells = {
        "kind": "、".join(TAGS.get(kind, kind) for kind in row.kinds),
        "support": {"full": "全额", "top_up": "补差"}.get(row.support or "", ""),
        "living": row.living_written or "", "exempt": row.exempt or "", "risk": RISKS.get(row.risk or "", ""),
        "school": told.get("person.school") or row.school_written or "",
    }  # fmt: skip
    for who in ("father", "mother"):
        found |= {
            who: getattr(row, f"{who}_name") or "", f"{who}_id": (getattr(row, f"{who}_number") or ""),
            f"{who}_state": getattr(row, f"{who}_state") or "", f"{who}_since": day(getattr(row, f"{who}_since")),
            f"{who}_back": day(getattr(row, f"{who}_back_on")),
        }  # fmt: skip
    if paper is not None:
        found |= {f"declared_{n}": flag(getattr(paper, f"bar_{n}")) for n in (1, 2, 3, 4)}
    return found | _carer(one, paper)


def _carer(one: Slice, paper: Any) -> Cells:
    if paper is None:
        return {}
    return {
        "carer": paper.carer_name or "", "carer_id": paper.carer_number or "",
        "carer_relation": paper.carer_relation or "", "carer_phone": paper.carer_phone or "",
        "agreed_from": day(paper.from_on), "agreed_to": _until(paper),
    }  # fmt: skip


def _held(one: Slice, row: Any) -> dict[str, Any]:
    """What somebody draws, by programme: the time that runs, else the last one."""
    month = benefits.month_of(one.on)
    rows = one.enrolments.get(row.p_id, ())
    rows = sorted(rows, key=lambda each: (benefits.in_force(each, month), each.from_month))
    return {each.programme: each for each in rows}


def _state(one: Slice, row: Any) -> str:
    return STATES[benefits.state_in(row, benefits.month_of(one.on))]


def _hardship(one: Slice, row: Any) -> Cells:
    able = hardship.able_of(row)
    term = _held(one, row).get("tekun")
    names = {"gets_up": "bed"}
    return {
        "form": hardship.SUPPORT.get(row.support or "", ""), "institution": row.institution or "",
        "wish": hardship.WISH.get(row.wish or "", ""), "asked_on": day(row.asked_on),
        **{names.get(name, name): flag(value, "能", "不能") for name, value in able.items()},
        "grade": hardship.GRADES.get(hardship.grade(able) or "", ""), "assessed_on": day(row.assessed_on),
        "start": term.from_month if term else "", "stop": (term.to_month or "") if term else "",
    } | _carer(one, one.care.get(row.p_id))  # fmt: skip


def _disability(one: Slice, row: Any) -> Cells:
    number = row.number or ""
    runs = {programme: _state(one, each) for programme, each in _held(one, row).items()}
    return {
        "certificate": number,
        "category": certificates.CATEGORIES.get(row.category or 0, row.category_written or ""),
        "level": certificates.GRADES.get(row.grade or 0, row.grade_written or ""), "issued_on": day(row.issued_on),
        "valid_to": "长期" if row.open_ended else day(row.valid_to), "care": flag(row.care_needed),
        "injury_care": flag(row.injury_care), "living_paid": runs.get("disability_living", ""),
        "care_paid": runs.get("disability_care", ""),
        "service": certificates.MODES.get(one.services.get(row.p_id, ""), ""),
    }  # fmt: skip


def _pairing(one: Slice, row: Any) -> Cells:
    mode = one.modes.get(_seen(row).get("id") or "", row.listed_visit_mode or "")
    six = {key: str((row.h_ledger.get(f"household.{key}") or {}).get("value") or "") for key in SIX}
    return {
        "attribute": row.h_attribute or "", "unit": row.unit or "", "cadre": row.cadre,
        "cadre_phone": row.cadre_phone or "", "from": day(row.from_on), "to": day(row.to_on),
        "mode": visits.MODES.get(mode, mode),
        **{key: SIX_STATES.get(six[key], "") for key in SIX},
    }  # fmt: skip


def _contacts(one: Slice, row: Any) -> Cells:
    valid = one.policy(calling.POLICY, row.h_division)["contact.valid_days"]
    return {
        "contact_kind": calling.KINDS.get(row.kind, row.kind), "rank": row.rank, "contact": row.name,
        "contact_relation": row.relation or "", "contact_phone": row.phone or "", "place": row.place or "",
        "supports": flag(calling.owes_support(row.supports, row.relation)), "verified_on": day(row.confirmed_on),
        "by": row.author or "", "result": calling.RESULTS.get(row.result or "", ""),
        "until": day(calling.expires(row.confirmed_on, row.expires_on, valid)),
    }  # fmt: skip


def _agreements(one: Slice, row: Any) -> Cells:
    remind = one.policy(("agreement.remind_days",), row.h_division)["agreement.remind_days"]
    looked = one.looks.get(row.id)
    return {
        "agreement": agreements.KINDS.get(row.kind, row.kind), "number": row.number or "",
        "signed_on": day(row.signed_on), "state": agreements.standing(row, one.on, remind).words,
        "signed": who_signed(agreements.signed_parties(row)), "looked_on": day(looked[0]) if looked else "",
        "result": agreements.RESULTS.get(looked[1], looked[1]) if looked else "",
    } | _carer(one, row)  # fmt: skip


def _enrolments(one: Slice, row: Any) -> Cells:
    return {
        "programme": PROGRAMMES.get(row.programme, row.programme), "certificate": row.certificate,
        "band": row.band or "", "amount": yuan(row.amount_fen), "people": row.people or "", "start": row.from_month,
        "counted": flag(row.counted), "stop": row.to_month or "", "state": _state(one, row),
        "reason": row.stop_reason or "", "account": row.account or "",
    }  # fmt: skip


def _payments(one: Slice, row: Any) -> Cells:
    return {
        "programme": PROGRAMMES.get(row.programme, row.programme), "period": row.period, "amount": yuan(row.amount_fen),
        "people": row.people or "", "paid_on": day(row.paid_on), "ok": "成功" if row.ok else "失败",
        "payee": row.payee or "", "certificate": row.certificate or "",
    }  # fmt: skip


def _visits(one: Slice, row: Any) -> Cells:
    begin, end = row.started_at.astimezone(SHANGHAI), row.finished_at.astimezone(SHANGHAI)
    titles = one.kept("titles", lambda: visits.form_titles(one.session))
    return {
        "on": day(row.on), "begin": f"{begin:%H:%M}", "end": f"{end:%H:%M}", "author": row.author or "",
        "mode": visits.MODES.get(row.mode, row.mode), "met": len(row.met), "issues": row.issues,
        "form": titles.get(row.form_code, row.form_code), "state": visits.STATES.get(row.state, row.state),
        "source": row.id,
    }  # fmt: skip


def _issues(one: Slice, row: Any) -> Cells:
    minor = row.whom_born is not None and is_child(row.whom_born, (), one.on)
    return {
        "on": day(row.at.astimezone(SHANGHAI).date()), "whom": row.whom or "",
        "text": "孩子的事，在儿童台账里看" if minor else row.text,
        "programme": PROGRAMMES.get(row.programme or "", row.programme or ""), "urgent": "是" if row.urgent else "",
        "author": row.author or "", "state": "已办" if row.state == "closed" else "在办",
        "resolution": "" if minor else row.resolution or "", "source": row.visit_id or "",
        "closed_on": day(row.closed_at.astimezone(SHANGHAI).date()) if row.closed_at else "",
    }  # fmt: skip


def _findings(one: Slice, row: Any) -> Cells:
    names = one.kept("rules", findings.rule_names)
    return {
        "rule": row.rule, "rule_name": names.get(row.rule, ""), "severity": SEVERITY.get(row.severity, row.severity),
        "name": row.p_name or row.h_name or "", "found_on": day(row.found_on), "due_on": day(row.due_on),
        "state": "已办结" if row.state == "closed" else "待办", "how": CLOSED.get(row.closed_how or "", ""),
        "reason": row.closed_reason or "",
        "closed_on": day(row.closed_at.astimezone(SHANGHAI).date()) if row.closed_at else "",
    }  # fmt: skip


def _claims(one: Slice, row: Any) -> Cells:
    return {
        "insurer": row.insurer or "", "policy": row.policy or "", "in_on": day(row.in_on), "out_on": day(row.out_on),
        "day_amount": yuan(row.day_fen), "amount": yuan(row.paid_fen), "state": CLAIMS.get(row.state, row.state),
    }  # fmt: skip


def _petty(one: Slice, row: Any) -> Cells:
    beside = row.details or {}
    return {
        "on": day(row.on), "voucher": row.voucher, "kind": row.kind or "", "income": yuan(row.income_fen),
        "outlay": yuan(row.outlay_fen), "balance": yuan(row.balance_fen), "name": row.p_name or "",
        "reason": str(beside.get("reason") or ""), "handlers": str(beside.get("handlers") or ""),
        "approver": str(beside.get("approver") or ""), "method": str(beside.get("method") or ""),
    }  # fmt: skip


def _reports(one: Slice, row: Any) -> Cells:
    said_then = row.report or {}
    found = [cases.SITUATIONS.get(each, each) for each in said_then.get("situations") or [row.situation]]
    return {
        "on": _minute(row.reported_at), "household": row.code or "", "situation": "、".join(found),
        "urgent": flag(row.urgent, "是", ""), "called": "、".join(said_then.get("called") or ()),
        "called_at": str(said_then.get("called_at") or ""), "police_unit": str(said_then.get("police_unit") or ""),
        "police_number": str(said_then.get("police_number") or ""), "author": row.author or "",
        "stage": cases.STAGES.get(row.stage, row.stage), "due": _minute(row.due_at),
        "closed_on": _minute(row.closed_at)[:10],
    }  # fmt: skip


def _notices(one: Slice, row: Any) -> Cells:
    return {
        "programme": hanging.PROGRAMMES.get(row.programme, row.programme), "what": row.text, "from": day(row.from_on),
        "to": day(row.to_on), "handled": hanging.taken_down(row), "by": row.author or "",
    }  # fmt: skip


def _minute(at: datetime | None) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if at else ""


Row = Callable[[Slice, Any], Cells]
ROWS: dict[str, Row] = {
    "elders": _elders, "children": _children, "hardship": _hardship, "disability": _disability, "pairing": _pairing,
    "contacts": _contacts, "agreements": _agreements, "enrolments": _enrolments, "payments": _payments,
    "visits": _visits, "issues": _issues, "findings": _findings, "claims": _claims, "petty": _petty,
    "reports": _reports, "notices": _notices,
}  # fmt: skip


def _certificate(number: str | None) -> str:
    return f"{mask_id((number or '')[:18])}{(number or '')[18:]}"


_ID = ("id", "father_id", "mother_id", "carer_id")
_PHONE = ("phone", "contact_phone", "carer_phone", "cadre_phone")
MASKS: dict[str, Callable[[str | None], str]] = {
    **dict.fromkeys(_ID, mask_id), **dict.fromkeys(_PHONE, mask_phone), "account": mask_bank,
}  # fmt: skip


def masks_of(name: str) -> dict[str, Callable[[str | None], str]]:
    """Which columns of a ledger hold numbers of people, and how each is masked."""
    if name in (CALLS, PETITIONS):
        return MASKS | {"text": mask_words, "answered": mask_words}
    return MASKS | ({"certificate": _certificate} if name == "disability" else {})


@dataclass(frozen=True)
class Line:
    """One row: its key, where it lies, its cells."""

    key: str
    division: str
    cells: Cells


def lines(
    session: Session, actor: Actor, name: str, found: Sequence[str], on: date, wanted: frozenset[str]
) -> Iterator[list[Line]]:
    """The rows of these keys, a slice at a time."""
    source, make = queries.SOURCES[name], ROWS[name]
    known: dict[str, Any] = {}
    for rows in queries.slices(session, name, found):
        one = Slice(session, actor, on, rows, known)
        told = []
        for row in rows:
            cells = _person(one, row) if source.person else _home(one, row)
            if wanted & {"visited_on", "source"} and hasattr(row, "h_last_visit_on"):
                cells |= _visited(row)
            told.append(Line(row.id, lies(row), cells | make(one, row)))
        yield told
        session.expunge_all()


def fees(session: Session, actor: Actor, quarter: str, area: str) -> Iterator[list[Line]]:
    """The quarter's roll of the care allowance, as the room of the destitute works it out."""
    told = []
    for at, one in enumerate(fee_service.roll(session, actor, quarter, area)):
        told.append(Line(f"{one.person_id}:{quarter}:{at}", "", {
            "town": one.place, "household": one.household_code, "name": one.name, "form": one.support,
            "grade": one.grade, "months": one.months, "month_amount": yuan(one.month_fen),
            "amount": yuan(one.amount_fen), "payee": one.payee, "paid": yuan(one.paid_fen), "note": one.why_not,
        }))  # fmt: skip
    yield told


def rolls(session: Session, actor: Actor, month: str, area: str, programme: str) -> Iterator[list[Line]]:
    """What is due for a month and why it differs from the month before, as the room of benefits works it out."""
    for code in [programme] if programme else roll_service.PROGRAMMES:
        lines = roll_service.roll_rows(session, actor, code, month, area)
        while part := list(islice(lines, SLICE)):
            yield [Line(f"{one.id}:{month}", one.division, {
                "place": one.place, "group": one.group, "name": one.name, "programme": PROGRAMMES[code],
                "band": one.tier, "people": one.people, "amount": yuan(one.amount_fen),
                "last": yuan(one.paid_last_fen), "certificate": one.certificate, "start": one.from_month,
                "state": STATES.get(one.state, one.state), "reason": "；".join(one.reasons),
                "note": "；".join(part for part in (one.why_not, one.note) if part),
            }) for one in part]  # fmt: skip
