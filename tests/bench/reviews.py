"""The queue with 100,000 pictures waiting: its first fifty rows and their thumbnails, memory, the pages that follow."""

import os
import random
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert

from tests.bench.run import Figure

WAITING = 100_000
TOWNS = 20
VILLAGES = 10
ROUNDS = 7


def run(waiting: int = WAITING) -> list[Figure]:
    """Fill a home of its own, then look at it as a supervisor of the county, of a township and of a village does."""
    with tempfile.TemporaryDirectory(prefix="ruhutong-bench-") as folder:
        before = os.environ.get("RUHUTONG_HOME")
        os.environ["RUHUTONG_HOME"] = folder
        try:
            return _run(waiting)
        finally:
            if before is None:
                del os.environ["RUHUTONG_HOME"]
            else:
                os.environ["RUHUTONG_HOME"] = before
            _forget()


def _forget() -> None:
    from app import config, crypto, db

    if db.engine.cache_info().currsize:
        db.engine().dispose()
    db.engine.cache_clear()
    config.settings.cache_clear()
    crypto.ready.cache_clear()


def _run(waiting: int) -> list[Figure]:
    from app.accounts.rules import Role
    from app.accounts.schemas import Actor
    from app.db import migrate, reading, utcnow
    from app.photos import service as photos
    from app.reviews import desk
    from app.reviews.schemas import QueueFilter

    _forget()
    migrate()
    author = _fill(waiting)
    now = utcnow()
    supervisor = Actor(author, "bench", "李慧", Role.SUPERVISOR, ("349927",))

    def first(area: str = "", after: str = "", thumbs: bool = True, state: str = "open"):
        with reading() as session:
            page = desk.page(session, supervisor, QueueFilter(state=state, area=area), now, after=after)
        names = [item.thumb.split("/")[3].split("?")[0] for item in page.rows]
        if thumbs:
            for name in names:
                with reading() as session:
                    photos.see(session, supervisor, name)
                assert photos.derivative(name, "thumb")
        return page

    memory = _rss()
    figures = [
        _figure("reviews: first 50 thumbnails of the county", lambda: first()),
        _figure("reviews: first 50 thumbnails of a township", lambda: first("349927103")),
        _figure("reviews: first 50 thumbnails of a village", lambda: first("349927103204")),
    ]
    cursors = [""]
    for _ in range(200):
        cursors.append(first(after=cursors[-1], thumbs=False).next_after)
    figures.append(_figure("reviews: page 200 of the gallery, thumbnails included", lambda: first(after=cursors[-1])))
    grown = _rss() - memory
    figures.append(Figure("reviews: memory grown after 200 pages", grown, "MB", "steady (≤ 50 MB)", grown <= 50))
    return figures


def _figure(what: str, work) -> Figure:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    median = statistics.median(times)
    return Figure(what, median, "ms", "≤ 1,000 ms, 100,000 waiting", median <= 1000)


def _rss() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _fill(waiting: int) -> str:
    """Divisions, homes, visits, pictures and reviews by bulk inserts; every picture has a thumbnail on disk."""
    from app.db import new_id, transaction, utcnow
    from app.photos.service import derivative_path
    from models.divisions import Division
    from models.households import Household
    from models.photos import Photo, PhotoUpload
    from models.reviews import Review
    from models.visits import Visit, VisitPhoto
    from tests import makers
    from tests.photos import pictures

    now, draw = utcnow(), random.Random(11)
    codes = [f"349927{100 + town}{200 + village}" for town in range(TOWNS) for village in range(VILLAGES)]
    thumb = pictures.encoded(pictures.scene(1, (320, 240)), quality=76)
    with transaction() as session:
        makers.divisions(session)
        form = makers.form(session)
        author = makers.user(session).id
        known = {makers.TOWN, makers.OTHER_TOWN, makers.VILLAGE, makers.NEXT_VILLAGE, makers.FAR_VILLAGE}
        session.execute(
            insert(Division),
            [
                {"code": code, "name": f"村{code[-3:]}", "level": "village", "parent": code[:9], "version": 1}
                for code in codes
                if code not in known
            ],
        )
        homes = [{"id": new_id(), "division": code} for code in codes for _ in range(10)]
        session.execute(
            insert(Household),
            [
                one
                | {
                    "code": f"B{number}",
                    "name": "王国庆",
                    "extra": {},
                    "ledger": {},
                    "created_at": now,
                    "updated_at": now,
                    "version": 1,
                }
                for number, one in enumerate(homes)
            ],
        )
    for start in range(0, waiting, 10_000):
        visits, named, held, sent, reviews = [], [], [], [], []
        for number in range(start, min(start + 10_000, waiting)):
            home, sha256, visit_id = draw.choice(homes), f"{number:064x}", new_id()
            common = {
                "household_id": home["id"],
                "division": home["division"],
                "author_id": author,
                "form_code": form.code,
            }
            visits.append(
                common | {
                    "id": visit_id, "form_version": 1, "mode": "home", "met": [],
                    "started_at": now - timedelta(hours=1), "finished_at": now, "on": now.date(),
                    "answers": {"house": {"water": "达标"}}, "unchanged": [],
                    "questions": [], "state": "stored", "received_at": now, "version": 1,
                }
            )  # fmt: skip
            named.append(
                {"visit_id": visit_id, "sha256": sha256, "position": 0, "question": "water", "of_child": False}
            )
            held.append(
                {
                    "sha256": sha256,
                    "size": 1,
                    "mime": "image/jpeg",
                    "state": "processed",
                    "received_at": now,
                    "processed_at": now,
                }
            )
            sent.append({"user_id": author, "sha256": sha256, "completed_at": now})
            reviews.append(
                common | {
                    "id": new_id(), "visit_id": visit_id, "sha256": sha256, "town": home["division"][:9],
                    "question": "water", "of_child": False, "state": "waiting", "has_questions": False, "marks": [],
                    "asked_at": now, "created_at": now, "version": 1,
                }
            )  # fmt: skip
        with transaction() as session:
            for table, rows in (
                (Visit, visits),
                (Photo, held),
                (PhotoUpload, sent),
                (VisitPhoto, named),
                (Review, reviews),
            ):
                session.execute(insert(table), rows)
        for number in range(start, min(start + 10_000, waiting)):
            path = derivative_path(f"{number:064x}", "thumb")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(thumb)
    return author
