"""疑点 in the office: who sees which findings, several settled at once, rules on and off, who needs looking at."""

from datetime import date

import pytest
from sqlalchemy import select

from app.accounts.rules import PROGRAMMES as SECTION_PROGRAMMES
from app.accounts.rules import Role
from app.accounts.schemas import Actor
from app.db import new_id, reading, transaction, utcnow
from app.errors import BadInput, NotAllowed, NotFound
from app.findings import office_service, service
from app.findings.rules_list import RULES
from app.findings.rules_words import PROGRAMMES
from app.findings.settling_service import begin_application, close
from app.households import service as households
from app.papers import filled_service
from models.benefits import Enrolment
from models.hardship import Hardship
from models.households import Household, Person
from tests import makers

DAY = date(2026, 10, 31)
pytestmark = pytest.mark.usefixtures("database")


def _old(session, name: str, village: str, **more) -> Person:
    home = makers.household(session, village, name)
    return makers.person(session, home, name, born_on=date(1940, 1, 4), is_head=True, relation="户主",
                         registered_here=True, **more)  # fmt: skip


@pytest.fixture
def county() -> dict[str, Actor]:
    """Two townships with an old person without the allowance in each; in one a telephone that is none."""
    with transaction() as session:
        makers.divisions(session)
        _old(session, "赵荷菊", makers.VILLAGE, phone="123")
        _old(session, "钱正义", makers.FAR_VILLAGE)
        roles = {
            "clerk": (Role.TOWN_CLERK, (makers.TOWN,)), "section": (Role.SECTION, (makers.COUNTY,)),
            "leader": (Role.LEADER, (makers.COUNTY,)), "admin": (Role.ADMIN, ()),
        }  # fmt: skip
        actors = {name: makers.user(session, role, areas) for name, (role, areas) in roles.items()}
    service.compare(DAY)
    return actors


def _list(actor: Actor, **what) -> list[tuple[str, str]]:
    with reading() as session:
        return [(row.who, row.rule) for row in office_service.listing(session, actor, **what).rows]


def test_each_sees_their_own_area_the_gravest_first(county):
    assert _list(county["clerk"]) == [("赵荷菊", "高龄应补未补"), ("赵荷菊", "证件、逻辑错误")]
    assert _list(county["section"])[:2] == [("赵荷菊", "高龄应补未补"), ("钱正义", "高龄应补未补")]
    with reading() as session, pytest.raises(NotAllowed):
        office_service.listing(session, county["leader"])


def test_a_section_sees_its_own_programmes(county):
    from dataclasses import replace

    own = replace(county["section"], programmes=("register",))
    assert _list(own) == [("赵荷菊", "证件、逻辑错误")]
    with reading() as session:
        ids = {row.rule: row.id for row in office_service.listing(session, county["section"]).rows}
    for act in (lambda session: office_service.one(session, own, ids["高龄应补未补"]),
                lambda session: close(session, own, [ids["高龄应补未补"]], "corrected", "补发了"),
                lambda session: begin_application(session, own, ids["高龄应补未补"])):
        with transaction() as session, pytest.raises(NotFound):
            act(session)
    with transaction() as session:
        assert close(session, own, [ids["证件、逻辑错误"]], "corrected", "改过来了") == 1


def test_what_a_section_can_be_in_charge_of_is_what_rules_are_about():
    assert {code: PROGRAMMES[code] for code in PROGRAMMES if code != "all"} == SECTION_PROGRAMMES
    assert {one.programme for one in RULES} <= {*PROGRAMMES}


def test_the_list_is_narrowed_by_place_programme_rule_and_severity(county):
    section = county["section"]
    assert [who for who, _ in _list(section, village=makers.OTHER_TOWN)] == ["钱正义"]
    assert len(_list(section, programme="old_allowance")) == 2
    assert len(_list(section, rule="R50")) == 1
    assert len(_list(section, severity="yellow")) == 1
    assert _list(section, state="closed") == []
    with reading() as session:
        counts = office_service.listing(session, section).counts
    assert [(one.code, one.number) for one in counts] == [("", 3), ("orange", 2), ("yellow", 1)]


def test_pages_go_on_where_the_one_before_ended(county, monkeypatch):
    monkeypatch.setattr(office_service, "PAGE", 2)
    first, second = _list(county["section"]), _list(county["section"], offset=2)
    assert (len(first), len(second)) == (2, 1)
    assert not set(first) & set(second)


def _ids(actor: Actor) -> list[str]:
    with reading() as session:
        return [row.id for row in office_service.listing(session, actor).rows]


def test_several_are_settled_at_once_or_none(county):
    ids = _ids(county["section"])
    with pytest.raises(NotFound), transaction() as session:
        close(session, county["clerk"], ids, "in_order", "都问过了", "存折")
    assert len(_ids(county["section"])) == 3
    with transaction() as session:
        assert close(session, county["section"], ids, "in_order", "都问过了", "存折") == 3
    assert _ids(county["section"]) == []
    with reading() as session:
        one = office_service.one(session, county["section"], ids[0])
        settled = office_service.listing(session, county["section"], state="closed").rows
    assert one.closed.startswith("核实无误")
    assert {(row.tone, row.due) for row in (one, *settled)} == {("", "")}, "nothing presses any more"
    assert [event.what for event in one.events] == ["办完", "发现"]


def test_one_finding_says_why_what_to_do_and_by_which_paper(county):
    key = _ids(county["clerk"])[0]
    with transaction() as session:
        begin_application(session, county["clerk"], key)
    with reading() as session:
        one = office_service.one(session, county["clerk"], key)
        begun = office_service.applications(session, county["clerk"])
        assert office_service.applications(session, county["section"]) == begun
    assert (one.who, one.facts, one.due) == ("赵荷菊", ["从 2020-01 起该发"], "11 月 13 日")
    assert one.why
    assert one.basis
    assert "高龄津贴" in one.applied
    assert not one.may_apply
    assert [part.title for part in one.filled.parts] == ["填好的"]
    assert [(row.who, row.programme) for row in begun] == [("赵荷菊", "高龄津贴")]


def test_a_childs_application_shows_once_the_record_was_opened(county):
    clerk = county["clerk"]
    with transaction() as session:
        home = makers.household(session, makers.VILLAGE, "赵小满")
        child = makers.person(session, home, "赵小满", born_on=date(2018, 6, 1), relation="户主", is_head=True)

    def told():
        with reading() as session:
            return filled_service.filled(session, clerk, "unsupported", home.id, child.id, DAY)

    assert (told().closed, told().parts) == (True, [])
    with transaction() as session:
        households.open_child(session, clerk, child.id, "benefit")
    assert {row.label: row.value for row in told().parts[0].rows}["姓名"] == "赵小满"


def test_an_application_shows_what_is_filled_in_and_what_is_missing(county):
    with transaction() as session:
        person = session.scalars(select(Person).where(Person.name == "赵荷菊")).one()
        person.id_number = "349927194001040020"
        home = session.get_one(Household, person.household_id)
        makers.person(session, home, "赵小满", born_on=date(2018, 6, 1), relation="孙女")
        disabled = makers.person(session, home, "赵大山", born_on=date(1970, 6, 1), relation="儿子")

    def told(programme, whom=person):
        with reading() as session:
            form = filled_service.filled(session, county["clerk"], programme, home.id, whom.id, DAY)
        return {part.title: {row.label: row.value for row in part.rows} for part in form.parts}, form

    parts, form = told("old_allowance")
    assert parts["填好的"].items() >= {"姓名": "赵荷菊", "身份证号": "349927********0020", "电话": "*23"}.items()
    assert ("银行账号" in form.lacking, form.asked, "家庭成员" in parts) == (True, "", False)
    parts, form = told("dibao")
    assert parts["家庭成员"]["赵**"] == "孙女，8 岁"
    assert parts["家庭成员"]["赵荷菊"].startswith("户主，86 岁，349927********0020")
    assert "赵小满" not in str(form)
    assert ("工资性收入" in form.asked, "签名" in form.asked) == (True, False)
    parts, form = told("disability_care", disabled)
    assert (parts["填好的"]["姓名"], "残疾类别" in form.lacking) == ("赵大山", True)


def test_rules_are_switched_by_the_administrator_and_show_how_often_they_err(county):
    ids = _ids(county["section"])
    with transaction() as session:
        close(session, county["section"], ids[:1], "false_alarm", "户籍已经迁走")
        close(session, county["section"], ids[1:2], "corrected", "已经补发")
    with reading() as session:
        rows = {row.code: row for row in office_service.rules_view(session, county["admin"])}
    assert len(rows) == 52
    assert (rows["R09"].open, rows["R09"].settled, rows["R09"].false_alarms, rows["R09"].rate) == (0, 2, 1, "误报 50%")
    assert {value.key for value in rows["R09"].params} >= {"age.old", "old.grace_months"}
    with transaction() as session:
        with pytest.raises(NotAllowed):
            office_service.switch(session, county["section"], "R50", False)
        with pytest.raises(BadInput):
            office_service.switch(session, county["admin"], "R99", False)
        office_service.switch(session, county["admin"], "R50", False)
    assert service.compare(office_service.today()).closed >= 1
    with reading() as session:
        assert not {row.code: row for row in office_service.rules_view(session, county["admin"])}["R50"].on


def test_the_overview_counts_people_who_need_somebody(county):
    now = utcnow()
    with transaction() as session:
        person = _old(session, "孙山", makers.VILLAGE)
        base = {"person_id": person.id, "household_id": person.household_id, "division": person.division,
                "created_at": now, "updated_at": now}  # fmt: skip
        session.add(Enrolment(id=new_id(), **base, programme="old_allowance", from_month="2020-01"))
        session.add(Enrolment(id=new_id(), **base, programme="tekun", from_month="2020-01"))
        session.add(Hardship(id=new_id(), **base, support="home", eats=False, dresses=True, gets_up=True, toilet=True,
                             walks=True, bathes=True))  # fmt: skip
    with reading() as session:
        found = office_service.overview(session, county["leader"])
    assert [(one.name, one.orange, one.yellow) for one in found.places] == [("高士镇", 1, 1), ("赛口镇", 1, 0)]
    assert [(one.name, one.orange, one.yellow) for one in found.programmes] == [("高龄津贴", 2, 0), ("名册", 0, 1)]
    with reading() as session:
        town = office_service.overview(session, county["leader"], makers.TOWN)
        assert [one.code for one in office_service.overview(session, county["clerk"]).places] == [makers.VILLAGE]
    assert [(one.code, one.orange, one.yellow) for one in town.places] == [(makers.VILLAGE, 1, 1)]
    assert (town.where, town.coverage, town.rates) == ("高士镇", [], [])
    old = next(one for one in found.coverage if one.code == "old_allowance")
    assert (old.held, old.lacking, old.share) == (1, 2, "33.3%")
    assert [(one.place, one.weak, one.in_homes, one.must_move) for one in found.rates] == [
        ("演示县", 1, 0, 1), ("高士镇", 1, 0, 1),
    ]  # fmt: skip
    assert len(found.months) == 6
    with reading() as session, pytest.raises(NotAllowed):
        office_service.overview(session, county["admin"])
