"""What the list of paired officials brings: who they are, and which household each is responsible for."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from sqlmodel import Session, col, select

from app.among import among
from app.divisions import service as divisions
from app.facts import CHUNK, Kind
from app.pairing import queries
from models.households import Household
from models.pairing import Official, PairedHome

OFFICIAL = Kind(
    "official",
    Official,
    key=("phone_index", "name"),
    by="name",
    indexes={"phone_index": ("phone", "person.phone")},
    used=((PairedHome, "official_id", "条结对"),),
    words={"name": "责任人", "unit": "帮扶单位", "phone": "责任人电话"},
)
"""Whether an official has an account (`user_id`) the office says: a name in a list is no proof."""
PAIRED_HOME = Kind(
    "paired_home",
    PairedHome,
    key=("household_id", "official_id", "from_on"),
    by="household_id",
    feed="pairing",
    words={
        "from_on": "结对开始",
        "to_on": "结对结束",
        "listed_visit_on": "最近走访日期",
        "listed_visit_mode": "走访方式",
    },
)
KINDS = (OFFICIAL, PAIRED_HOME)


def names(session: Session, official_ids: Iterable[str]) -> dict[str, str]:
    """What officials are called, by id."""
    found: dict[str, str] = {}
    for part in _parts(sorted(official_ids)):
        query = select(col(Official.id), col(Official.name)).where(col(Official.id).in_(part))
        found.update({key: name for key, name in session.execute(query)})
    return found


class LeftOut(NamedTuple):
    """A home that is paired, with whom and since when, in words."""

    code: str
    name: str
    village: str
    officials: str
    since: str


def left_out(session: Session, named: Iterable[str], codes: Collection[str], on: date) -> list[LeftOut]:
    """The paired homes of the villages in which these homes lie, without them, village by village.

    Args:
        named: ids of homes.
        codes: of more homes that are not to be told.
    """
    keys = set(named)
    villages = {
        place for part in _parts(sorted(keys))
        for place in session.scalars(select(Household.division).where(among(Household.id, part)).distinct())
    }  # fmt: skip
    found: dict[tuple[str, str, str, str], list[tuple[date | None, str]]] = defaultdict(list)
    for part in _parts(sorted(villages)):
        query = (
            select(Household.division, Household.code, Household.name, Household.id, PairedHome.from_on, Official.name)
            .join(PairedHome, col(PairedHome.household_id) == Household.id)
            .join(Official, col(Official.id) == PairedHome.official_id)
            .where(among(Household.division, part), col(Household.removed_at).is_(None), queries.holds(on))
            .order_by(Household.division, Household.code, PairedHome.from_on, Official.id)  # type: ignore[arg-type]
        )
        for division, code, name, key, since, official in session.execute(query):
            if key not in keys and code not in codes:
                found[division, code, name, key].append((since, official))
    names = divisions.village_names(session, {division for division, *_ in found})
    return [
        LeftOut(code, name, names.get(division, ""), "、".join(dict.fromkeys(official for _, official in terms)),
                min((since.isoformat() for since, _ in terms if since), default=""))
        for (division, code, name, _), terms in found.items()
    ]  # fmt: skip


def _parts(keys: list[str]) -> Iterable[list[str]]:
    return (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))
