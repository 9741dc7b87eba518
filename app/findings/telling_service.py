"""Findings told outside: subjects and people by number, names and telephones, in the words of the county."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from app.findings.loading_service import load, switched_on
from app.findings.rules import HOUSEHOLD, OFFICIAL, PERSON, RECORD, SEVERITIES, Hit, Rule, run_everywhere
from app.households.register_service import chunks
from models.agreements import Agreement
from models.households import Household, Person
from models.pairing import Official


def found_on(session: Session, as_of: date) -> list[tuple[Rule, Hit]]:
    """All that the rules in use find in the whole county on a day."""
    frames = load(session, as_of)
    return run_everywhere(switched_on(dict(frames.params)), frames)


def listed(session: Session, as_of: date) -> list[dict[str, Any]]:
    """`ruhutong findings`: `{rule, severity, kind, subject, facts}`, by rule and subject."""
    hits = found_on(session, as_of)
    names = _Names(session, hits)
    told = [
        {
            "rule": rule.code, "severity": SEVERITIES[rule.severity_of(hit)], "kind": hit.kind,
            "subject": names.subject(hit), "facts": {word: names.fact(one) for word, one in hit.facts.items()},
        }
        for rule, hit in hits
    ]  # fmt: skip
    return sorted(told, key=lambda one: (one["rule"], one["kind"], one["subject"], str(one["facts"])))


class _Names:
    """Numbers, codes and telephones of all that is named in findings, asked for at once."""

    def __init__(self, session: Session, hits: Iterable[tuple[Rule, Hit]]) -> None:
        wanted: dict[str, set[str]] = {PERSON: set(), HOUSEHOLD: set(), OFFICIAL: set(), "agreement": set()}
        for _, hit in hits:
            if hit.about in wanted:
                wanted[hit.about].add(hit.subject)
            if hit.about == RECORD and hit.household:
                wanted[HOUSEHOLD].add(hit.household)
            for one in hit.facts.values():
                if isinstance(one, dict):
                    for kind, named in one.items():
                        wanted["agreement" if kind == "agreement" else PERSON].update(
                            named if isinstance(named, list) else [named]
                        )
        self.people = _rows(session, wanted[PERSON], Person.id, Person.id_number, Person.name)
        self.homes = _rows(session, wanted[HOUSEHOLD], Household.id, Household.code, Household.name)
        self.officials = _rows(session, wanted[OFFICIAL], Official.id, Official.phone, Official.name)
        self.carers = _rows(session, wanted["agreement"], Agreement.id, Agreement.carer_number, Agreement.carer_name)

    def subject(self, hit: Hit) -> str:
        """An ID number, a household code, a division's code, an official's telephone; a record's own id."""
        known = {PERSON: self.people, HOUSEHOLD: self.homes, OFFICIAL: self.officials}.get(hit.about)
        if known is None:
            return hit.subject
        number, name = known.get(hit.subject, (None, None))
        return number or name or hit.subject

    def fact(self, one: Any) -> Any:
        """A fact with the people it points to named."""
        if not isinstance(one, dict):
            return one
        kind, named = next(iter(one.items()))
        if kind == "people":
            return sorted(self.people[person][1] for person in named)
        number, name = (self.carers if kind == "agreement" else self.people).get(named, (None, None))
        return number or name


def _rows(session: Session, ids: set[str], key: Any, *columns: Any) -> dict[str, tuple[Any, Any]]:
    found: dict[str, tuple[Any, Any]] = {}
    for part in chunks(sorted(ids)):
        rows = session.execute(select(key, *columns).where(key.in_(part)))
        found.update({row[0]: (row[1], row[2]) for row in rows})
    return found
