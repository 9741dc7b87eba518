"""Looking for the questions that a picture raises: gathers what the rules need, and asks them.

Runs in the worker after a picture was processed, outside any unit of work; what it finds is written by
`service.put_questions`. Nothing here decides anything about anybody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from app.db import SHANGHAI
from app.photos import service as photos
from app.reviews import queries, rules
from app.reviews.duplicates import HashIndex
from app.settings import service as parameters
from models.households import Household
from models.photos import Photo
from models.visits import Visit, VisitPhoto


@dataclass(frozen=True)
class Gathered:
    """What was found about a picture: the reviews that were looked at, and the questions, one of a kind each."""

    sha256: str
    review_ids: tuple[str, ...]
    asked: tuple[rules.Asked, ...]


def limits(session: Session, now: datetime) -> rules.Limits:
    """From where on this county asks."""
    found = parameters.values(
        session, ("exif_hours", "far_from_home_m", "phone_clock_minutes"), now.astimezone(SHANGHAI).date()
    )
    return rules.Limits(
        time=timedelta(hours=found["exif_hours"]),
        clock=timedelta(minutes=found["phone_clock_minutes"]),
        metres=float(found["far_from_home_m"]),
    )


def gather(session: Session, sha256: str, index: HashIndex, now: datetime) -> Gathered:
    """Everything to ask about a picture that is processed (or cannot be)."""
    photo = session.get(Photo, sha256)
    if photo is None or photo.state == "held":
        return Gathered(sha256, (), ())
    bounds = limits(session, now)
    mine = queries.holders(session, [sha256])
    homes = queries.households(session, (visit.household_id for _, visit in mine))
    asked: list[rules.Asked] = []
    for named, visit in mine:
        asked += _about_photo(photo, named, visit, homes.get(visit.household_id), bounds)
        asked += _about_visit(session, visit, bounds)
    if mine and photo.state == "processed":
        asked += _seen_before(session, sha256, mine, index, bounds, now)
    reviews = tuple(row.id for row in queries.of_photo(session, sha256))
    return Gathered(sha256, reviews, tuple(one for one in asked))


def seen_of(visit: Visit) -> rules.Seen:
    """A visit as the rules see it."""
    return rules.Seen(
        visit.id, visit.household_id, visit.author_id, visit.mode, visit.started_at, visit.finished_at,
        visit.lat, visit.lon, visit.accuracy_m,
    )  # fmt: skip


def _about_photo(
    photo: Photo, named: VisitPhoto, visit: Visit, home: Household | None, bounds: rules.Limits
) -> Iterable[rules.Asked]:
    if photo.state == "undecodable":
        yield rules.cannot_open(visit.id, photo.sha256, photo.problem)
        return
    seen = seen_of(visit)
    if named.answers_review is None:  # an answer is taken later than the visit: that is its nature
        if found := rules.exif_time(seen, photo.sha256, _taken_at(photo, named, visit), bounds):
            yield found
        if found := rules.far_from_home(seen, photo.sha256, _place(photo, named, visit), _home(home), bounds):
            yield found


def _taken_at(photo: Photo, named: VisitPhoto, visit: Visit) -> datetime | None:
    """When a picture was taken: what the bytes say, else its visit, for a phone's smaller copy has no EXIF.

    A picture that a correction adds has the time at which it was added, which is later than the visit by its nature.
    """
    if photo.exif_at is not None or named.taken_at is None:
        return photo.exif_at
    added_later = visit.corrects is not None and named.taken_at > visit.finished_at
    return None if added_later else named.taken_at


def _home(home: Household | None) -> tuple[float, float] | None:
    return (home.lat, home.lon) if home and home.lat is not None and home.lon is not None else None


def _place(photo: Photo, named: VisitPhoto, visit: Visit) -> tuple[float, float, float] | None:
    known = (
        (named.lat, named.lon, named.accuracy_m),
        (photo.exif_lat, photo.exif_lon, 0.0),
        (visit.lat, visit.lon, visit.accuracy_m),
    )
    return next(((lat, lon, near or 0.0) for lat, lon, near in known if lat is not None and lon is not None), None)


def _about_visit(session: Session, visit: Visit, bounds: rules.Limits) -> Iterable[rules.Asked]:
    others = sorted(map(seen_of, queries.visits_around(session, visit)), key=lambda one: one.started_at)
    if found := rules.overlapping(seen_of(visit), others, bounds):
        yield found
    clock = queries.clock_of(session, visit)
    if clock and (found := rules.phone_clock(visit.id, *clock, bounds)):
        yield found


def _seen_before(
    session: Session, sha256: str, mine: list[tuple[VisitPhoto, Visit]], index: HashIndex, bounds: rules.Limits,
    now: datetime,
) -> list[rules.Asked]:  # fmt: skip
    """One question for each visit that came later than another with this picture: about the nearest one."""
    distances: dict[str, int | None] = {sha256: None}
    index.refresh(session)
    for near in index.near(photos.orientations(sha256), bounds.look, but=sha256):
        distances[near.sha256] = near.distance
    holders = queries.holders(session, distances)
    best: dict[tuple[str, str], rules.Asked] = {}
    for mine_named, mine_visit in mine:
        for named, visit in holders:
            if visit.id == mine_visit.id or _same_record(visit, mine_visit):
                continue
            found = _pair(mine_named, mine_visit, named, visit, distances[named.sha256], now, bounds)
            if found is None:
                continue
            key = (found.visit_id, found.sha256)
            if key not in best or _nearness(found) < _nearness(best[key]):
                best[key] = found
    return list(best.values())


def _same_record(one: Visit, other: Visit) -> bool:
    return one.id in (other.corrects, other.corrected_by) or other.id in (one.corrects, one.corrected_by)


def _pair(
    mine_named: VisitPhoto, mine: Visit, named: VisitPhoto, other: Visit, distance: int | None, now: datetime,
    bounds: rules.Limits,
) -> rules.Asked | None:  # fmt: skip
    names: Mapping[str, str] = {mine.id: mine_named.sha256, other.id: named.sha256}
    later, earlier = rules.later_of(seen_of(mine), seen_of(other))
    return rules.same_picture(
        later, names[later.visit_id], earlier, names[earlier.visit_id], distance, now, SHANGHAI, bounds
    )


def _nearness(asked: rules.Asked) -> int:
    distance = asked.facts["distance"]
    return -1 if distance is None else int(distance)
