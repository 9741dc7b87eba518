"""Whatever is duplicated, dropped, reordered, reassigned or split: the end is the same, and nothing is missing.

The orders of arrival that ODK Central tests for offline entities, as one property: two cadres, a home that is added
offline, its person, visits and corrections, changes of one row, a form that is published late, a home that changes
hands in between. Every command is sent once more at the end, as a phone does that never got its receipt.
"""

import shutil
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from app.accounts.rules import Role
from app.db import new_id, reading, transaction
from app.evidence import verify_service
from app.households import service as households
from app.sync import service, unplaced_service
from models.households import Household, Person
from models.sync import Command, Quarantine
from models.visits import FieldConflict, Issue, Task, Visit, VisitPhoto
from tests import makers
from tests.conftest import clear_caches
from tests.sync.pushing import push

MOVE, PUBLISH = "move", "publish"


class World:
    """The people of the story and what they wrote down; the ids are the same in every order."""

    def __init__(self) -> None:
        self.old, self.new, self.elder = new_id(), new_id(), new_id()
        first, late = new_id(), new_id()
        health = {"elder": {self.elder: {"health": "好"}}}
        photos = [{"sha256": "c" * 64, "taken_at": makers.at(25)}]
        self.mine = [
            makers.command("household.add", {"id": self.new, "name": "赵六", "division": makers.VILLAGE}),
            makers.command(
                "person.add", {"id": self.elder, "household_id": self.new, "name": "赵六", "born_on": "1950-02-03"}
            ),
            makers.command("visit", makers.visit(self.new, met=[self.elder], answers=health, photos=photos), id=first),
            makers.command(
                "visit.correct", makers.visit(self.new, mode="phone", answers=health), id=late, corrects=first
            ),
            makers.command("visit.correct", makers.visit(self.new, mode="video", answers=health), corrects=late),
            makers.command("issue.add", {"household_id": self.new, "person_id": self.elder, "text": "药不够了"}),
            makers.command(
                "person.change", {"person_id": self.elder, "phone": "13800000001", "health": "一般"}, base_version=1
            ),
            makers.command("person.change", {"person_id": self.elder, "phone": "13800000002"}, base_version=1),
            makers.command(
                "visit",
                makers.visit(
                    self.old,
                    answers={"house": {"water": "够"}},
                    started_at=makers.at(90),
                    finished_at=makers.at(80),
                    next_on="2090-05-01",
                ),
            ),
            makers.command(
                "visit",
                makers.visit(
                    self.old,
                    form={"code": "home", "version": 2},
                    started_at=makers.at(70),
                    finished_at=makers.at(60),
                    unchanged=[{"section": "house", "since": first}],
                ),
            ),
            makers.command("visit", {"household_id": self.old}),
        ]
        self.theirs = [
            makers.command("visit", makers.visit(self.new, met=[self.elder], answers={"house": {"water": "不够"}})),
            makers.command(
                "visit",
                makers.visit(
                    self.old, answers={"house": {"water": "不够"}}, started_at=makers.at(50), finished_at=makers.at(40)
                ),
            ),
            makers.command(
                "visit",
                makers.visit(
                    self.old, answers={"house": {"water": "一般"}}, started_at=makers.at(85), finished_at=makers.at(75)
                ),
            ),
        ]

    @property
    def events(self) -> list[object]:
        """Everything that happens, each on its own."""
        return [*((0, one) for one in self.mine), *((1, one) for one in self.theirs), MOVE, PUBLISH]


def settle(world: World):
    """The county before the story: one home, two cadres, one clerk."""
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        home = makers.household(session, id=world.old, code="H1")
        makers.person(session, home, tags=("elder_alone",), born_on=date(1980, 1, 1))
        authors = [makers.user(session), makers.user(session, name="李强")]
        return authors, makers.user(session, Role.TOWN_CLERK, (makers.TOWN,))


def happen(world: World, authors, clerk, batch) -> None:
    """One push of each author in it, or something in the county."""
    for author in (0, 1):
        commands = [one[1] for one in batch if isinstance(one, tuple) and one[0] == author]
        if commands:
            receipts = push(authors[author], *commands)
            assert [one["id"] for one in receipts] == [one["id"] for one in commands]
    if MOVE in batch:
        with transaction() as session:
            home = session.get(Household, world.old)
            if home.division == makers.VILLAGE:
                households.move_household(session, clerk, world.old, makers.NEXT_VILLAGE, home.version)
    if PUBLISH in batch:
        with transaction() as session:
            makers.form(session, makers.FORM | {"version": 2})
            service.arrived(session, ["form:home@2"])


def place_all(clerk) -> None:
    """The township places what lies outside its author's area now."""
    with reading() as session:
        keys = [one.key for one in unplaced_service.unplaced(session, clerk) if one.state == "orphaned"]
    for key in keys:
        with transaction() as session:
            assert unplaced_service.place(session, clerk, *key.split(":")) == "stored"


def end_state(authors):
    """What the county knows in the end; authors by their place, moments and versions left out."""
    who = {one.id: number for number, one in enumerate(authors)}
    with reading() as session:
        conflicts = session.exec(select(FieldConflict).where(col(FieldConflict.decided_at).is_(None))).all()
        return {
            "commands": {(who[one.author_id], one.id): one.status for one in session.exec(select(Command))},
            "refused": len(session.exec(select(Quarantine)).all()),
            "visits": {
                one.id: (
                    who[one.author_id],
                    one.household_id,
                    one.division,
                    one.state,
                    one.corrects,
                    one.corrected_by,
                    one.mode,
                )
                for one in session.exec(select(Visit))
            },
            "photos": sorted((one.visit_id, one.sha256) for one in session.exec(select(VisitPhoto))),
            "issues": sorted((one.household_id, one.text, one.state) for one in session.exec(select(Issue))),
            "homes": {
                one.id: (
                    one.name,
                    one.division,
                    one.last_visit_id,
                    {key: said["value"] for key, said in one.ledger.items()},
                )
                for one in session.exec(select(Household))
            },
            "people": {
                one.name: (one.phone, one.health, {key: said["value"] for key, said in one.ledger.items()})
                for one in session.exec(select(Person))
            },
            "tasks": sorted((one.household_id, one.due_on, one.division) for one in session.exec(select(Task))),
            "conflicts": sorted(
                (one.subject_id, one.field, one.ours["value"], sorted(said["value"] for said in one.theirs))
                for one in conflicts
            ),
        }


def story(world: World, batches) -> dict[str, object]:
    """Live through one order of events."""
    authors, clerk = settle(world)
    for batch in batches:
        happen(world, authors, clerk, batch)
    happen(world, authors, clerk, [one for one in world.events if isinstance(one, tuple)])
    place_all(clerk)
    assert verify_service.verify().problems == []
    return end_state(authors)


@st.composite
def orders(draw, count: int):
    """(places of events in batches): shuffled, some dropped until the end, some twice, split anywhere."""
    order = draw(st.permutations(range(count)))
    twice = draw(st.lists(st.sampled_from(order), max_size=4))
    dropped = set(draw(st.lists(st.sampled_from(order), max_size=4)))
    line = [one for one in [*order, *twice] if one not in dropped or one >= count - 2]
    cuts = sorted(draw(st.sets(st.integers(0, len(line)), max_size=6)))
    return [line[start:end] for start, end in zip([0, *cuts], [*cuts, len(line)], strict=True)]


@pytest.fixture(params=["sqlite", "postgresql"])
def county(request, empty_home, sqlite_template, monkeypatch):
    """Makes a fresh county for each order."""
    if request.param == "sqlite":

        def fresh() -> None:
            clear_caches()
            for path in empty_home.glob("ruhutong.db*"):
                path.unlink()
            shutil.copy(sqlite_template, empty_home / "ruhutong.db")

        yield fresh
        return
    server = request.getfixturevalue("postgres")
    made: list[str] = []

    def anew() -> None:
        clear_caches()
        for name in made:
            server.give_back(name)
        made[:] = [server.fresh()]
        monkeypatch.setenv("RUHUTONG_DATABASE_URL", server.url(made[0]))
        clear_caches()

    yield anew
    clear_caches()
    for name in made:
        server.give_back(name)


def test_every_order_of_arrival_ends_the_same(county):
    world = World()
    county()
    expected = story(world, [[one] for one in world.events])
    assert set(expected["commands"].values()) == {"stored"}
    assert len(expected["visits"]) == 8

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
    @given(orders(len(world.events)))
    def check(batches) -> None:
        county()
        seen: set[int] = set()
        told = []
        for batch in batches:
            # What the county does happens once; what phones send may come twice.
            told.append([world.events[one] for one in batch if not (one >= len(world.events) - 2 and one in seen)])
            seen |= set(batch)
        assert story(world, told) == expected

    check()
