"""What phones are told of the elders' register, and when a row of it changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from app.elders import rules
from app.elders.rules import Tier
from app.households import register_service as register
from app.households.register_service import Standing
from app.households.rules import age_on
from app.sync.schemas import Rendered
from app.visits.rules import told_in
from models.elders import Elder


@dataclass(frozen=True)
class Facts:
    """What follows from a row, its person and the policy of the day."""

    age: int | None
    living: str | None
    self_care: str | None
    derived: Tier
    tier: Tier
    band: str
    every_days: int


def facts_of(session: Session, one: Standing, marks: Sequence[str], on: date) -> Facts:
    """Tier, band and rhythm of an elder on a day."""
    values = register.policy(session, rules.POLICY, on, one.home.division)
    said = told_in("elder", one.person.ledger).values
    living, self_care = said.get("living") or one.person.living, said.get("self_care")
    age = age_on(one.person.born_on, on) if one.person.born_on else None
    found = rules.derived(age=age, living=living, self_care=self_care, tags=marks, old_age=values["age.old"])
    tier = rules.tier(found, one.row.tier, one.row.details.get("tier_set"))
    band = rules.band(age, [values[key] for key in rules.BAND_KEYS])
    return Facts(age, living, self_care, found, tier, band, values[rules.TIER_DAYS[tier.code]])


def pull_elders(session: Session, ids: Sequence[str]) -> dict[str, Rendered]:
    """Elders of the register by id; who left it is gone."""
    rows, on = register.rows_by_id(session, Elder, ids), register.today()
    marks = register.tags_of(session, [one.person.id for one in rows], on)
    return {
        one.row.id: Rendered(
            one.row.version, _elder(one, facts_of(session, one, marks.get(one.person.id, []), on)), one.home.division,
            one.home.id,
        )
        for one in rows
    }  # fmt: skip


def _elder(one: Standing, facts: Facts) -> dict[str, Any]:
    row, told = one.row, told_in("elder", one.person.ledger)
    return {
        "person_id": one.person.id, "household_id": one.home.id,
        "last_visit": register.last_visit(one.home, row.listed_visit_on),
        "source_visit_id": told.visit_id or one.home.last_visit_id,
        "tier": facts.tier.code, "tier_name": rules.TIERS[facts.tier.code], "tier_why": facts.tier.why,
        "tier_derived": facts.derived.code, "every_days": facts.every_days, "age": facts.age, "band": facts.band,
        "tier_written": row.tier_written, "living_written": row.living_written,
        "self_care_written": row.self_care_written, "listed_visit_mode": row.listed_visit_mode,
        "children_count": row.children_count, "children": [_of_child(child) for child in row.children],
        "ledger": told.values, "version": row.version,
    }  # fmt: skip


def _of_child(child: Mapping[str, Any]) -> dict[str, Any]:
    """A son or daughter as the phone is told: never a number but the telephone's."""
    told = ("name", "relation", "place", "since", "phone", "returns", "able")
    return {name: child.get(name) for name in told if child.get(name) not in (None, "")}


PULL_TYPES = {"elder": pull_elders}
