"""Visits and their pictures as files: for whom, why, and how many is written down; children's pictures never leave.

What was returned and not answered stays out unless asked for: nobody should build on it. Pictures are the re-encoded
ones, marked with who took them out and when.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.audit.service import record
from app.db import SHANGHAI
from app.divisions import service as divisions
from app.errors import AppError, BadInput, NotAllowed
from app.forms import service as forms
from app.photos import service as photos
from app.reviews import queries, rules
from app.reviews.desk import MODES, question_of, shown_name
from app.reviews.schemas import ExportWish
from models.reviews import Review
from models.visits import Visit

MOST_VISITS = 5_000
MOST_PHOTOS = 300
COLUMNS = ("日期", "开始", "结束", "地方", "户编号", "户主", "方式", "走访人", "表", "照片", "照片内容", "审核")


@dataclass(frozen=True)
class Exportable:
    """A visit that may leave, with those of its reviews whose pictures may."""

    visit: Visit
    reviews: tuple[Review, ...]


def exportable(
    session: Session, actor: Actor, wish: ExportWish, now: datetime, *, include_returned: bool = False
) -> Iterator[Exportable]:
    """Visits in scope, newest first; a visit with a returned picture only if asked for, a child's picture never.

    A picture is a child's wherever it stands: another visit may name the same bytes without saying so.
    """
    since = now - timedelta(days=wish.days) if wish.days else None
    rows = queries.visits_in(session, actor, now.astimezone(SHANGHAI).date(), wish.area, since, MOST_VISITS)
    for start in range(0, len(rows), 200):
        part = rows[start : start + 200]
        by_visit: dict[str, list[Review]] = {}
        for review in queries.of_visit(session, (visit.id for visit in part)):
            by_visit.setdefault(review.visit_id, []).append(review)
        children = photos.of_children(session, (shown_name(one) for found in by_visit.values() for one in found))
        for visit in part:
            reviews = by_visit.get(visit.id, [])
            if not include_returned and any(one.state == rules.State.RETURNED for one in reviews):
                continue
            yield Exportable(visit, tuple(one for one in reviews if not (one.of_child or shown_name(one) in children)))


@dataclass(frozen=True)
class File:
    """What the browser keeps, and what is written down about it."""

    data: bytes
    name: str
    what: dict[str, Any]


def build(session: Session, actor: Actor, wish: ExportWish, now: datetime) -> File:
    """A table, or a zip of the table and the pictures. Looks only: building takes time, and others want to write.

    Raises:
        NotAllowed: the account may not read reviews.
        BadInput: more pictures than one file holds.
    """
    if not actor.may(Permission.REVIEW_READ):
        raise NotAllowed()
    found = list(exportable(session, actor, wish, now, include_returned=wish.returned))
    names = list(dict.fromkeys(shown_name(one) for row in found for one in row.reviews)) if wish.photos else []
    if len(names) > MOST_PHOTOS:
        raise BadInput(
            f"有 {len(names)} 张照片，一次最多 {MOST_PHOTOS} 张。请选一个村，或近 7 天。", code="too_many_photos"
        )
    table = _table(session, found, with_files=wish.photos)
    what = {"visits": len(found), "photos": len(names), "area": wish.area, "days": wish.days, "returned": wish.returned}
    day = now.astimezone(SHANGHAI).strftime("%Y%m%d")
    if not wish.photos:
        return File(table, f"visits-{day}.csv", what)
    return File(_zip(table, names, f"{actor.username} {day} RUHUTONG"), f"visits-{day}.zip", what)


def write_down(session: Session, actor: Actor, wish: ExportWish, file: File) -> None:
    """Who takes what out, and why; before the file is handed over."""
    record(session, actor, "visits.exported", "account", actor.id, reason=wish.reason, after=file.what)


def _cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _table(session: Session, found: Sequence[Exportable], *, with_files: bool) -> bytes:
    homes = queries.households(session, (row.visit.household_id for row in found))
    places = divisions.places(session, (row.visit.division for row in found))
    users = queries.users(session, (row.visit.author_id for row in found))
    out = io.StringIO()
    out.write("\ufeff")  # by this mark Excel knows that it is UTF-8
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in found:
        visit, home, author = row.visit, homes.get(row.visit.household_id), users.get(row.visit.author_id)
        begins, ends = (moment.astimezone(SHANGHAI) for moment in (visit.started_at, visit.finished_at))
        common = [
            f"{begins:%Y-%m-%d}", f"{begins:%H:%M}", f"{ends:%H:%M}", places[visit.division],
            home.code if home else "", home.name if home else "", MODES.get(visit.mode, visit.mode),
            author.name if author else "", _title(session, visit),
        ]  # fmt: skip
        for one in row.reviews or (None,):
            writer.writerow([_cell(text) for text in common + _picture(session, visit, one, with_files)])
    return out.getvalue().encode()


def _title(session: Session, visit: Visit) -> str:
    form = forms.version(session, visit.form_code, visit.form_version)
    return form.title if form else visit.form_code


def _picture(session: Session, visit: Visit, review: Review | None, with_files: bool) -> list[str]:
    if review is None:
        return ["", "", ""]
    name = shown_name(review)
    found = question_of(session, visit, review.question)
    words = found[1].label if found else ""
    return [f"photos/{name}.jpg" if with_files else name[:16], words, rules.STATE_NAMES[rules.State(review.state)]]


def _zip(table: bytes, names: Sequence[str], mark: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("visits.csv", table, zipfile.ZIP_DEFLATED)
        for name in names:
            try:
                archive.writestr(f"photos/{name}.jpg", marked(photos.derivative(name, "screen"), mark))
            except AppError as error:
                archive.writestr(f"photos/{name}.txt", error.message)
    return out.getvalue()


def marked(data: bytes, mark: str) -> bytes:
    """A picture of ours with a line at its foot: who took it out, and when."""
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
        size = max(14, image.width // 50)
        draw = ImageDraw.Draw(image)
        place = (size, image.height - 2 * size)
        draw.text(place, mark, fill="white", stroke_fill="black", stroke_width=2, font=ImageFont.load_default(size))
        out = io.BytesIO()
        image.save(out, "JPEG", quality=85)
    return out.getvalue()
