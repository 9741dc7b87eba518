"""The low-income population on both databases: lists by tier, one home, who has not been seen, numbers."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.accounts.rules import Role
from app.db import new_id, reading, transaction, utcnow
from app.errors import NotAllowed, NotFound
from app.households import looking_service, register_service
from app.lowincome import home_service, rules, service
from models.benefits import Enrolment, Payment
from models.disability import DisabilityCertificate
from models.findings import Finding
from models.hardship import Hardship
from models.households import Household
from models.pairing import Official, PairedHome
from models.visits import Issue
from tests import makers
from tests.makers import COUNTY, FAR_VILLAGE, NEXT_VILLAGE, OTHER_TOWN, TOWN, VILLAGE

TODAY = register_service.today()
AGO = TODAY - timedelta(days=200)


def stamps():
    return {"created_at": utcnow(), "updated_at": utcnow()}


def enrol(session, person, programme="dibao", **more):
    given = {"from_month": "2020-01", "amount_fen": 60000} | more
    session.add(Enrolment(id=new_id(), person_id=person.id, household_id=person.household_id,
                          division=person.division, programme=programme, **given, **stamps()))  # fmt: skip
    session.flush()


def finding(session, home, rule="R15", person=None, **more):
    facts = {"because": ["大病"]}
    session.add(Finding(id=new_id(), rule=rule, subject_kind="household", subject_id=home.id, severity="orange",
                        household_id=home.id, person_id=person, division=home.division, facts=facts,
                        found_on=TODAY, seen_on=TODAY, **more, **stamps()))  # fmt: skip
    session.flush()


def home_of(session, name, village=VILLAGE, tags=(), **more):
    home = makers.household(session, village, name, **more)
    return home, makers.person(session, home, name, tags=tags, is_head=True)


@pytest.fixture
def clerk(database):
    with transaction() as session:
        makers.divisions(session)
        return makers.user(session, Role.TOWN_CLERK, (TOWN,))


@pytest.fixture
def county(clerk):
    """One home of each tier, and some that only seem to be of one."""
    with transaction() as session:
        _, one = home_of(session, "低保户")
        enrol(session, one)
        home_of(session, "特困户", NEXT_VILLAGE, ("tekun",))
        home_of(session, "边缘户", attribute="低保边缘")
        home_of(session, "支出户", tags=("heavy_spending",))
        home_of(session, "监测户", attribute="边缘易致贫户")
        home_of(session, "一般户", attribute="一般户")
        _, stopped = home_of(session, "停保户")
        enrol(session, stopped, state="stopped", to_month="2021-01")
        _, later = home_of(session, "明年户")
        enrol(session, later, from_month=f"{TODAY.year + 1}-01")
        _, uncounted = home_of(session, "不算户")
        enrol(session, uncounted, counted=False)
        home, _ = home_of(session, "去世户")
        enrol(session, makers.person(session, home, "走了的", died_on=AGO))
        home_of(session, "别镇户", FAR_VILLAGE, ("dibao",))
    return clerk


def names(actor, **what):
    with reading() as session:
        return {one.name for one in service.listing(session, actor, **what).rows}


def test_each_tier_lists_its_homes(county):
    assert names(county) == {"低保户", "特困户", "边缘户", "支出户", "监测户"}
    assert names(county, only="support") == {"低保户", "特困户"}
    assert names(county, only="edge") == {"边缘户"}
    assert names(county, only="spending") == {"支出户"}
    assert names(county, only="watched") == {"监测户"}
    assert names(county, village=NEXT_VILLAGE) == {"特困户"}
    assert names(county, text="边缘") == {"边缘户"}


def test_the_query_and_the_rule_say_the_same_of_every_home(county):
    with transaction() as session:
        _, person = home_of(session, "样样都有", attribute="边缘易致贫户", tags=("dibao_edge", "heavy_spending"))
        enrol(session, person, "tekun")
    with reading() as session:
        everybody = [one for one in session.scalars(select(Household)) if one.division.startswith(TOWN)]
        people = service.queries.people(session, [one.id for one in everybody])
        tiers = service.tiers_of(session, everybody, people, TODAY)
        for code in rules.TIERS:
            if code != rules.GENERAL:
                assert names(county, only=code) == {one.name for one in everybody if tiers[one.id].code == code}
        general = {one.name for one in everybody if tiers[one.id].code == rules.GENERAL}
    assert general == {"一般户", "停保户", "明年户", "不算户", "去世户"}


def test_a_home_near_the_line_is_listed_whatever_its_tier(county):
    with transaction() as session:
        home, _ = home_of(session, "快到线")
        finding(session, home)
        done, _ = home_of(session, "办完了")
        finding(session, done, state="closed")
        other, _ = home_of(session, "别的事")
        finding(session, other, "R50")
    assert names(county, only="near") == {"快到线"}
    with reading() as session:
        [row] = service.listing(session, county, only="near").rows
    assert (row.tier, row.watched) == ("一般", ["疑似漏保"])


def test_who_is_sent_to_look_anew_does_not_learn_from_the_list_what_was_found(county, monkeypatch):
    with transaction() as session:
        (home, _), (seen, _) = home_of(session, "抽中了"), home_of(session, "没抽中")
        finding(session, home)
        finding(session, seen)
    monkeypatch.setattr(looking_service, "blind", [lambda session, actor: {home.id}])
    assert names(county, only="near") == {"没抽中"}


def test_a_page_has_fifty_rows(clerk):
    with transaction() as session:
        for number in range(53):
            home_of(session, f"户{number:02}", attribute="低保边缘")
    with reading() as session:
        first, second = service.listing(session, clerk), service.listing(session, clerk, offset=50)
    assert (len(first.rows), first.total, first.more) == (50, 53, True)
    assert (len(second.rows), second.more) == (3, False)


def test_one_home_on_one_page(county):
    with transaction() as session:
        home, person = home_of(session, "周秀英", attribute="边缘易致贫户", tags=("elder_alone",))
        enrol(session, person)
        session.add(Payment(id=new_id(), person_id=person.id, household_id=home.id, division=home.division,
                            programme="dibao", period="2026-09", amount_fen=60000, created_at=utcnow()))  # fmt: skip
        late = datetime(2026, 9, 1, 18, tzinfo=UTC)
        session.add(Issue(id=new_id(), household_id=home.id, person_id=person.id, division=home.division,
                          author_id=county.id, text="药不够了", created_at=late))  # fmt: skip
        finding(session, home)
        finding(session, home, "R48")
        finding(session, home, "R50")
        makers.elder(session, person)
        official = Official(id=new_id(), name="汪卫", unit="县水利局", **stamps())
        session.add(official)
        session.flush()
        session.add(PairedHome(id=new_id(), official_id=official.id, household_id=home.id, division=home.division,
                               from_on=AGO, **stamps()))  # fmt: skip
        key = home.id
    with reading() as session:
        found = home_service.whole_home(session, county, key)
    assert (found.tier, found.reasons) == ("低保、特困", ["周秀英在领低保。", "户属性是边缘易致贫户。"])
    assert [one.last_paid for one in found.benefits] == ["2026-09 发了 600 元"]
    assert [(one.title, one.aside) for one in found.issues] == [("药不够了", "2026 年 9 月 2 日")], "a day of China"
    assert len(found.watched) == 2
    assert len(found.findings) == 1
    assert [one.text for one in found.registers] == ["留守老人"]
    assert [one.title for one in found.officials] == ["汪卫"]
    assert "还没有人去过" in found.unseen


def test_a_benefit_that_stops_next_month_is_said_to_be_drawn(county):
    with transaction() as session:
        home, person = home_of(session, "周秀英")
        later = (TODAY.replace(day=1) + timedelta(days=40)).isoformat()[:7]
        enrol(session, person, state="stopped", to_month=later)
    with reading() as session:
        assert [one.state for one in home_service.whole_home(session, county, home.id).benefits] == ["在领"]


def test_what_concerns_a_closed_child_is_not_told(county):
    with transaction() as session:
        home, _ = home_of(session, "周秀英")
        child = makers.person(session, home, "周小宝", tags=("child_orphan",), born_on=TODAY - timedelta(days=3000))
        makers.child(session, child, kinds=["child_orphan"], risk="red")
        enrol(session, child, "orphan")
        enrol(session, child, "dibao")
        finding(session, home, "R22", person=child.id)
        session.add(Issue(id=new_id(), household_id=home.id, person_id=child.id, division=home.division,
                          author_id=county.id, text="孩子没人照看", created_at=utcnow()))  # fmt: skip
        key = home.id
    with reading() as session:
        found = home_service.whole_home(session, county, key)
        page = service.unseen(session, county)
    assert (found.hidden, found.benefits, found.issues, found.findings) == (True, [], [], [])
    assert found.reasons == ["家里的孩子在领低保。"]
    said = json.dumps([asdict(one) for one in page.rows], ensure_ascii=False)
    assert "有危险的孩子" in said
    assert "周小宝" not in said


def unseen(actor, **what):
    with reading() as session:
        return [one.name for one in service.unseen(session, actor, **what).rows]


def test_who_has_not_been_seen_comes_in_the_order_of_need(clerk):
    long_ago, edge_day = AGO, TODAY - timedelta(days=90)
    with transaction() as session:
        home_of(session, "监测久", attribute="边缘易致贫户", last_visit_on=long_ago)
        home_of(session, "低保久", tags=("dibao",), last_visit_on=long_ago)
        home_of(session, "低保没去过", tags=("dibao",))
        home, person = home_of(session, "特困在家", last_visit_on=edge_day - timedelta(days=1))
        session.add(Hardship(id=new_id(), person_id=person.id, household_id=home.id, division=home.division,
                             support="home", **stamps()))  # fmt: skip
        home_of(session, "刚好九十天", tags=("dibao",), last_visit_on=edge_day)
        home_of(session, "一般没去过")
        home, person = home_of(session, "台账写了", last_visit_on=long_ago)
        makers.elder(session, person, listed_visit_on=edge_day)
        home, person = home_of(session, "老人", last_visit_on=long_ago)
        makers.elder(session, person, listed_visit_on=long_ago)
    assert unseen(clerk) == ["特困在家", "低保没去过", "低保久", "监测久", "老人"]


def test_any_contact_of_the_home_counts(clerk):
    with transaction() as session:
        home_of(session, "打过电话", tags=("dibao",), last_visit_on=TODAY)
    assert unseen(clerk) == []


def test_who_can_step_in_is_named_without_a_number_shown_whole(clerk):
    with transaction() as session:
        makers.user(session, Role.VILLAGE, (VILLAGE,), name="王芳")
        _, person = home_of(session, "刘桂英", tags=("dibao",))
        makers.contact(session, person, "village", "王婶", phone="15400000001")
    with reading() as session:
        [row] = service.unseen(session, clerk).rows
    assert row.helpers == ["邻居 王婶", "村里 王芳"]
    assert "15400000001" not in str(row)


def test_numbers_by_township_name_nobody(county):
    with transaction() as session:
        home, _ = home_of(session, "快到线")
        finding(session, home)
        leader = makers.user(session, Role.LEADER, (COUNTY,))
    with reading() as session:
        rows = service.town_counts(session, leader)
    assert [(one.code, one.support, one.edge, one.spending, one.watched, one.near) for one in rows] == [
        (TOWN, 2, 1, 1, 1, 1), (OTHER_TOWN, 1, 0, 0, 0, 0),
    ]  # fmt: skip
    assert not any(name in str(rows) for name in ("低保户", "快到线"))


def test_a_leader_sees_numbers_only_and_nobody_sees_other_townships(county):
    with transaction() as session:
        leader = makers.user(session, Role.LEADER, (COUNTY,))
        other = makers.user(session, Role.TOWN_CLERK, (OTHER_TOWN,))
        home, _ = home_of(session, "周秀英")
        key = home.id
    with reading() as session:
        for ask in (
            lambda: service.listing(session, leader), lambda: service.unseen(session, leader),
            lambda: home_service.whole_home(session, leader, key),
        ):  # fmt: skip
            with pytest.raises(NotAllowed):
                ask()
        with pytest.raises(NotFound):
            home_service.whole_home(session, other, key)
    assert names(other) == {"别镇户"}


def test_a_paired_official_sees_the_paired_home_only(county):
    with transaction() as session:
        official = makers.user(session, Role.PAIRED, ())
        home = session.scalars(select(Household).where(Household.name == "边缘户")).one()
        makers.pair(session, official, home, date(2020, 1, 1))
    assert names(official) == {"边缘户"}


def test_a_certificate_is_on_the_page_by_its_register(county):
    with transaction() as session:
        home, person = home_of(session, "韩云美")
        session.add(DisabilityCertificate(id=new_id(), person_id=person.id, household_id=home.id,
                                          division=home.division, **stamps()))  # fmt: skip
        key = home.id
    with reading() as session:
        assert [one.text for one in home_service.whole_home(session, county, key).registers] == ["残疾人"]
