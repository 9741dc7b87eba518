"""Samples on both databases: drawn once, kept, handed to others, visited blind, compared, and what they say."""

import io
import re
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from app import rooms
from app.accounts.rules import Role
from app.agreements import office_service as agreements
from app.children import office_service as children
from app.db import engine, new_id, reading, transaction, utcnow
from app.elders import office_service as elders
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.findings import office_service as finding_office
from app.forms import service as forms
from app.households import history_service, register_service
from app.households import office_service as households
from app.lowincome import home_service
from app.pairing import office_service as pairing
from app.sampling import office_service, protocol_service, rules, service
from app.sampling.schemas import DrawIn, JudgeIn, SecondIn
from app.visits import office_service as visit_office
from models.audit import AuditEntry
from models.benefits import Enrolment
from models.findings import Finding
from models.sampling import Sample, SampleEvent, SampleItem
from models.visits import Task, Visit
from tests import makers
from tests.makers import COUNTY, FAR_VILLAGE, OTHER_TOWN, TOWN, VILLAGE

TODAY = register_service.today()
MONTH = TODAY.isoformat()[:7]
LATER = (TODAY.replace(day=1) + timedelta(days=40)).isoformat()[:7]
OPTIONS = [{"code": "ok", "label": "够"}, {"code": "bad", "label": "不够"}]
FORM = makers.FORM | {
    "sections": [{"code": "house", "title": "家里", "about": "household", "questions": [
        {"code": "food", "label": "吃", "type": "choice", "options": OPTIONS, "fills": "household.food"},
        {"code": "water", "label": "水", "type": "choice", "options": OPTIONS, "fills": "household.water"},
    ]}]
}  # fmt: skip


def enrol(session, person, programme="dibao", **more):
    given = {"from_month": MONTH, "amount_fen": 60000, "is_holder": True} | more
    session.add(Enrolment(id=new_id(), person_id=person.id, household_id=person.household_id, programme=programme,
                          division=person.division, created_at=utcnow(), updated_at=utcnow(), **given))  # fmt: skip
    session.flush()


def home_of(session, name, village=VILLAGE, **more):
    said = {"household.food": {"value": "ok", "at": "2026-01-01T00:00:00Z", "by": "x", "visit": "v"}}
    home = makers.household(session, village, name, ledger=said)
    person = makers.person(session, home, name, is_head=True)
    enrol(session, person, **more)
    return home, person


@pytest.fixture
def county(database):
    """Ten homes that came into 低保 this month, and two people who are sent."""
    assert rooms.looking_service.blind
    with transaction() as session:
        makers.divisions(session)
        makers.form(session, FORM)
        for number in range(10):
            home_of(session, f"户{number}")
        section = makers.user(session, Role.SECTION, (COUNTY,), name="张股长")
        other = makers.user(session, Role.SUPERVISOR, (COUNTY,), name="李督查")
    return section, other


def wish(**more):
    return DrawIn(**{"programme": "dibao", "which": "new", "area": TOWN, "from_month": MONTH, "to_month": MONTH} | more)


def draw(actor, **more):
    with transaction() as session:
        return service.draw(session, actor, wish(**more)).id


def items(sample_id):
    with reading() as session:
        return service.queries.items(session, sample_id)


def page(actor, sample_id):
    with reading() as session:
        return office_service.sample_page(session, actor, sample_id)


def item_view(actor, item_id):
    with reading() as session:
        return office_service.item_page(session, actor, item_id)


def see(actor, item_id, day=TODAY, **answers):
    given = {name.replace("_", "."): value for name, value in answers.items()} or {"household.food": "ok"}
    with transaction() as session:
        service.second(session, actor, item_id, SecondIn(visited_on=day, answers=given))


def judge(actor, item_id, outcome="agree", note=""):
    with transaction() as session:
        service.judge(session, actor, item_id, JudgeIn(outcome=outcome, note=note))


def test_a_draw_keeps_seed_frame_and_sample_and_can_be_drawn_again(county):
    section, _ = county
    key = draw(section, seed="20261031")
    with reading() as session:
        sample = session.get(Sample, key)
        assert (sample.frame_size, sample.share, sample.size) == (10, 0.1, 1)
        assert [one.key for one in service.queries.items(session, key)] == rules.draw("20261031", sample.frame, 0.1)
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "sample.drawn")).one()
    assert entry.after["seed"] == "20261031"
    assert page(section, key).seed == "20261031"


def test_who_stopped_after_these_months_still_came_in_then(county):
    """What can be drawn again does not hang on what became of a home since."""
    section, _ = county
    with transaction() as session:
        home, _ = home_of(session, "后来停的", state="stopped", to_month=LATER)
        home_of(session, "当月就停的", state="stopped", to_month=MONTH)
        home_of(session, "先就有的", from_month="2019-01")
    with reading() as session:
        frame = session.get_one(Sample, draw(section, seed="1")).frame
    assert len(frame) == 11
    assert home.id in frame


def test_a_seed_is_made_where_none_is_given(county):
    section, _ = county
    assert len(page(section, draw(section)).seed) == 16


def test_each_home_is_one_unit_however_many_members_it_has(county):
    section, _ = county
    with transaction() as session:
        home = makers.household(session, VILLAGE, "一大家")
        for number in range(4):
            enrol(session, makers.person(session, home, f"人{number}"), is_holder=number == 0)
    assert page(section, draw(section)).frame_size == 11


def test_which_enrolments_are_on_which_list(county):
    section, _ = county
    with transaction() as session:
        home_of(session, "老户", from_month="2020-01")
        home_of(session, "停了的", from_month="2020-01", state="stopped")
        home_of(session, "别镇的", FAR_VILLAGE)
        home_of(session, "下月的", from_month=f"{TODAY.year + 1}-01")
        home_of(session, "特困的", programme="tekun")
    assert page(section, draw(section)).frame_size == 10
    assert page(section, draw(section, which="all")).frame_size == 11
    assert page(section, draw(section, area=COUNTY)).frame_size == 11
    assert page(section, draw(section, programme="tekun")).size == 1


def test_homes_of_relatives_and_of_those_reported_are_all_drawn(county):
    section, _ = county
    with transaction() as session:
        codes = [home_of(session, name)[0].code for name in ("甲", "乙", "丙")]
    found = page(section, draw(section, which="relatives", codes=codes))
    assert (found.frame_size, found.size, found.whole) == (3, 3, True)
    assert page(section, draw(section, which="reported", codes=codes[:1])).size == 1
    with pytest.raises(BadInput, match="户编号 没有"):
        draw(section, which="reported", codes=["没有"])
    with pytest.raises(BadInput, match="名单是空的"):
        draw(section, which="reported")


def test_a_list_is_not_drawn_until_it_pleases(county):
    section, other = county
    draw(section, seed="1")
    with pytest.raises(Conflict):
        draw(section, seed="2")
    with pytest.raises(Conflict):
        draw(other)
    draw(section, which="all", from_month="2020-01")
    with pytest.raises(Conflict):
        draw(section, which="all", from_month="2021-01")


def test_what_was_drawn_cannot_be_changed_even_in_the_database(county):
    section, other = county
    key = draw(section, visitors=[other.id])
    for statement in (
        update(Sample).values(seed="mine"), update(SampleItem).values(position=9), delete(SampleItem),
        update(SampleEvent).values(user_id="me"), delete(SampleEvent), delete(Sample),
    ):  # fmt: skip
        with pytest.raises(DBAPIError, match="only ever added to"), engine().begin() as connection:
            connection.execute(statement)
    with engine().begin() as connection:
        connection.execute(text("UPDATE sample_item SET first = first"))
    assert page(section, key).size == 1


def test_homes_go_to_others_than_who_handled_them(county):
    section, other = county
    with transaction() as session:
        home, _ = home_of(session, "督查去过的", programme="tekun")
        now = utcnow()
        session.add(Visit(id=new_id(), household_id=home.id, division=home.division, author_id=other.id,
                          form_code="home", form_version=1, mode="home", started_at=now, finished_at=now, on=TODAY,
                          received_at=now))  # fmt: skip
    key = draw(section, programme="tekun", visitors=[section.id, other.id])
    [row] = page(section, key).rows
    assert row.who == "张股长"
    with transaction() as session:
        [task] = session.scalars(select(Task).where(Task.kind == "recheck"))
        assert task.why == "县里抽查，请张股长去看"
        assert task.due_on == TODAY + timedelta(days=20)
        with pytest.raises(BadInput, match="换一个人"):
            service.give(session, section, row.id, other.id)


def test_field_accounts_are_not_sent_for_their_phones_show_what_was_found(county):
    section, _ = county
    with transaction() as session:
        cadre = makers.user(session, Role.VILLAGE, (VILLAGE,))
    with pytest.raises(BadInput, match="不能去"):
        draw(section, visitors=[cadre.id])


def test_the_second_visitor_sees_nothing_of_the_first_before_it_is_in(county):
    section, other = county
    [item] = items(draw(section, visitors=[other.id]))
    before = item_view(other, item.id)
    assert before.mine
    assert [one.label for one in before.questions] == ["家里住几口人", "每月领多少元", "吃", "喝水"]
    assert before.compared == []
    assert "600" not in re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "an id", str(before))
    assert item_view(section, item.id).questions == []
    assert item_view(section, item.id).compared == []
    see(other, item.id, household_food="bad", people="1", amount="600.00")
    after = item_view(other, item.id)
    assert {one.label: (one.first, one.second, one.state) for one in after.compared} == {
        "家里住几口人": ("1", "1", "same"), "每月领多少元": ("600", "600", "same"), "吃": ("够", "不够", "differs"),
        "喝水": ("没问", "没问", "unasked"),
    }  # fmt: skip
    assert after.questions == []


def test_other_pages_hide_what_was_found_from_who_is_sent_until_it_is_in(county):
    section, other = county
    [item] = items(draw(section, visitors=[other.id]))
    with transaction() as session:
        now = utcnow()
        cadre = makers.user(session, Role.VILLAGE, (VILLAGE,))
        visit = Visit(id=new_id(), household_id=item.household_id, division=VILLAGE, author_id=cadre.id,
                      form_code="home", form_version=1, mode="home", started_at=now, finished_at=now, on=TODAY,
                      received_at=now)  # fmt: skip
        session.add(visit)
        service.queries.homes(session, [item.household_id])[item.household_id].summary = "吃的不够"
        visit_id = visit.id

    def pages(actor):
        with reading() as session:
            yield lambda: visit_office.visit_page(session, actor, visit_id, TODAY)
            yield lambda: history_service.history(session, actor, item.household_id, TODAY)
            yield lambda: home_service.whole_home(session, actor, item.household_id)

    for page_of in pages(other):
        with pytest.raises(NotAllowed, match="由你去看"):
            page_of()
    for page_of in pages(section):
        page_of()
    with reading() as session:
        assert "不够" not in str(households.household_page(session, other, item.household_id, TODAY))
        assert "不够" in str(households.household_page(session, section, item.household_id, TODAY))
    see(other, item.id)
    for page_of in pages(other):
        page_of()


def test_pages_of_one_register_and_findings_hide_it_too(county):
    section, other = county
    [item] = items(draw(section, visitors=[other.id]))
    with transaction() as session:
        home = service.queries.homes(session, [item.household_id])[item.household_id]
        person = service.queries.people(session, [home.id])[home.id][0]
        ids = [makers.elder(session, person).id, makers.child(session, person).id,
               makers.agreement(session, person).id]  # fmt: skip
        session.add(Finding(
            id="found", rule="R09", subject_kind="person", subject_id=person.id, person_id=person.id, severity="orange",
            household_id=home.id, division=home.division, facts={"age": 83}, found_on=TODAY, seen_on=TODAY,
            created_at=utcnow(), updated_at=utcnow(),
        ))  # fmt: skip

    def pages(session, actor):
        yield lambda: elders.elder_page(session, actor, ids[0], TODAY)
        yield lambda: children.child_page(session, actor, ids[1], TODAY)
        yield lambda: agreements.agreement_page(session, actor, ids[2], TODAY)
        yield lambda: pairing.home_page(session, actor, home)
        yield lambda: finding_office.one(session, actor, "found")

    def listed(actor):
        with reading() as session:
            [row] = finding_office.listing(session, actor).rows
            assert len(finding_office.listing(session, actor, rule="R09").rows) == (row.rule != "由你去抽查")
            return row.rule, row.facts

    with reading() as session:
        for page_of in pages(session, other):
            with pytest.raises(NotAllowed, match="由你去看"):
                page_of()
        for page_of in pages(session, section):
            page_of()
    assert listed(other) == ("由你去抽查", "交了以后才看得到。")
    assert listed(section) == ("高龄应补未补", "83 岁")
    see(other, item.id)
    assert listed(other) == ("高龄应补未补", "83 岁")


def test_what_was_found_first_is_what_stood_on_the_day_of_the_draw(county):
    section, other = county
    [item] = items(draw(section, visitors=[other.id]))
    with transaction() as session:
        home = service.queries.homes(session, [item.household_id])[item.household_id]
        home.ledger = {"household.food": home.ledger["household.food"] | {"value": "bad"}}
    see(other, item.id)
    assert next(one for one in item_view(other, item.id).compared if one.label == "吃").state == "same"


def test_only_who_was_sent_notes_the_visit_once(county):
    section, other = county
    [item] = items(draw(section, visitors=[other.id]))
    with pytest.raises(NotAllowed):
        see(section, item.id)
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
        with pytest.raises(BadInput, match="那天"):
            see(other, item.id, day)
    with pytest.raises(BadInput, match="这一问"):
        see(other, item.id, household_gold="ok")
    with pytest.raises(BadInput, match="这个答案"):
        see(other, item.id, household_food="gold")
    with pytest.raises(BadInput, match="写数字"):
        see(other, item.id, people="许多")
    see(other, item.id)
    with pytest.raises(Conflict):
        see(other, item.id)
    with transaction() as session, pytest.raises(Conflict):
        service.give(session, section, item.id, section.id)


def test_who_has_been_to_the_home_since_the_draw_is_not_blind_any_more(county):
    section, other = county
    [item] = items(draw(section, visitors=[other.id]))
    with transaction() as session:
        now = utcnow()
        session.add(Visit(id=new_id(), household_id=item.household_id, division=VILLAGE, author_id=other.id,
                          form_code="home", form_version=1, mode="home", started_at=now, finished_at=now, on=TODAY,
                          received_at=now))  # fmt: skip
    with pytest.raises(NotAllowed, match="换一个人"):
        see(other, item.id)
    with transaction() as session:
        service.give(session, section, item.id, section.id)
    see(section, item.id)


def test_a_result_needs_the_visit_and_its_word_and_ends_the_task(county):
    section, other = county
    [item] = items(draw(section, visitors=[other.id]))
    with pytest.raises(Conflict):
        judge(other, item.id)
    see(other, item.id)
    with pytest.raises(NotAllowed):
        judge(section, item.id)
    with pytest.raises(BadInput):
        judge(other, item.id, "error")
    judge(other, item.id, "error", "收入超了，转乡镇复核")
    with reading() as session:
        assert session.scalars(select(Task).where(Task.kind == "recheck")).all() == []
        assert office_service.samples_page(session, other).mine == []
    assert [(one.state, one.outcome) for one in page(section, item.sample_id).rows] == [
        ("办完", "有错，待遇要改")
    ]  # fmt: skip
    judge(other, item.id, "differs", "再看了一次，收入没超")
    assert dict(page(section, item.sample_id).counts) == {"一致": 0, "有出入，不影响待遇": 1, "有错，待遇要改": 0}


def test_the_rate_comes_with_its_bounds_until_all_was_looked_at(county):
    section, other = county
    with transaction() as session:
        codes = [home_of(session, f"报{number}")[0].code for number in range(4)]
    key = draw(section, which="reported", codes=codes, visitors=[other.id])
    assert page(section, key).says == "还没有结果。"
    four = items(key)
    for one in four:
        see(other, one.id)
    for one in four[:3]:
        judge(other, one.id)
    judge(other, four[0].id, "error", "应当停")
    found = page(section, key)
    assert (found.done, found.waiting, found.rate) == (3, 1, "33.3%")
    assert found.bounds == "6.1% 到 79.2%"
    judge(other, four[3].id)
    found = page(section, key)
    assert (found.rate, found.bounds) == ("25.0%", "")
    assert "不是估计" in found.says


def test_the_protocol_is_enough_to_draw_again(county):
    section, other = county
    key = draw(section, seed="摇号 77", visitors=[other.id])
    with transaction() as session:
        name, data = protocol_service.protocol(session, section, key, "存档")
    with reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "sample.exported")).one()
    assert (name.endswith(".xlsx"), entry.reason) == (True, "存档")
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    facts = {row[0]: row[1] for row in book.get_sheet_by_name("抽样记录").to_python()}
    frame = [row[0] for row in book.get_sheet_by_name("全部名单").to_python()[1:]]
    drawn = [row[3] for row in book.get_sheet_by_name("抽中的").to_python()[1:]]
    assert (facts["种子"], facts["名单指纹"]) == ("摇号 77", rules.fingerprint(frame))
    assert drawn == rules.draw(facts["种子"], frame, 0.1)


def test_a_child_is_asked_about_by_nobody_but_what_is_paid(county):
    section, other = county
    with transaction() as session:
        home = makers.household(session, VILLAGE, "奶奶家")
        child = makers.person(session, home, "小宝", born_on=TODAY - timedelta(days=3000), living="grandparents")
        enrol(session, child, "orphan")
    [item] = items(draw(section, programme="orphan", visitors=[other.id]))
    assert not any(name.startswith("person.") for name in item.first)
    assert item.person_id == child.id


def test_samples_are_of_the_county_and_stay_in_their_area(county):
    section, other = county
    [item] = items(draw(section, visitors=[other.id]))
    with transaction() as session:
        clerk = makers.user(session, Role.TOWN_CLERK, (TOWN,))
        cadre = makers.user(session, Role.VILLAGE, (VILLAGE,))
        leader = makers.user(session, Role.LEADER, (COUNTY,))
        far = makers.user(session, Role.SUPERVISOR, (OTHER_TOWN,))
    with reading() as session:
        for actor in (clerk, cadre, leader):
            with pytest.raises(NotAllowed):
                office_service.samples_page(session, actor)
            with pytest.raises(NotAllowed):
                office_service.item_page(session, actor, item.id)
        with pytest.raises(NotFound):
            office_service.sample_page(session, far, item.sample_id)
        with pytest.raises(NotFound):
            office_service.item_page(session, far, item.id)
        assert office_service.samples_page(session, far).rows == []
    with pytest.raises(NotAllowed):
        draw(far, area=TOWN)


def test_months_stand_the_right_way_round(county):
    section, _ = county
    with pytest.raises(BadInput, match="月份"):
        draw(section, from_month="2026-09", to_month="2026-08")


def test_the_words_of_the_form_are_those_of_the_questions(county):
    with reading() as session:
        assert forms.field_words(session)["household.food"] == {"ok": "够", "bad": "不够"}
