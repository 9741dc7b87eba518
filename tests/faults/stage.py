"""A county with a few phones that visit without end, and the judge of what became of what they were told."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from sqlmodel import func, select

from app.db import reading, transaction
from app.photos import store
from models.audit import AuditEntry
from models.feed import FeedRow
from models.photos import Photo, PhotoUpload
from models.sync import Command
from models.visits import Visit, VisitPhoto
from tests import makers
from tests.faults.storm import Phone

PATIENCE = 120
"""Seconds after which what does not come has failed."""


def until(what: str, happened: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait for a state, not for a time."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.01)


@dataclass
class Told:
    """What the phones hold receipts for, and the refusals they heard."""

    visits: set[str] = field(default_factory=set)
    photos: set[str] = field(default_factory=set)
    refusals: set[tuple[str, str, str, str]] = field(default_factory=set)
    lines: int = 0


@dataclass
class Storm:
    """Phones that are visiting."""

    files: list[Path]
    phones: list[Future[None]]

    def told(self) -> Told:
        """What they have been told so far."""
        found = Told()
        for path in self.files:
            if not path.exists():
                continue
            for line in path.read_text("utf-8").splitlines():
                kind, _, rest = line.partition(" ")
                if kind == "refused":
                    status, code, wait, sentence = rest.split(" ", 3)
                    found.refusals.add((status, code, wait, sentence))
                else:
                    (found.visits if kind == "visit" else found.photos).add(rest)
                    found.lines += 1
        return found

    def wait_for(self, more: int) -> None:
        """Until so many more receipts have come."""
        before = self.told().lines
        until(f"{more} receipts more", lambda: self.over() or self.told().lines >= before + more)

    def wait_for_refusal(self, code: str) -> None:
        """Until a phone was refused with this code."""
        until(f"a refusal {code}", lambda: any(one[1] == code for one in self.told().refusals))

    def over(self) -> bool:
        """Whether all have done what they had to do."""
        return all(one.done() for one in self.phones)

    def finish(self) -> Told:
        """Wait until all have done what they had to do."""
        for one in self.phones:
            one.result(PATIENCE)
        return self.told()


@dataclass(frozen=True)
class County:
    """Accounts with their cookies, and the home that is visited."""

    home_id: str
    devices: list[str]


def county(phones: int = 2) -> County:
    """A county in the present home's database."""
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        home = makers.household(session)
        makers.person(session, home, phone="13800000000", id_number="349927194001010010")
        actors = [makers.user(session, token=f"phone{number}") for number in range(phones)]
    return County(home.id, [str(one.device_id) for one in actors])


@contextmanager
def storm(place: County, urls: Sequence[str], folder: Path, rounds: int) -> Iterator[Storm]:
    """Let the phones visit, each in a thread; ended with the block."""
    files = [folder / f"said{number}" for number in range(len(place.devices))]
    over = Event()
    phones = [
        Phone(urls, f"phone{number}", device, place.home_id, files[number], over)
        for number, device in enumerate(place.devices)
    ]
    with ThreadPoolExecutor(len(phones)) as pool:
        try:
            yield Storm(files, [pool.submit(one.visit, rounds) for one in phones])
        finally:
            over.set()


def check(told: Told) -> None:
    """Everything that was acknowledged is there, once, in every table that has to know it; each picture is its own."""
    with reading() as session:
        visits = list(session.exec(select(Visit.id)))
        assert told.visits <= set(visits), "a visit that was acknowledged is gone"
        assert len(visits) == len(set(visits))
        commands = list(session.exec(select(Command.id, Command.seq)))
        assert {one for one, _ in commands} == set(visits)
        assert len({seq for _, seq in commands}) == len(commands), "a number was given twice"
        for condition in (
            select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "visit.stored"),
            select(func.count()).select_from(FeedRow).where(FeedRow.type == "visit"),
            select(func.count()).select_from(VisitPhoto),
        ):
            assert session.scalar(condition) == len(visits)
        uploaded = list(session.exec(select(PhotoUpload.sha256)))
        assert told.photos <= set(uploaded), "a photo that was acknowledged is gone"
        assert sorted(uploaded) == sorted(session.exec(select(Photo.sha256)))
    for name in uploaded:
        assert hashlib.sha256(store.read(name)).hexdigest() == name
