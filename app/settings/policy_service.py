"""口径: every amount, age, frequency and deadline with its days and sources; what would change, and changing it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.db import SHANGHAI, utcnow
from app.divisions import service as divisions
from app.errors import BadInput, NotAllowed, NotFound
from app.settings import rules_values, service
from app.settings.rules import POLICY, shipped
from models.accounts import User
from models.settings import Parameter

WHOLE_COUNTY = "全县"


@dataclass(frozen=True)
class PolicyRow:
    """A value in the list: what holds today, since when, by which document, what comes, and where it differs."""

    key: str
    label: str
    value: str
    since: str
    source: str
    coming: str
    elsewhere: str


@dataclass(frozen=True)
class PolicyTopic:
    """The values of one programme."""

    code: str
    title: str
    rows: list[PolicyRow] = field(default_factory=list)


@dataclass(frozen=True)
class PastView:
    """One value of the history."""

    value: str
    place: str
    days: str
    source: str
    who: str
    now: bool


@dataclass(frozen=True)
class EntryView:
    """One named part of a map, as its field shows it."""

    name: str
    words: str
    text: str


@dataclass(frozen=True)
class PolicyView:
    """One value with its history, and its fields."""

    key: str
    label: str
    kind: str
    unit: str
    value: str
    text: str
    parts: list[EntryView] = field(default_factory=list)
    history: list[PastView] = field(default_factory=list)


@dataclass(frozen=True)
class Preview:
    """What a change would do, before it is made."""

    before: str
    after: str
    place: str
    days: str
    warnings: list[str] = field(default_factory=list)


def today() -> date:
    """The day in China."""
    return utcnow().astimezone(SHANGHAI).date()


def _allowed(actor: Actor) -> None:
    if not actor.may(Permission.SETTINGS):
        raise NotAllowed()


def plain(source: str) -> str:
    """The source in words: [D] was chosen in design, [K] is known but not read at its origin."""
    return source.replace("[D]", "（暂定，请县里确认）").replace("[K]", "（请县里核对）")


def _rows(session: Session, keys: set[str] | None = None) -> dict[str, list[Parameter]]:
    query = select(Parameter).order_by(Parameter.key, Parameter.area, Parameter.from_on)  # type: ignore[arg-type]
    if keys is not None:
        query = query.where(Parameter.key.in_(sorted(keys)))  # type: ignore[attr-defined]
    found: dict[str, list[Parameter]] = {}
    for row in session.scalars(query):
        found.setdefault(row.key, []).append(row)
    return found


def topics(session: Session, actor: Actor, text: str = "", topic: str = "") -> list[PolicyTopic]:
    """The values that hold today, by programme; narrowed to a topic or to words of their labels."""
    _allowed(actor)
    on, said = today(), text.strip()
    kept = _rows(session)
    names = {one.code: one.name for one in divisions.all_of(session)}
    found: dict[str, list[PolicyRow]] = {code: [] for code in rules_values.TOPICS}
    for key in dict.fromkeys(one.key for one in POLICY):
        row = _row(key, kept.get(key, []), on, names)
        code = rules_values.topic_of(key)
        if (not topic or topic == code) and (not said or said in row.label or said in key):
            found[code].append(row)
    return [PolicyTopic(code, rules_values.TOPICS[code], rows) for code, rows in found.items() if rows]


def _holds(row: Parameter, on: date) -> bool:
    return row.from_on <= on and (row.to_on is None or row.to_on >= on)


def _row(key: str, kept: list[Parameter], on: date, names: Mapping[str, str]) -> PolicyRow:
    default = shipped(key, on)
    now = next((row for row in reversed(kept) if not row.area and _holds(row, on)), None)
    value, since = (now.value["value"], now.from_on) if now else (default.value, default.from_on)
    coming = [
        f"{row.from_on} 起 {rules_values.told(key, row.value['value'])}{_at(row.area, names)}"
        for row in kept if row.from_on > on
    ]  # fmt: skip
    coming += [
        f"{one.from_on} 起 {rules_values.told(key, one.value)}" for one in POLICY if one.key == key and one.from_on > on
    ]
    elsewhere = [
        f"{names.get(row.area, row.area)} {rules_values.told(key, row.value['value'])}"
        for row in kept if row.area and _holds(row, on)
    ]  # fmt: skip
    return PolicyRow(
        key, default.label, rules_values.told(key, value), since.isoformat(),
        plain((now.source if now else "") or default.source), "；".join(coming), "；".join(elsewhere),
    )  # fmt: skip


def _at(area: str, names: Mapping[str, str]) -> str:
    return f"（{names.get(area, area)}）" if area else ""


def _known(key: str) -> Any:
    if key not in {one.key for one in POLICY}:
        raise NotFound("没有这个口径。")
    return shipped(key, today())


def one(session: Session, actor: Actor, key: str) -> PolicyView:
    """One value with its history: what shipped, and what the county and its townships set.

    Raises:
        NotFound: there is no such key.
    """
    _allowed(actor)
    default, on = _known(key), today()
    kept = _rows(session, {key}).get(key, [])
    names = {place.code: place.name for place in divisions.all_of(session)}
    people = {row.updated_by for row in kept if row.updated_by}
    who = dict(session.execute(select(User.id, User.name).where(User.id.in_(people))).all())  # type: ignore[call-overload, attr-defined, arg-type]
    value = service.value(session, key, on)
    kind = rules_values.kind_of(key, default.value)
    own = any(not row.area and _holds(row, on) for row in kept)
    history = [
        PastView(rules_values.told(key, row.value["value"]), names.get(row.area, WHOLE_COUNTY),
                 f"{row.from_on} 到 {row.to_on or '现在'}", plain(row.source), who.get(row.updated_by or "", ""),
                 _holds(row, on))
        for row in sorted(kept, key=lambda row: row.from_on, reverse=True)
    ]  # fmt: skip
    history += [
        PastView(rules_values.told(key, past.value), WHOLE_COUNTY, f"{past.from_on} 起（随系统带来）",
                 plain(past.source), "", not own and past == default)
        for past in sorted((past for past in POLICY if past.key == key), key=lambda past: past.from_on, reverse=True)
    ]  # fmt: skip
    parts = value.items() if kind == "map" else ()
    entries = [
        EntryView(name, rules_values.NAMES.get(name, name), rules_values.field_text(key, part)) for name, part in parts
    ]
    unit = {"money": "元", "share": "%"}.get(_part_kind(key, default.value), "")
    return PolicyView(key, default.label, kind, unit, rules_values.told(key, value),
                      rules_values.field_text(key, value), entries, history)  # fmt: skip


def _part_kind(key: str, value: Any) -> str:
    part = next(iter(value.values())) if isinstance(value, dict) and value else value
    return rules_values.kind_of(key, part)


def _read(key: str, given: Mapping[str, str]) -> Any:
    default = _known(key)
    try:
        return rules_values.read(key, default.value, given, may_be_nothing="0：" in default.label)
    except ValueError as error:
        raise BadInput(str(error), code="bad_value") from error


def _place(session: Session, area: str) -> str:
    if not area:
        return WHOLE_COUNTY
    if len(area) not in (6, 9):
        raise BadInput("口径只能全县用，或一个乡镇单独用。", code="bad_area")
    return divisions.get(session, area).name


def preview(
    session: Session, actor: Actor, key: str, given: Mapping[str, str], from_on: date, area: str
) -> Preview:
    """What a change would do: what holds until then and from then on, and what deserves a second look.

    Raises:
        BadInput: the value is none of this kind.
    """
    _allowed(actor)
    new, place = _read(key, given), _place(session, area)
    before = service.value(session, key, from_on, area)
    later = [row for row in _rows(session, {key}).get(key, []) if row.area == area and row.from_on > from_on]
    days = f"{from_on} 起，到 {min(row.from_on for row in later)} 前" if later else f"{from_on} 起"
    found = []
    if new == before:
        found.append("和现在一样，改了也不会变。")
    if from_on < today():
        found.append("从过去的日子起改，已经算过的会按新的重算；已经发了的钱不变。")
    if isinstance(new, int | float) and isinstance(before, int | float) and before and not 0.5 <= new / before <= 2:
        found.append("比原来多了一倍以上，或少了一半以上，请再看一眼。")
    return Preview(rules_values.told(key, before), rules_values.told(key, new), place, days, found)


def change(
    session: Session, actor: Actor, key: str, given: Mapping[str, str], from_on: date, area: str, source: str
) -> None:
    """Let a value hold from a day on, for the county or one township, by a document.

    Raises:
        BadInput: no document, or the value is none of this kind.
    """
    _allowed(actor)
    new = _read(key, given)
    _place(session, area)
    if len(source.strip()) < 2:
        raise BadInput("写一下依据：哪份文件，或谁定的。", code="source_missing")
    service.set_value(session, actor, key, new, from_on, area=area, source=source.strip()[:200])
