"""How the two allowances of holders stand: what the rules say beside what the lists pay."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlmodel import Session

from app.disability import queries, rules
from app.disability.rules import Claim, Holder, Policy
from app.settings import service as settings
from models.disability import DisabilityCertificate

KEYS = (*rules.POLICY_KEYS, "disability.remind_days")


def policies(session: Session, divisions: Iterable[str], on: date) -> dict[str, dict[str, Any]]:
    """The parameters of each of these places: `{division: {policy, remind_days}}`."""
    found = {}
    for area in set(divisions):
        one = settings.values(session, KEYS, on, area)
        found[area] = {"policy": Policy.of(one), "remind_days": one["disability.remind_days"]}
    return found


def claims(
    session: Session, holders: Mapping[str, Mapping[str, Any]], on: date, policy: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Claim]]:
    """Both allowances of each holder.

    Args:
        holders: person → `{row, attribute, died_on, division}`.
        policy: as `policies` gives it.
    """
    people = list(holders)
    drawn = queries.drawn(session, people, on.isoformat()[:7])
    topped = queries.topped_up(session, people)
    return {
        person: rules.claims(
            _holder(one, {row.programme for row in drawn.get(person, ())}, person not in topped, on),
            policy[one["division"]]["policy"],
        )
        for person, one in holders.items()
    }


def _holder(one: Mapping[str, Any], programmes: set[str], fully: bool, on: date) -> Holder:
    row: DisabilityCertificate = one["row"]
    ended = row.valid_to is not None and row.valid_to < on and not row.open_ended
    return Holder(
        row.category, row.grade, valid=not ended, programmes=frozenset(programmes), attribute=one["attribute"] or "",
        care_needed=row.care_needed, injury_care=row.injury_care, kinds=rules.kinds_of(row.details.get("kinds")),
        fully=fully, alive=one["died_on"] is None,
    )  # fmt: skip
