"""Which of several sayings about one field stands, and what visits tell a register. Pure: days are parameters."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from app.forms.ledger_schemas import shown_in

Claim = Mapping[str, Any]


def settle(known: Claim | None, claim: Claim, base: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Which saying about a field stands once another is heard; the order of hearing does not matter.

    The latest finding stands. A different saying of somebody else stays beside it, contested, unless the later one
    could know of it: it was in the register (`known`) before the later author came to the home (`base`).

    Args:
        known: the ledger's entry: `{value, at, by, visit, known, others}`.
        claim: the new saying: `{value, at, by, visit, known}`; moments as ISO text in UTC, all of one length.
        base: up to when the author of the claim could know the register.

    Returns:
        The entry from now on, and the sayings that contradict it.
    """
    if known is None:
        return dict(claim), []
    if known["by"] == claim["by"] and not known.get("others"):
        return (dict(known) if _order(known) >= _order(claim) else dict(claim)), []
    heard = [known, *(known.get("others") or ())]
    before = [{key: one.get(key) for key in ("value", "at", "by", "visit", "known")} for one in heard]
    if any(one["by"] == claim["by"] and _order(one) >= _order(claim) for one in before):
        return _entry(before)
    others = [one for one in before if one["by"] != claim["by"] and not _superseded(one, claim, base)]
    return _entry([*others, dict(claim)])


def _order(claim: Claim) -> tuple[str, str]:
    return str(claim["at"]), str(claim["visit"] or "")


def _superseded(one: Claim, by: Claim, base: str) -> bool:
    return (one["known"] or one["at"]) <= base and _order(one) < _order(by)


def without(known: Claim, gone: Set[str], found: Claim | None) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """Which saying stands once some visits do not count any more; None where nobody says anything.

    Args:
        known: the ledger's entry, as in `settle`.
        gone: ids of the visits that do not count.
        found: the latest saying of a visit that counts, if there is one.
    """
    heard = [
        {key: one.get(key) for key in ("value", "at", "by", "visit", "known")} for one in known.get("others") or ()
    ]
    kept = [one for one in heard if one["visit"] not in gone]
    if found is not None and all(one["visit"] != found["visit"] for one in kept):
        kept = [*(one for one in kept if one["by"] != found["by"]), dict(found)]
    return _entry(kept) if kept else (None, [])


def _entry(claims: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    current = max(claims, key=_order)
    others = sorted((one for one in claims if one is not current), key=lambda one: (_order(one), one["by"]))
    contested = [one for one in others if one["value"] != current["value"]]
    return current | ({"others": others} if others else {}), contested


def active(family: Mapping[str, str | None]) -> str:
    """Which of a visit and its corrections counts: the latest one that nothing corrects (ids are in order of time).

    Args:
        family: visit id → id of the visit that it corrects.
    """
    corrected = set(family.values())
    return max((one for one in family if one not in corrected), default=max(family))


def summary_of(found: Mapping[tuple[str, str | None], str]) -> str | None:
    """A visit's findings in a few words, for the home's page."""
    return "；".join(dict.fromkeys(words for words in found.values() if words))[:300] or None


@dataclass(frozen=True)
class Told:
    """What visits have told of one row of a register: values by plain name, and the latest visit that told any."""

    values: dict[str, Any]
    visit_id: str | None
    at: str | None


def told_in(register: str, ledger: Mapping[str, Any]) -> Told:
    """The fields of a ledger that a register shows, and the visit that its row names as its source.

    Args:
        register: elder, child, hardship, disability or pairing.
        ledger: `person.ledger`, of the pairing register `household.ledger`.
    """
    found = {plain: ledger[name] for plain, name in shown_in(register).items() if name in ledger}
    latest = max((one for one in found.values() if one.get("visit")), key=_order, default=None)
    values = {plain: one["value"] for plain, one in found.items()}
    return Told(values, latest["visit"] if latest else None, latest["at"] if latest else None)
