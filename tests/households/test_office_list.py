"""The office's list of homes: what a search finds in it, what a place lists, with a tag and without."""

from datetime import date

import pytest
from sqlmodel import col, select

from app.accounts.rules import Role
from app.db import reading, transaction
from app.households import looking_service, office_service, service
from app.households.schemas import HouseholdIn, PersonIn
from models.households import Household, Person
from tests import makers
from tests.makers import NEXT_VILLAGE, TOWN, VILLAGE

HOMES = (("H1", VILLAGE, "一组", "刘桂英"), ("H2", VILLAGE, "2", "王建国"), ("H3", VILLAGE, None, "空户"),
         ("H4", NEXT_VILLAGE, "第一组", "毛安国"))  # fmt: skip


@pytest.fixture
def clerk(database):
    """A clerk of a township with four homes, one of them without anybody."""
    with transaction() as session:
        makers.divisions(session)
        actor = makers.user(session, Role.TOWN_CLERK, (TOWN,))
        homes = [HouseholdIn(code=code, division=place, group=group, name=name) for code, place, group, name in HOMES]
        service.upsert_households(session, None, homes)
        people = [
            PersonIn(household_code=code, name=name, relation="户主", tags=["dibao"] if code == "H2" else [])
            for code, _, _, name in HOMES
            if code != "H3"
        ]
        service.upsert_people(session, None, people)
        return actor


def listed(actor, text="", **more):
    with reading() as session:
        page = office_service.list_households(session, actor, service.today(), text=text, **more)
    return [row.name for row in page.rows], page.total


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("毛安村", ["刘桂英", "王建国", "空户"]),
        ("maoan", ["毛安国", "刘桂英", "王建国", "空户"]),
        ("maoancun", ["刘桂英", "王建国", "空户"]),
        ("MAC", ["刘桂英", "王建国", "空户"]),
        ("毛安村 一组", ["刘桂英"]),
        ("毛安村二组", ["王建国"]),
        ("一组", ["刘桂英", "毛安国"]),
        ("黄河", ["毛安国"]),
        ("高士镇", ["刘桂英", "王建国", "空户", "毛安国"]),
        ("高士 一组", ["刘桂英", "毛安国"]),
        ("毛安 王", ["王建国"]),
        ("maoan wjg", ["王建国"]),
        ("毛安 毛", []),
        ("黄河 王", []),
    ],
)
def test_a_place_lists_its_homes_and_narrows_a_name(clerk, text, names):
    assert listed(clerk, text) == (names, len(names))


def test_who_is_called_like_a_place_comes_before_its_homes(clerk):
    assert listed(clerk, "毛安") == (["毛安国", "刘桂英", "王建国", "空户"], 4)
    assert listed(clerk, "毛安", offset=50) == ([], 4)


def test_a_place_goes_with_a_tag_and_with_a_chosen_village(clerk):
    assert listed(clerk, "毛安村", tag="dibao") == (["王建国"], 1)
    assert listed(clerk, "毛安村 一组", tag="dibao") == ([], 0)
    assert listed(clerk, "一组", village=VILLAGE) == (["刘桂英"], 1)


def test_a_paired_official_is_shown_only_paired_homes_of_a_place(clerk):
    with transaction() as session:
        official = makers.user(session, Role.PAIRED, ())
        home = session.scalars(select(Household).where(col(Household.code) == "H1")).one()
        makers.pair(session, official, home, date(2026, 1, 1))
    for text, names in (
        ("毛安", ["刘桂英"]),
        ("maoan 一组", ["刘桂英"]),
        ("黄河", []),
        ("黄河 刘", []),
        ("毛安 刘", ["刘桂英"]),
    ):
        assert listed(official, text) == (names, len(names)), text


def test_a_child_is_named_only_to_those_near_home_and_found_all_the_same(clerk):
    with transaction() as session:
        far = makers.user(session, Role.SECTION, (makers.COUNTY,))
        kids = [("H2", "王小满", "孙子", date(2016, 6, 1)), ("H3", "汪小安", "户主", date(2018, 6, 1))]
        service.upsert_people(session, None, [
            PersonIn(household_code=code, name=name, relation=relation, born_on=born, is_head=relation == "户主")
            for code, name, relation, born in kids
        ])
        session.exec(select(Household).where(Household.code == "H3")).one().name = "汪小安"

    def told(actor, text):
        with reading() as session:
            rows = office_service.list_households(session, actor, date(2026, 11, 30), text=text).rows
        return [(row.name, row.hit) for row in rows]

    texts = ("王小满", "wxm", "汪小安")
    assert [told(clerk, text) for text in texts] == [[("王建国", "王小满")], [("王建国", "王小满")], [("汪小安", "")]]
    assert [told(far, text) for text in texts] == [[("王建国", "王**")], [("王建国", "王**")], [("汪**", "")]]
    assert ("汪**", "") in told(far, "")
    assert ("汪小安", "") in told(clerk, "")


def test_the_page_of_a_home_names_a_child_once_a_reason_was_given(clerk):
    with transaction() as session:
        far = makers.user(session, Role.SECTION, (makers.COUNTY,))
        service.upsert_people(session, None, [PersonIn(household_code="H3", name="汪小安", born_on=date(2018, 6, 1))])
        home = session.exec(select(Household).where(Household.code == "H3")).one()
        home.name = "汪小安"
        kid = session.exec(select(Person).where(Person.household_id == home.id)).one().id

    def told(actor):
        with reading() as session:
            page = office_service.household_page(session, actor, home.id, service.today())
            looks = looking_service.looks(session, actor, home.id, service.today())
        return [page.name, *(one.name for one in page.people), *(one.whom for one in looks)]

    assert (told(clerk), told(far)) == (["汪小安"] * 2, ["汪**"] * 2)
    with transaction() as session:
        service.open_child(session, far, kid, "benefit")
        other = makers.user(session, Role.SECTION, (makers.COUNTY,))
    assert (told(far), told(other)) == (["汪小安"] * 3, ["汪**"] * 3)
