"""What became of a home and its people: before and after, who, when, by what; on both databases."""

from datetime import date

import pytest
from sqlalchemy import select

from app.accounts.rules import Role
from app.db import reading, transaction
from app.errors import NotAllowed, NotFound
from app.forms.service import load_catalog
from app.households import history_service, service
from app.households.schemas import ContactIn, HouseholdChange, PersonChange, PersonIn
from app.imports import service as imports
from models.households import Household, Person
from tests import makers
from tests.imports import files
from tests.imports.conftest import take
from tests.makers import FAR_VILLAGE, NEXT_VILLAGE, TOWN, VILLAGE
from tests.sync.pushing import push, statuses
from tests.visits.test_retracting import correct, visit


@pytest.fixture
def village(database):
    """A cadre, a home, an elder and a child of the home."""
    with transaction() as session:
        makers.divisions(session)
        load_catalog(session)
        home = makers.household(session)
        elder = makers.person(session, home, tags=("elder_alone",), born_on=date(1940, 1, 1))
        child = makers.person(session, home, name="王小毛", born_on=date(2018, 1, 1))
        return makers.user(session, Role.VILLAGE, (VILLAGE, NEXT_VILLAGE)), home, elder, child


def told(actor, home, **more):
    with reading() as session:
        return history_service.history(session, actor, home.id, service.today(), **more)


def changes(line):
    return [(one.name, one.before, one.after) for one in line.changes]


def test_changes_of_the_register_are_told_before_and_after_with_who(village):
    me, home, elder, _ = village
    with transaction() as session:
        now = session.get(Household, home.id)
        service.change_household(session, me, home.id, HouseholdChange(address="新屋", attribute="一般户"), now.version)
        one = session.get(Person, elder.id)
        service.change_person(session, me, elder.id, PersonChange(phone="13800000009", living="独居"), one.version)
        service.set_contact(session, me, elder.id, ContactIn(kind="village", name="周建民", phone="15400000002"))
        service.start_tag(session, me, elder.id, "dibao", date(2026, 1, 1))
        service.move_household(session, me, home.id, NEXT_VILLAGE, session.get(Household, home.id).version)
    rows = told(me, home).rows
    assert [(one.whom, one.title) for one in rows[:5]] == [
        ("这一户", "换了村"), (elder.name, "加了标签"), (elder.name, "改了联系人"), (elder.name, "改了资料"),
        ("这一户", "改了资料"),
    ]  # fmt: skip
    assert {one.who for one in rows[:5]} == {f"{me.name}（村干部）"}
    assert changes(rows[0])[0][0] == "村"
    assert changes(rows[0])[0][2].endswith("黄河村")
    assert ("标签", "", "低保") in changes(rows[1])
    assert ("村里联系人·姓名", "", "周建民") in changes(rows[2])
    assert ("村里联系人·电话", "", "154****0002") in changes(rows[2]), "masks stay"
    assert ("电话", "", "138****0009") in changes(rows[3])
    assert ("地址", "", "新屋") in changes(rows[4])
    assert [one.whom for one in told(me, home, person_id=home.id).rows] == ["这一户", "这一户"]
    assert {one.whom for one in told(me, home, person_id=elder.id).rows} == {elder.name}


def test_the_ledger_is_told_with_its_visit_and_its_correction(village):
    me, home, elder, _ = village
    first = visit(home, elder)
    push(me, first)
    said = correct(first, elder, living="spouse")["payload"] | {"reason": "问错了"}
    better = makers.command("visit.correct", said, corrects=first["id"])
    assert statuses(push(me, better)) == ["stored"]
    rows = told(me, home, person_id=elder.id).rows
    line = rows[0]
    assert (line.visit, line.who) == (better["id"], f"{me.name}（村干部）")
    assert line.source.startswith("更正")
    assert line.source.endswith("：问错了")
    assert [(before, after) for _, before, after in changes(line)] == [("一个人住", "和老伴住")]
    older = next(one for one in rows if one.visit == first["id"])
    assert older.source.endswith("走访")
    assert "***" in {after for _, _, after in changes(older)}, "whom to call stays covered"
    assert "13800000001" not in str(rows)


def test_an_import_is_named_by_its_file_and_its_undoing(village):
    me, _, _, _ = village
    with transaction() as session:
        clerk = makers.user(session, Role.TOWN_CLERK, (TOWN,))

    def ledger(phone):
        return files.xlsx({"名册": [files.HEADER, files.person(1, 联系电话=phone, 户编号=f"{VILLAGE}00001")]})

    take(ledger("15400000001"), "甲.xlsx", clerk)
    second, _ = take(ledger("15400000002"), "乙.xlsx", clerk)
    with reading() as session:
        home = session.scalars(select(Household).where(Household.name == "王建国")).one()
    rows = told(me, home).rows
    assert [(one.title, one.source) for one in rows] == [
        ("改了资料", "导入《乙.xlsx》"), ("登记了这个人", "导入《甲.xlsx》"), ("登记了这一户", "导入《甲.xlsx》"),
    ]  # fmt: skip
    assert changes(rows[0]) == [("电话", "154****0001", "154****0002")]
    imports.undo(second, clerk)
    back = told(me, home).rows[0]
    assert (back.source, changes(back)) == ("撤销导入", [("改回", "", "电话")])


def test_a_childs_past_shows_once_the_record_is_open(village):
    me, home, _, child = village
    with transaction() as session:
        one = session.get(Person, child.id)
        service.change_person(session, me, child.id, PersonChange(works_away="外地"), one.version)
    assert told(me, home).rows == []
    with transaction() as session:
        service.open_child(session, me, child.id, "benefit")
    assert [one.whom for one in told(me, home).rows] == ["王小毛"]


def test_it_comes_in_pages_of_fifty(village):
    me, home, _, _ = village
    with transaction() as session:
        for number in range(60):
            now = session.get(Household, home.id)
            service.change_household(session, me, home.id, HouseholdChange(door=str(number + 1)), now.version)
    first = told(me, home)
    second = told(me, home, before_id=first.next_id)
    assert (len(first.rows), len(second.rows), second.next_id) == (50, 10, 0)
    assert len({one.id for one in (*first.rows, *second.rows)}) == 60


def test_only_who_reads_the_register_of_this_area(village):
    _, home, elder, _ = village
    with transaction() as session:
        elsewhere = makers.user(session, Role.VILLAGE, (FAR_VILLAGE,))
        leader = makers.user(session, Role.LEADER, (TOWN,))
        theirs = makers.household(session, division=FAR_VILLAGE, code="H9")
    for person_id in ("", elder.id, home.id):
        with pytest.raises(NotFound):
            told(elsewhere, home, person_id=person_id)
    assert told(elsewhere, theirs, person_id=elder.id).rows == [], "a person of another home is not asked for"
    with pytest.raises(NotAllowed):
        told(leader, home)


def test_people_of_other_homes_are_not_named(village):
    me, home, elder, _ = village
    with transaction() as session:
        other = makers.household(session, code="H8")
        service.upsert_people(session, None, [PersonIn(household_id=other.id, name="刘别人")])
        stranger = session.scalars(select(Person).filter_by(name="刘别人")).one().id
        service.add_relation(session, me, elder.id, stranger, "sibling_of")
    assert "刘别人" not in str(told(me, home).rows)
