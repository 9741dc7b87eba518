"""What the list of paired officials brings: who they are, and which household each is responsible for."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from app.facts import CHUNK, Kind
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
    keys, found = sorted(official_ids), {}
    for start in range(0, len(keys), CHUNK):
        query = select(col(Official.id), col(Official.name)).where(col(Official.id).in_(keys[start : start + CHUNK]))
        found.update({key: name for key, name in session.execute(query)})
    return found
