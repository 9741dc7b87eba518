"""What the tests of imports share: taking a file in, looking at the whole register."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from app.accounts.schemas import Actor
from app.db import reading, transaction
from app.imports import service
from app.imports.schemas import FileReport
from models.divisions import Division
from models.households import Household, Person, PersonTag

Take = Callable[..., tuple[str, FileReport]]


def preview(data: bytes, name: str = "花名册.xlsx", actor: Actor | None = None) -> tuple[str, FileReport]:
    """Read a file; returns the import's id and the report."""
    with transaction() as session:
        import_id = service.begin(session, actor, name, data)
    return import_id, service.read(import_id, actor, name, data)


def take(data: bytes, name: str = "花名册.xlsx", actor: Actor | None = None) -> tuple[str, FileReport]:
    """Read a file and take it in."""
    import_id, report = preview(data, name, actor)
    with transaction() as session:
        service.mark_running(session, actor, import_id)
    service.take(import_id, actor)
    return import_id, report


def undo(import_id: str, actor: Actor | None = None) -> None:
    service.undo(import_id, actor)


_PASSING = {"version", "updated_at", "created_at", "import_id", "id", "person_id", "household_id", "source"}


def register() -> list[Any]:
    """The whole register as plain values, without ids, versions and moments."""

    def said(row: Any) -> list[Any]:
        return sorted((name, str(value)) for name, value in row.model_dump().items() if name not in _PASSING)

    with reading() as session:
        homes = {row.id: row for row in session.exec(select(Household))}
        people = {row.id: row for row in session.exec(select(Person))}
        return sorted(
            [*(["division", *said(row)] for row in session.exec(select(Division))),
             *(["household", *said(row)] for row in homes.values()),
             *(["person", homes[row.household_id].code, *said(row)] for row in people.values()),
             *(["tag", str(people[row.person_id].id_number), *said(row)] for row in session.exec(select(PersonTag)))],
            key=str,
        )  # fmt: skip


def versions() -> list[tuple[str, int]]:
    """Every row's version, to see that nothing was touched."""
    with reading() as session:
        return sorted((row.id, row.version) for table in (Household, Person) for row in session.exec(select(table)))


def people() -> dict[str, Person]:
    """People by name."""
    with reading() as session:
        return {row.name: row for row in session.exec(select(Person))}


@pytest.fixture
def clerk(database: str) -> Actor:
    """A township clerk of 349927100."""
    from app.accounts.rules import Role
    from tests import makers

    with transaction() as session:
        return makers.user(session, Role.TOWN_CLERK, ("349927100",), token="clerk")
