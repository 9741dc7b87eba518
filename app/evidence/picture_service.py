"""The bytes of every picture, as they lie on disk or in S3, against the name they were received under."""

import hashlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from sqlalchemy import func, select
from sqlmodel import Session

from app.errors import NotFound
from app.photos import service as photos
from models.photos import Photo

WORKERS = 4
_PHOTO = Photo.__table__  # type: ignore[attr-defined]


def check(session: Session, say: Callable[[str, str, str], None], progress: Callable[[int, int], None]) -> None:
    """Read every picture and hash it; a few at a time, so that neither memory nor the disk is filled.

    Raises:
        Unavailable: the store is away.
    """
    total = session.connection().execute(select(func.count()).select_from(_PHOTO)).scalar() or 0
    names = session.connection().execute(
        select(_PHOTO.c.sha256).order_by(_PHOTO.c.sha256).execution_options(yield_per=500)
    )
    waiting: deque[tuple[str, Future[str]]] = deque()
    done = 0

    def settle() -> None:
        nonlocal done
        name, found = waiting.popleft()
        problem = found.result()
        if problem:
            say("photo", name, problem)
        done += 1
        if done % 100 == 0 or done == total:
            progress(done, total)

    with ThreadPoolExecutor(WORKERS) as pool:
        for (name,) in names:
            waiting.append((name, pool.submit(_look, name)))
            if len(waiting) > 4 * WORKERS:
                settle()
        while waiting:
            settle()


def _look(name: str) -> str:
    try:
        found = hashlib.sha256(photos.as_received(name)).hexdigest()
    except NotFound:
        return "照片的文件不在了。"
    return "" if found == name else "照片的文件被改过：和收到时的字节不一样。"
