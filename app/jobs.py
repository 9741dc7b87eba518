"""The worker: pictures processed, questions asked, notices sent. `python -m app.jobs` is a process of its own.

Every job may run twice, or be lost with the queue: jobs look first whether there is still something to do, and the
sweep, once a minute, finds what a kill left behind.
"""

import threading
from datetime import datetime, timedelta
from functools import lru_cache

import structlog
from huey import crontab

from app.config import settings
from app.db import SHANGHAI, engine, reading, transaction, utcnow
from app.errors import AppError, Unavailable
from app.evidence import check_service
from app.evidence import expiry_service as log_expiry
from app.findings import service as findings
from app.imports import service as imports
from app.logs import use_plain_logs
from app.memory import FILES, settle
from app.notices import service as notices
from app.papers import export_service as exports
from app.photos import expiry_service
from app.photos import service as photos
from app.photos.decoder import Decoder
from app.queue import JOBS, enqueue, queue
from app.reviews import evidence
from app.reviews import service as reviews
from app.reviews.duplicates import HashIndex
from app.visits import task_service

log = structlog.get_logger()
GRACE = timedelta(seconds=30)
"""What is younger is probably in the queue."""
SWEEP_AT_MOST = 500
NIGHT = "19"
"""The hour of the night's round by UTC: three in the morning in China."""


@lru_cache(maxsize=1)
def _index() -> HashIndex:
    return HashIndex()


def process_photo(sha256: str, decoder: Decoder | None = None, index: HashIndex | None = None) -> None:
    """Decode a picture if that is still to do, then ask what it raises.

    The result is committed before questions are looked for: of two alike pictures processed at the same moment, at
    least one sees the other.
    """
    photos.process(sha256, decoder or photos.worker_decoder())
    now = utcnow()
    with reading() as session:
        gathered = evidence.gather(session, sha256, index or _index(), now)
    if gathered.asked or gathered.review_ids:
        with transaction() as session:
            reviews.put_questions(session, gathered, now)


def questions_shown(question_ids: list[str]) -> None:
    """Note that questions reached their author's phone."""
    with transaction() as session:
        reviews.mark_shown(session, question_ids, utcnow())


def announce_return(review_id: str, version: int) -> None:
    """Announce a return outside, unless it was taken back or answered meanwhile."""
    with transaction() as session:
        review = reviews.standing_return(session, review_id, version)
        if review is not None:
            notices.enqueue(session, "photo_returned", review.division)


def send_notices() -> None:
    """Send the notices that are due."""
    notices.send_due(utcnow())


def sweep(now: datetime | None = None) -> int:
    """Find what waits although nobody works on it; returns how many jobs that made."""
    now = now or utcnow()
    if queue().pending_count() > SWEEP_AT_MOST:
        return 0
    with reading() as session:
        names = photos.waiting(session, now - GRACE, SWEEP_AT_MOST)
        names += reviews.unasked(session, now - GRACE, SWEEP_AT_MOST)
        papers = exports.waiting(session, now - GRACE, SWEEP_AT_MOST)
    for name in dict.fromkeys(names):
        enqueue("process_photo", name)
    for export_id in papers:
        enqueue("export_ledger", export_id)
    return len(dict.fromkeys(names)) + len(papers)


def nightly() -> None:
    """What is done once a day, when hardly anybody works, and when the worker starts: a laptop sleeps at night."""
    expiry_service.forget_abandoned(utcnow())
    exports.clear_job()
    task_service.refresh_all(utcnow().astimezone(SHANGHAI).date())
    findings.compare()


JOBS.update(
    process_photo=process_photo, questions_shown=questions_shown, announce_return=announce_return,
    send_notices=send_notices, sweep=sweep, read_import=imports.read_job, take_import=imports.take_job,
    check_record=check_service.run, expire_log=log_expiry.run, compare=findings.compare_if_asked,
    compare_changed=findings.compare_changed, export_ledger=exports.job,
)  # fmt: skip


def _every_minute() -> None:
    for job in (sweep, send_notices, findings.compare_changed):
        try:
            job()
        except AppError as error:
            log.warning("the minute's round will be tried again", job=job.__name__, error=str(error))


def _every_night() -> None:
    try:
        nightly()
        log_expiry.run()
    except AppError as error:
        log.warning("the night's round will be tried again", error=str(error))


def run_worker() -> None:
    """Work until told to end. `ruhutong up` starts as many of these processes as `RUHUTONG_WORKERS` says."""
    use_plain_logs()
    settings().make_folders()
    engine()
    jobs = queue()
    jobs.periodic_task(crontab(minute="*"), name="ruhutong_minute")(_every_minute)
    jobs.periodic_task(crontab(hour=NIGHT, minute="10"), name="ruhutong_night")(_every_night)
    consumer = jobs.create_consumer(workers=1, worker_type="thread", initial_delay=0.05, max_delay=0.5, periodic=True)
    threading.Thread(target=_begin, daemon=True, name="first-sweep").start()
    settle(FILES)
    consumer.run()


def _begin() -> None:
    try:
        sweep()
    except Unavailable as error:
        log.warning("the first sweep will be tried again", error=str(error))
    _every_night()


if __name__ == "__main__":
    from app.start import die_with_parent

    die_with_parent()
    # The module that huey and the rooms know is `app.jobs`, not `__main__`.
    from app.jobs import run_worker as run

    run()
