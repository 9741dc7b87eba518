"""A list of values in one parameter finds what IN finds, on both databases."""

from typing import Any

import pytest
from sqlalchemy import bindparam, or_, select

from app.among import among, holds
from app.db import reading, transaction, utcnow
from models.accounts import User
from models.divisions import Division
from models.imports import ImportBatch, ImportChange
from tests import makers

pytestmark = pytest.mark.usefixtures("database")
CODES = [makers.COUNTY, makers.TOWN]


def found(query: Any, **values: Any) -> list[Any]:
    with reading() as session:
        return sorted(session.scalars(query, values))


def test_texts_and_whole_numbers_are_found():
    with transaction() as session:
        makers.divisions(session)
        session.add(ImportBatch(id="b", file_name="花名册", file_sha256="", state="done", created_at=utcnow()))  # type: ignore[call-arg]
        session.flush()
        for number in range(5):
            session.add(ImportChange(import_id="b", row_type="person", row_id=f"p{number}", version_after=number))
    code, number = Division.code, ImportChange.version_after
    assert found(select(code).where(among(code, CODES))) == CODES
    assert found(select(code).where(among(code, []))) == []
    assert found(select(code).where(among(code, ["'", '"', "\\", "没有"]))) == []
    assert found(select(number).where(among(number, range(3, 9)))) == [3, 4]
    assert found(select(code).where(~among(code, CODES), code.in_(CODES))) == []  # type: ignore[attr-defined]
    either = or_(among(code, CODES[:1]), code == bindparam("one"))
    assert found(select(code).where(either), one=CODES[1]) == CODES


def test_a_statement_made_once_takes_its_list_by_name():
    with transaction() as session:
        makers.divisions(session)
    query = select(Division.code).where(among(Division.code, "codes"))
    assert found(query, codes=CODES) == CODES
    assert found(query, codes=CODES[:1]) == CODES[:1]


def test_a_list_that_is_kept_is_looked_into():
    with transaction() as session:
        makers.user(session, flags=("child_officer", "elder_officer"), name="李梅")
        makers.user(session, name="王芳")
    assert found(select(User.name).where(holds(User.flags, "elder_officer"))) == ["李梅"]
    assert found(select(User.name).where(~holds(User.flags, "child_officer"), User.name != "")) == ["王芳"]
    assert found(select(User.name).where(holds(User.flags, "officer"))) == []
    assert found(select(User.name).where(holds(User.flags, '"'))) == []
