"""Findings as the office looks at them: the list, one of them, the rules and how often they err, the overview."""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.db import SHANGHAI, utcnow
from app.divisions import service as divisions
from app.errors import BadInput, NotAllowed
from app.findings import frame_queries as frames
from app.findings import list_queries as queries
from app.findings.loading_service import OFF, parameters
from app.findings.office_schemas import (
    ApplicationRow,
    Count,
    CoverageRow,
    EventView,
    FindingCounts,
    FindingPage,
    FindingRow,
    FindingView,
    HomesRate,
    MonthRow,
    Overview,
    RuleView,
    ValueView,
)
from app.findings.rules import PROGRAMMES as PROGRAMME_NAMES
from app.findings.rules import SEVERITIES
from app.findings.rules_care import must_move, rates
from app.findings.rules_list import BY_CODE, RULES
from app.findings.rules_values import source
from app.findings.rules_words import EVENTS, HOW_SHOWN, PROGRAMMES, STATES, fact_words
from app.findings.settling_service import APPLY_FOR, in_reach
from app.households import looking_service
from app.households import register_service as register
from app.households.rules import is_child, mask_name
from app.limits import PAGE
from app.papers import filled_service
from app.papers.schemas import FilledForm
from app.settings import service as settings
from app.settings.rules import DEFAULTS
from models.findings import Application, Finding

SHOWN = {"red": "最急", "orange": "较急", "yellow": "一般", "blue": "提醒"}
TONES = {"red": "alarm", "orange": "due", "yellow": "", "blue": "way"}
MONTHS_SHOWN = 6
_LABELS = {one.key: one for one in DEFAULTS}


def today() -> date:
    """The day in China."""
    return utcnow().astimezone(SHANGHAI).date()


def _allowed(actor: Actor, permission: Permission = Permission.REGISTERS) -> None:
    if not actor.may(permission):
        raise NotAllowed()


def _day(on: date | None) -> str:
    return f"{on.month} 月 {on.day} 日" if on else "—"


def listing(
    session: Session, actor: Actor, *, programme: str = "", rule: str = "", village: str = "", severity: str = "",
    state: str = "open", offset: int = 0,
) -> FindingPage:  # fmt: skip
    """One page of what was found in the actor's area, the gravest first.

    Raises:
        NotAllowed: the role reads no registers.
    """
    _allowed(actor)
    on = today()
    codes = [code for code in queries.codes_of(actor, programme) if rule in ("", code)]
    hidden = looking_service.blind_homes(session, actor)
    narrowed = hidden if rule or programme else ()  # what a home is found by would say what was found there
    where = queries.conditions(session, actor, on, codes=codes, village=village, state=state, but=narrowed)
    known = queries.counts(session, where)
    chosen = {severity: known.get(severity, 0)} if severity in SEVERITIES else known
    rows = queries.page(session, where, chosen, max(0, offset), PAGE)
    total = sum(chosen.values())
    counts = [Count("", "全部", sum(known.values()))] + [
        Count(code, SHOWN[code], known[code]) for code in SEVERITIES if known.get(code)
    ]
    return FindingPage(_rows(session, rows, on, hidden), total, counts, offset + len(rows) < total)


def _rows(session: Session, rows: Sequence[Finding], on: date, hidden: Collection[str] = ()) -> list[FindingRow]:
    who = _Who(session, rows, on)
    return [
        FindingRow(
            row.id, who.name(row), who.place(row), *_shown(row, hidden),
            SEVERITIES[row.severity], *_due(row), _state(row),
        )
        for row in rows if row.rule in BY_CODE
    ]  # fmt: skip


def _shown(row: Finding, hidden: Collection[str]) -> tuple[str, str]:
    """What was found, in words; nothing of a home to which the reader is sent to look anew."""
    if row.household_id in hidden:
        return "由你去抽查", "交了以后才看得到。"
    return BY_CODE[row.rule].name, "，".join(fact_words(row.facts))[:120]


def _due(row: Finding) -> tuple[str, str]:
    """How pressing it is, and by when; nothing presses any more once it is settled."""
    return (TONES[row.severity], _day(row.due_on)) if row.state == "open" else ("", "")


def _state(row: Finding) -> str:
    return HOW_SHOWN.get(row.closed_how or "", STATES["closed"]) if row.state == "closed" else STATES["open"]


class _Who:
    """Names and places of whom findings are about, asked for at once; a child's name is masked."""

    def __init__(self, session: Session, rows: Sequence[Finding], on: date) -> None:
        self.on = on
        self.people = queries.people(session, rows)
        self.marks = register.tags_of(session, list(self.people), on)
        self.homes = queries.homes(session, rows)
        self.officials = queries.officials(session, rows)
        self.places = divisions.places(session, {row.division for row in rows if row.division})

    def name(self, row: Finding) -> str:
        """Whom or what a finding is about."""
        if row.person_id in self.people:
            name, born = self.people[row.person_id]
            return mask_name(name) if is_child(born, self.marks.get(row.person_id, ()), self.on) else name
        if row.subject_kind == "household" and row.household_id in self.homes:
            return f"{self.homes[row.household_id][0]}家"
        if row.subject_kind == "official" and row.subject_id in self.officials:
            return self.officials[row.subject_id][0]
        return self.place(row)

    def place(self, row: Finding) -> str:
        """Where."""
        return self.places.get(row.division, "")


def one(session: Session, actor: Actor, finding_id: str) -> FindingView:
    """One finding.

    Raises:
        NotFound: there is none in the actor's scope and programmes.
        NotAllowed: another programme's, or `blind`.
    """
    _allowed(actor)
    row = in_reach(session, actor, finding_id)
    rule = BY_CODE.get(row.rule)
    if rule is None:
        raise NotAllowed()
    if row.household_id:
        looking_service.require_sight(session, actor, row.household_id)
    who = _Who(session, [row], today())
    application = queries.application_of(session, row.id)
    applied = f"{PROGRAMME_NAMES[application.programme]}，{_moment(application.created_at)}开始" if application else ""
    closed = "" if row.state == "open" else f"{_state(row)}，{_moment(row.closed_at)}。{row.closed_reason or ''}"
    tone, due = _due(row)
    return FindingView(
        id=row.id, who=who.name(row), place=who.place(row), name=rule.name, facts=fact_words(row.facts),
        what=rule.what, why=rule.why, basis=rule.basis, todo=rule.todo, severity=SHOWN[row.severity],
        tone=tone, due=due, state=_state(row), open=row.state == "open", closed=closed,
        found=_day(row.found_on), times=row.times, household_id=row.household_id or "",
        may_apply=row.state == "open" and row.rule in APPLY_FOR and application is None, applied=applied,
        filled=_filled(session, actor, application),
        events=[
            EventView(event.id, EVENTS.get(event.what, event.what), _moment(event.at), name or "系统", event.text or "")
            for event, name in queries.events(session, row.id)
        ],
    )  # fmt: skip


def _filled(session: Session, actor: Actor, application: Application | None) -> FilledForm:
    """What the form of a begun application says by now."""
    if application is None:
        return FilledForm()
    found = filled_service.filled(
        session, actor, application.programme, application.household_id, application.person_id, today()
    )
    return found or FilledForm()


def _moment(at: Any) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d}" if at else ""


def rules_view(session: Session, actor: Actor) -> list[RuleView]:
    """Every rule: its words, whether it is used, its values, and how often it was a false alarm.

    Raises:
        NotAllowed: the role sets no parameters.
    """
    _allowed(actor, Permission.SETTINGS)
    on = today()
    off = parameters(session, on)["off"]
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for rule, state, how, number in queries.outcomes(session):
        counted[rule]["open" if state == "open" else how or ""] += number
    known = settings.values(session, sorted({key for rule in RULES for key in _keys(rule.params)}), on)
    return [_rule_view(rule, rule.code not in off, counted[rule.code], known, on) for rule in RULES]


def _keys(params: Sequence[str]) -> list[str]:
    return [key for name in params for key in source(name).keys]


def _rule_view(rule: Any, used: bool, counted: Counter[str], known: dict[str, Any], on: date) -> RuleView:
    settled = counted["corrected"] + counted["in_order"] + counted["false_alarm"]
    rate = f"误报 {round(100 * counted['false_alarm'] / settled)}%" if settled else "还没有人办过"
    values = [
        ValueView(key, _LABELS[key].label, _said(known[key]), _LABELS[key].from_on.isoformat(), _LABELS[key].source)
        for key in dict.fromkeys(_keys(rule.params)) if key in _LABELS
    ]  # fmt: skip
    return RuleView(
        rule.code, rule.name, PROGRAMMES[rule.programme], rule.what, rule.why, rule.basis, rule.todo,
        SEVERITIES[rule.severity], TONES[rule.severity], used, counted["open"], settled, counted["false_alarm"], rate,
        values,
    )  # fmt: skip


def _said(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def switch(session: Session, actor: Actor, code: str, on: bool) -> None:
    """Use a rule from today on, or leave it; what it had found closes with the next comparison.

    Raises:
        NotAllowed: the role sets no parameters.
        BadInput: there is no such rule.
    """
    _allowed(actor, Permission.SETTINGS)
    if code not in BY_CODE:
        raise BadInput("没有这条规则。")
    off = set(parameters(session, today())["off"])
    off = off - {code} if on else off | {code}
    settings.set_value(session, actor, OFF, sorted(off), today(), source="县里决定")


def overview(session: Session, actor: Actor, area: str = "") -> Overview:
    """Who needs looking at, by place and programme; who holds each programme and who seems to lack it; by month.

    Args:
        area: a township, to see its villages; what is counted for the county alone is left out then.

    Raises:
        NotAllowed: the role has no overview.
    """
    _allowed(actor, Permission.OVERVIEW)
    on = today()
    codes = queries.codes_of(actor)
    open_now = queries.conditions(session, actor, on, codes=codes, village=area)
    ever = queries.conditions(session, actor, on, codes=codes, village=area, state="")
    last, rules = queries.last_run(session), queries.by_rule(session, open_now)
    whole = not area
    digits = 9 if whole and any(len(code) < 9 for code in actor.divisions) else 12
    return Overview(
        places=_places(session, open_now, digits), programmes=_programmes(rules),
        coverage=_coverage(session, actor, on, rules) if whole else [],
        rates=_rates(session, actor, on) if whole else [], months=_months(session, ever, on),
        last=_moment(last.at) if last else "", area=area, where=divisions.place(session, area) if area else "",
    )  # fmt: skip


def _places(session: Session, where: Any, digits: int) -> list[FindingCounts]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for code, severity, number in queries.by_place(session, where, digits):
        if len(code) == digits:
            found[code][severity] += number
    names = divisions.places(session, found)
    return [_counts(code, names[code], one) for code, one in sorted(found.items())]


def _programmes(rules: Sequence[tuple[str, str, int]]) -> list[FindingCounts]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for code, severity, number in rules:
        if code in BY_CODE:
            found[BY_CODE[code].programme][severity] += number
    return [_counts(code, words, found[code]) for code, words in PROGRAMMES.items() if found[code].total()]


def _counts(code: str, name: str, one: Counter[str]) -> FindingCounts:
    return FindingCounts(code, name, one["red"], one["orange"], one["yellow"])


def _coverage(
    session: Session, actor: Actor, on: date, rules: Sequence[tuple[str, str, int]]
) -> list[CoverageRow]:
    gaps: Counter[str] = Counter()
    for rule, _, number in rules:
        if rule in APPLY_FOR:
            gaps[APPLY_FOR[rule]] += number
    held = queries.held(session, actor, on)
    rows = []
    for code in ("dibao", "tekun", "old_allowance", "disability_living", "disability_care", "orphan", "unsupported"):
        have, miss = held.get(code, 0), gaps.get(code, 0)
        share = f"{math.floor(1000 * have / (have + miss)) / 10:g}%" if have + miss else "—"
        rows.append(CoverageRow(code, PROGRAMME_NAMES[code], have, miss, share))
    return rows


def _rates(session: Session, actor: Actor, on: date) -> list[HomesRate]:
    """By the same reading as R38, for the county and each township within the actor's area."""
    reader = frames.Reader(session, on, None)
    people = frames.destitute_frame(reader, frames.enrolments_frame(reader))
    people = people.filter(people["active"])
    share = parameters(session, on)["R38_min_rate"]
    mine = tuple(actor.divisions)
    found = [row for length in (6, 9) for row in rates(people, length).iter_rows(named=True)
             if row["area"].startswith(mine) and mine]  # fmt: skip
    places = divisions.places(session, {row["area"] for row in found})
    return [
        HomesRate(row["area"], places[row["area"]], row["weak"], row["in_homes"],
                  f"{math.floor(1000 * row['in_homes'] / row['weak']) / 10:g}%",
                  must_move(row["weak"], row["in_homes"], share))
        for row in found
    ]  # fmt: skip


def _months(session: Session, where: Any, on: date) -> list[MonthRow]:
    found: Counter[str] = Counter()
    for day, number in queries.found_by_day(session, where):
        found[f"{day:%Y-%m}"] += number
    settled = Counter(f"{at.astimezone(SHANGHAI):%Y-%m}" for at in queries.closed_moments(session, where))
    names = []
    year, month = on.year, on.month
    for _ in range(MONTHS_SHOWN):
        names.append(f"{year}-{month:02}")
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return [
        MonthRow(name, found[name], settled[name],
                 sum(n for at, n in found.items() if at <= name) - sum(n for at, n in settled.items() if at <= name))
        for name in names
    ]  # fmt: skip


def applications(session: Session, actor: Actor) -> list[ApplicationRow]:
    """Applications that were begun, the newest first."""
    _allowed(actor)
    on = today()
    rows = queries.applications(session, actor, on, PAGE)
    places = divisions.places(session, {row.division for row, _ in rows})
    people = queries.people(session, [row for row, _ in rows])  # type: ignore[misc]
    marks = register.tags_of(session, list(people), on)
    homes = queries.homes(session, [row for row, _ in rows])  # type: ignore[misc]
    made = []
    for row, by in rows:
        name, born = people.get(row.person_id or "", (None, None))
        if name is None:
            name = f"{homes[row.household_id][0]}家"
        elif is_child(born, marks.get(row.person_id or "", ()), on):
            name = mask_name(name)
        made.append(ApplicationRow(row.id, row.finding_id or "", name, places[row.division],
                                   PROGRAMME_NAMES[row.programme], _moment(row.created_at), by or "系统"))  # fmt: skip
    return made
