"""The fixtures do what the other tests take for granted."""

from sqlmodel import select

from app.db import is_sqlite, reading, transaction
from models.households import Household, Person
from tests import makers


def test_each_test_has_a_database_of_its_own(database):
    with transaction() as session:
        makers.divisions(session)
        makers.user(session)
        home = makers.household(session)
        makers.person(session, home, phone="13800000000", tags=("elder_alone",))
        makers.form(session)
    with reading() as session:
        assert is_sqlite(session) is (database == "sqlite")
        assert [one.name for one in session.exec(select(Household))] == ["王国庆"]
        assert session.exec(select(Person)).one().phone == "13800000000"


def test_nothing_is_left_for_the_next(database):
    with reading() as session:
        assert session.exec(select(Household)).all() == []
