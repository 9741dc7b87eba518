"""The steps of a review, and the questions that a picture or a visit may raise.

Pure: no session, no clock. A question is never an accusation: it says what was seen and asks its author, who may well
have a good reason (the same tap looks the same in March). Nothing here scores anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import Any


class State(StrEnum):
    """Where a review stands. `answered` waits to be looked at again, with both versions."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    ANSWERED = "answered"


class Act(StrEnum):
    """What moves a review on: two acts of the reviewer, one of the author."""

    ACCEPT = "accept"
    RETURN = "return"
    ANSWER = "answer"


OPEN = (State.WAITING, State.ANSWERED)
STATE_NAMES = {State.WAITING: "待看", State.ACCEPTED: "可以", State.RETURNED: "已退回", State.ANSWERED: "已回话"}
REASONS = {"unclear": "看不清", "missing": "没拍到", "face": "拍到人脸", "other": "其他"}
OPENING_REASONS = {"review": "审核这张照片", "check": "核实孩子的情况", "complaint": "处理投诉"}
"""Why somebody opens a child's picture; one tap, and it is logged."""
WITHDRAW_WITHIN = timedelta(seconds=30)
"""The button shows for six seconds; the rest is for a slow line."""


class NoSuchStep(ValueError):
    """This act does not lead anywhere from this state."""


def next_state(state: State, act: Act) -> State:
    """Where an act leads.

    A reviewer may change their mind later (accepted → returned and back); the author's answer to what was accepted in
    the meantime is kept, and nothing else changes.

    Raises:
        NoSuchStep: accepting what is accepted, returning what is returned.
    """
    if act is Act.ANSWER:
        return State.ACCEPTED if state is State.ACCEPTED else State.ANSWERED
    wanted = State.ACCEPTED if act is Act.ACCEPT else State.RETURNED
    if state is wanted:
        raise NoSuchStep(f"{state} again")
    return wanted


def kept_steps(kinds: Sequence[str]) -> list[int]:
    """The places of the steps that count: `withdraw` takes itself and the step before it away."""
    kept: list[int] = []
    for place, kind in enumerate(kinds):
        if kind == "withdraw":
            kept.pop()
        else:
            kept.append(place)
    return kept


def state_after(kinds: Sequence[str]) -> State:
    """Where a review stands after these steps, none of them withdrawn."""
    state = State.WAITING
    for kind in kinds:
        state = next_state(state, Act(kind))
    return state


def reason_for_return(reason: str | None, note: str | None, marks: Sequence[Any]) -> str | None:
    """The reason of a return: the chosen one, `other` where words or marks say it, None where nothing does."""
    if reason:
        return reason if reason in REASONS else None
    return "other" if note or marks else None


@dataclass(frozen=True)
class Limits:
    """From where on a difference is worth a question."""

    time: timedelta = timedelta(hours=6)
    clock: timedelta = timedelta(minutes=10)
    overlap: timedelta = timedelta(minutes=5)
    metres: float = 1000.0
    same: int = 6
    look: int = 10


LIMITS = Limits()


@dataclass(frozen=True)
class Seen:
    """A visit as far as questions need it."""

    visit_id: str
    household_id: str
    author_id: str
    mode: str
    started_at: datetime
    finished_at: datetime
    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None


@dataclass(frozen=True)
class Asked:
    """One question about a visit, or about a picture of it (`sha256`); `other` tells it from its like."""

    visit_id: str
    kind: str
    text: str
    sha256: str = ""
    other: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def day_words(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """A day in the words people use: 3 月 2 日, 去年 10 月 8 日, 2023 年 5 月 1 日."""
    day, today = moment.astimezone(zone).date(), now.astimezone(zone).date()
    year = {0: "", 1: "去年 "}.get(today.year - day.year, f"{day.year} 年 ")
    return f"{year}{day.month} 月 {day.day} 日"


def span_words(span: timedelta) -> str:
    """A length of time in its largest useful unit: 4 年, 3 个月, 12 天, 2 小时, 15 分钟."""
    seconds = abs(span.total_seconds())
    if seconds >= 700 * 86400:
        return f"{round(seconds / 86400 / 365.25)} 年"
    if seconds >= 60 * 86400:
        return f"{round(seconds / 86400 / 30.44)} 个月"
    if seconds >= 36 * 3600:
        return f"{round(seconds / 86400)} 天"
    if seconds >= 90 * 60:
        return f"{round(seconds / 3600)} 小时"
    return f"{max(1, round(seconds / 60))} 分钟"


def distance_words(metres: float) -> str:
    """A distance: 800 米, 1.5 公里, 12 公里."""
    if metres < 950:
        return f"{round(metres / 50) * 50} 米"
    kilometres = metres / 1000
    return f"{kilometres:.1f} 公里" if kilometres < 9.95 else f"{round(kilometres)} 公里"


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance of two WGS-84 points (latitude, longitude)."""
    lat1, lon1, lat2, lon2 = (radians(value) for value in (*one, *other))
    part = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371_000 * asin(min(1.0, sqrt(part)))


def later_of(one: Seen, other: Seen) -> tuple[Seen, Seen]:
    """(later, earlier): of two visits with the same picture, the later one is asked."""
    ordered = sorted((one, other), key=lambda visit: (visit.started_at, visit.visit_id))
    return ordered[1], ordered[0]


def same_picture(
    later: Seen, sha256: str, earlier: Seen, earlier_sha256: str, distance: int | None, now: datetime, zone: tzinfo,
    limits: Limits = LIMITS,
) -> Asked | None:  # fmt: skip
    """A picture that was there before.

    Args:
        later: the visit that is asked.
        sha256: its picture.
        earlier: the visit that had it first.
        earlier_sha256: the picture there.
        distance: bits between the two perceptual hashes; None when the bytes are the same.
        now: for the words of the day.
        zone: the county's time zone.
        limits: up to which distance pictures are the same, or worth a look.
    """
    if distance is not None and distance > limits.look:
        return None
    day = day_words(earlier.started_at, now, zone)
    if distance is None:
        kind, text = "same_photo", f"{day}走访时也是这张照片。是那里没变，还是选错了？"
    elif distance <= limits.same:
        kind, text = "same_photo", f"这张和{_led(day)}那张像是同一张。是那里没变，还是选错了？"
    else:
        kind, text = "similar_photo", f"这张和{_led(day)}那张有点像，是同一处吗？"
    facts = {
        "visit_id": earlier.visit_id, "sha256": earlier_sha256, "distance": distance,
        "at": earlier.started_at.astimezone(UTC).isoformat(),
        "same_household": earlier.household_id == later.household_id,
    }  # fmt: skip
    return Asked(later.visit_id, kind, text, sha256, f"{earlier.visit_id}:{earlier_sha256[:32]}", facts)


def _led(day: str) -> str:
    return f" {day}" if day[0].isdigit() else day


def exif_time(visit: Seen, sha256: str, taken_at: datetime | None, limits: Limits = LIMITS) -> Asked | None:
    """A picture whose own time lies well before or after the visit."""
    if taken_at is None:
        return None
    if taken_at < visit.started_at - limits.time:
        span, side = visit.started_at - taken_at, "before"
    elif taken_at > visit.finished_at + limits.time:
        span, side = taken_at - visit.finished_at, "after"
    else:
        return None
    words = span_words(span)
    text = (
        f"照片上的时间在走访前 {words}，是以前拍的吗？"
        if side == "before"
        else f"照片上的时间在走访后 {words}，是后来补拍的吗？"
    )
    return Asked(visit.visit_id, "exif_time", text, sha256, "", {"side": side, "span": words})


def far_from_home(
    visit: Seen, sha256: str, place: tuple[float, float, float] | None, home: tuple[float, float] | None,
    limits: Limits = LIMITS,
) -> Asked | None:  # fmt: skip
    """A picture taken away from the home that was visited.

    Args:
        visit: only a visit at home is asked.
        sha256: the picture.
        place: latitude, longitude, accuracy in metres of the picture; None where it was left out, which is nobody's
            business.
        home: the known place of the home.
        limits: how far is far.
    """
    if visit.mode != "home" or place is None or home is None:
        return None
    metres = metres_between((place[0], place[1]), home)
    if metres <= limits.metres + place[2]:
        return None
    words = distance_words(metres)
    text = f"拍照的地方离这家约 {words}，是在别处见的面吗？"
    return Asked(visit.visit_id, "far_from_home", text, sha256, "", {"metres": round(metres), "words": words})


def overlapping(visit: Seen, others: Sequence[Seen], limits: Limits = LIMITS) -> Asked | None:
    """A visit at home while its author was in another home; asked once, of the later of the two.

    Args:
        visit: the one that may be asked.
        others: visits around it, the earliest first.
        limits: from what overlap on to ask.
    """
    if visit.mode != "home":
        return None
    for other in others:
        if other.started_at > visit.finished_at:
            break
        if other.mode != "home" or other.author_id != visit.author_id or other.household_id == visit.household_id:
            continue
        if later_of(visit, other)[0].visit_id != visit.visit_id:
            continue
        shared = min(visit.finished_at, other.finished_at) - max(visit.started_at, other.started_at)
        if shared >= limits.overlap:
            text = "这次和另一户的走访时间重在一起，是一起去的吗？"
            facts = {"visit_id": other.visit_id, "minutes": round(shared.total_seconds() / 60)}
            return Asked(visit.visit_id, "overlapping_visits", text, "", other.visit_id, facts)
    return None


def phone_clock(
    visit_id: str, sent_at: datetime | None, captured_at: datetime | None, received_at: datetime,
    limits: Limits = LIMITS,
) -> Asked | None:  # fmt: skip
    """A phone whose clock differs from the county's.

    Args:
        visit_id: the visit that is asked.
        sent_at: the phone's time when it sent, which should be the server's time of receipt.
        captured_at: the phone's time when it saved; without `sent_at` only a time in the future tells something.
        received_at: the server's time.
        limits: from where on to ask.
    """
    if sent_at is not None:
        off = sent_at - received_at
    elif captured_at is not None and captured_at > received_at:
        off = captured_at - received_at
    else:
        return None
    if abs(off) <= limits.clock:
        return None
    side, words = ("快" if off > timedelta(0) else "慢"), span_words(off)
    text = f"手机时间比县里{side} {words}，走访时间记得对吗？"
    return Asked(visit_id, "phone_clock", text, "", "", {"side": side, "span": words})


def cannot_open(visit_id: str, sha256: str, problem: str | None) -> Asked:
    """A picture that the county cannot open; it is kept as it came."""
    return Asked(visit_id, "undecodable", "这张照片县里打不开。手机里还能看吗？下次去再拍一张也行。", sha256, "",
                 {"problem": problem or ""})  # fmt: skip


def family(kind: str) -> str:
    """Kinds that ask the same thing: a picture is asked once whether it was there before."""
    return "same_photo" if kind == "similar_photo" else kind


def hint(kind: str, facts: dict[str, Any], now: datetime, zone: tzinfo) -> str:
    """A question in the few words of a reviewer's list: 像 3 月 2 日那张, 拍在走访前 3 天."""
    if kind in ("same_photo", "similar_photo"):
        day = day_words(datetime.fromisoformat(facts["at"]), now, zone)
        return f"像{_led(day)}那张" if kind == "same_photo" else f"有点像{_led(day)}那张"
    if kind == "exif_time":
        return f"拍在走访{'前' if facts['side'] == 'before' else '后'} {facts['span']}"
    if kind == "far_from_home":
        return f"离家约 {facts['words']}"
    if kind == "phone_clock":
        return f"手机时间{facts['side']} {facts['span']}"
    return {"overlapping_visits": "和另一户时间重叠", "undecodable": "照片打不开"}.get(kind, "有个疑问")
