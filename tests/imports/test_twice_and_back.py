"""Whatever a county sends: taking it in twice adds nothing, and undo brings back what was there."""

# A row of a sheet stands on one line, as it does there.
# ruff: noqa: E501

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func
from sqlmodel import col, select

from app.db import reading, transaction
from app.errors import Conflict
from app.imports import service
from models.households import Person
from tests.imports import files
from tests.imports.conftest import preview, register, take, undo, versions
from tests.imports.files import HEADER, person

pytestmark = pytest.mark.usefixtures("home")

_DRESSES = [lambda text: text, lambda text: f" {text}", lambda text: f"{text}\u3000", str.lower]
_PHONES = st.sampled_from(["", "16173365764", 15400000001.0, "163-0093-3160", "0556-7356664"])
_DATES = st.sampled_from(["", "2026-10-01", "2026年9月9日", "2026.8.7", 46318.0, "去年"])
_SPECIAL = st.sampled_from(["", "孤寡老人", "残疾人、大病"])


@st.composite
def rows(draw) -> list[list[Any]]:
    """Rows of a roster: few homes, few numbers, so that people meet, move, share a number, stand there twice."""
    made = []
    for order in range(draw(st.integers(0, 9))):
        who = draw(st.integers(1, 5))
        home = draw(st.integers(1, 3))
        row = person(
            who, home=home, head=f"户{home}", name=draw(st.sampled_from([f"王{'甲乙丙丁戊'[who - 1]}", "李 娟", "張國琹"])),
            relation=draw(st.sampled_from(["户主", "配偶", "子", ""])), 联系电话=draw(_PHONES), 最近排查日期=draw(_DATES),
            特殊类别=draw(_SPECIAL), 户属性=draw(st.sampled_from(["一般户", "", "低保边缘"])),
            身份证号=draw(st.sampled_from([draw(st.sampled_from(_DRESSES))(person(who)[9]), "", 3.49927199003013e17])),
        )  # fmt: skip
        row[0] = order + 1
        made.append(row)
        if draw(st.booleans()):
            made.append(draw(st.sampled_from([[], row, ["小计", *[""] * 10, 2]])))
    return made


def book(found: list[list[Any]]) -> bytes:
    return files.xlsx({"毛安村": [["花名册"], HEADER, *found]})


def bring(found: list[list[Any]]) -> tuple[str | None, tuple[int, int]]:
    """Take rows in, if they are a roster at all; what was new and changed."""
    import_id, report = preview(book(found))
    if not report.taken:
        return None, (0, 0)
    with transaction() as session:
        service.mark_running(session, None, import_id)
    service.take(import_id, None)
    return import_id, (report.created, report.changed + report.households["changed"] + report.households["created"])


def two_heads() -> list[str]:
    """The homes that have more than one head."""
    with reading() as session:
        heads = select(Person.household_id).where(col(Person.is_head), col(Person.removed_at).is_(None))
        return list(session.exec(heads.group_by(col(Person.household_id)).having(func.count() > 1)))


@settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(rows(), rows())
def test_twice_adds_nothing_and_undo_restores(first, second):
    nothing = register()
    begun, _ = bring(first)
    after_first, touched = register(), versions()
    again, counted = bring(first)
    assert counted == (0, 0)
    assert (register(), versions()) == (after_first, touched)
    later, _ = bring(second)
    assert two_heads() == []
    for import_id, before in ((later, after_first), (again, after_first), (begun, nothing)):
        if import_id is not None:
            undo(import_id)
        assert register() == before


def test_undo_in_the_wrong_order_is_refused_and_harms_nothing():
    first, _ = take(book([person(1)]))
    take(book([person(1, 联系电话="15400000001")]))
    before = register()
    with pytest.raises(Conflict):
        undo(first)
    assert register() == before


@pytest.mark.usefixtures("database")
def test_the_roster_does_not_write_over_what_a_visit_found_and_keeps_its_own_word_beside():
    take(files.xlsx({"毛安村": [["户籍人口花名册"], HEADER, person(1)]}))
    with transaction() as session:
        row = session.exec(select(Person)).one()
        row.living, row.ledger = "alone", {"person.living": {"value": "alone", "visit": "v", "at": "2026-01-01"}}
    before = register()
    import_id, report = take(files.xlsx({"毛安村": [["户籍人口花名册"], HEADER, person(1)]}))
    assert (report.doubts, report.changed) == ({"visit_says": 1}, 1)
    with reading() as session:
        row = session.exec(select(Person)).one()
        assert (row.living, row.extra["living_listed"]) == ("alone", "family")
        shown = service.page(session, None, import_id, "doubts", 0).rows[0]
    assert "居住：走访写 独居" in shown.before
    _, report = take(files.xlsx({"毛安村": [["户籍人口花名册"], HEADER, person(1)]}))
    assert (report.changed, report.doubts) == (0, {"visit_says": 1})
    undo(import_id)
    assert register() == before


def test_what_is_due_after_an_undo_is_worked_out_when_it_is_done_and_set_by_set(monkeypatch):
    from app.visits import task_service
    from models.imports import ImportBatch

    seen: list[tuple[int, str]] = []
    refresh = task_service.refresh

    def look(session: Any, homes: Any, today: Any) -> int:
        with reading() as other:
            seen.append((len(homes), other.get(ImportBatch, import_id).state))
        return refresh(session, homes, today)

    import_id, _ = take(files.roster(*(person(at, home=at, head=f"户{at}", name=f"户{at}") for at in range(11, 14))))
    monkeypatch.setattr(task_service, "NIGHT_CHUNK", 2)
    monkeypatch.setattr(task_service, "refresh", look)
    undo(import_id)
    assert seen == [(2, "undone"), (1, "undone")], "nobody waits for more than a set"
