"""Cases of children in danger: taken in whatever is known, four stages with clocks, the gravest for three people."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.accounts.rules import Role
from app.children import case_office_service, case_service, rules
from app.children.case_page import case_page
from app.children.case_state import CaseState
from app.children.schemas import CaseReport
from app.db import new_id, reading, transaction, utcnow
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.sync import pull_service
from app.workdays import is_workday
from models.accounts import User
from models.audit import AuditEntry
from models.children import ChildCase, ChildCaseStep
from models.sync import Command
from tests import makers
from tests.makers import COUNTY, FAR_VILLAGE, TOWN
from tests.statements import statements
from tests.sync.pushing import push, statuses
from tests.tabs import call, tab


@pytest.fixture
def county(database):
    with transaction() as session:
        makers.divisions(session)
        home = makers.household(session)
        return {
            "me": makers.user(session), "home": home,
            "boy": makers.person(session, home, "王浩", born_on=date(2018, 1, 1)),
            "other_cadre": makers.user(session, name="李梅"),
            "clerk": makers.user(session, Role.TOWN_CLERK, (TOWN,), name="周海燕"),
            "officer": makers.user(session, Role.TOWN_APPROVER, (TOWN,), flags=("child_supervisor",), name="徐国强"),
            "section": makers.user(session, Role.SECTION, (COUNTY,), flags=("child_section",), name="何敏"),
            "benefits": makers.user(session, Role.SECTION, (COUNTY,), name="孙洁"),
            "supervisor": makers.user(session, Role.SUPERVISOR, (COUNTY,)),
            "far": makers.user(session, Role.TOWN_CLERK, (makers.OTHER_TOWN,)),
        }  # fmt: skip


def told(county, *situations, **more):
    said = {"situations": list(situations), "person_id": county["boy"].id, "seen": "身上有伤", "called": ["110"]}
    return makers.command("case.report", {**said, **more})


def sees(actor, which="open"):
    with reading() as session:
        return [row.id for row in case_office_service.list_cases(session, actor, which=which).rows]


def test_a_report_from_the_phone_starts_the_clock(county):
    command = told(county, "untended", police_number="接警 0012")
    assert statuses(push(county["me"], command, command)) == ["stored", "duplicate"]
    with reading() as session:
        case = session.get(ChildCase, command["id"])
        assert (case.stage, case.restricted, case.household_id) == ("report", False, county["home"].id)
        assert case.due_at == case.reported_at + timedelta(hours=24)
        [step] = session.scalars(select(ChildCaseStep)).all()
        assert step.text == "已打 110。接警 0012。身上有伤"
    for who in ("me", "other_cadre", "clerk", "officer", "section"):
        assert sees(county[who]) == [command["id"]], who
    assert sees(county["far"]) == []


@pytest.mark.parametrize("known", [
    {}, {"where": "村口小卖部旁，七八岁女孩"}, {"household_id": new_id(), "person_id": new_id()},
])  # fmt: skip
def test_a_child_that_is_in_no_list_is_taken_in_too(county, known):
    command = makers.command("case.report", {"situations": ["missing"], **known})
    assert statuses(push(county["me"], command)) == ["stored"]
    assert sees(county["clerk"]) == [command["id"]]


def test_who_sees_it_reports_it_wherever_the_child_lives(county):
    with transaction() as session:
        stranger = makers.user(session, areas=(FAR_VILLAGE,))
    command = told(county, "missing")
    assert statuses(push(stranger, command)) == ["stored"]
    assert sees(county["clerk"]) == [command["id"]]
    assert sees(county["far"]) == []


@pytest.mark.parametrize("situation", sorted(rules.RESTRICTED))
def test_three_people_see_what_is_grave_and_each_look_is_written_down(county, situation):
    command = told(county, "alone", situation)
    push(county["me"], command)
    trusted = {"me", "officer", "section"}
    for who, actor in county.items():
        if who in ("home", "boy"):
            continue
        assert (command["id"] in sees(actor)) == (who in trusted), who
        with transaction() as session:
            if who in trusted:
                case_service.look(session, actor, command["id"])
            else:
                with pytest.raises(NotFound):
                    case_service.look(session, actor, command["id"])
    with reading() as session:
        looks = session.scalars(select(AuditEntry.actor_id).where(AuditEntry.action == "case.seen")).all()
        case = session.get(ChildCase, command["id"])
    assert sorted(looks) == sorted(county[who].id for who in trusted)
    assert sorted(case.seers) == sorted(county[who].id for who in trusted)


def test_a_grave_case_says_nothing_in_lists_pulls_logs_and_beside_its_command(county):
    command = told(county, "sexual")
    push(county["me"], command)
    with reading() as session:
        row = case_office_service.list_cases(session, county["section"]).rows[0]
        kept = session.scalars(select(Command)).one()
        log = session.scalars(select(AuditEntry)).all()
    assert (row.title, row.place) == ("要保密的一件", "")
    assert (kept.household_id, kept.division) == (None, "")
    assert not any("身上有伤" in str(one.after) or "sexual" in str(one.after) for one in log)
    for who in ("other_cadre", "clerk", "officer", "me"):
        down = json.dumps(pull_service.pull(county[who], "", 500), ensure_ascii=False)
        assert command["id"] not in down, who
        assert "身上有伤" not in down, who


def test_who_leaves_gives_the_seat_to_the_next(county):
    command = told(county, "violence")
    push(county["me"], command)
    assert sees(county["clerk"]) == []
    with transaction() as session:
        session.get(User, county["officer"].id).disabled_at = utcnow()
    assert sees(county["clerk"]) == [command["id"]]
    assert sees(county["benefits"]) == []


def step(actor, case_id, stage, text="孩子在派出所，外婆去接", base=None):
    with transaction() as session:
        base = session.get(ChildCase, case_id).version if base is None else base
        return case_service.add_step(session, actor, case_id, stage, text, base, utcnow())


def test_of_two_who_opened_the_same_case_the_second_is_told_and_writes_nothing(county):
    command = told(county, "untended")
    push(county["me"], command)
    step(county["officer"], command["id"], "response", base=1)
    with pytest.raises(Conflict, match="别人刚改过") as refused:
        step(county["clerk"], command["id"], "response", base=1)
    assert [one.code for one in refused.value.details] == ["old_version"]
    with reading() as session:
        case = session.get(ChildCase, command["id"])
        assert (case.version, case.stage, len(case_service.steps(session, case))) == (2, "response", 2)
    step(county["clerk"], command["id"], "response", base=2)


def test_on_the_page_the_second_sees_what_the_first_one_did(county):
    command = told(county, "untended")
    push(county["me"], command)
    with transaction() as session:
        for token in ("first", "second"):
            makers.user(session, Role.TOWN_CLERK, (TOWN,), token=token)
    first, second = (call(tab(CaseState, who, f"id={command['id']}"), "open") for who in ("first", "second"))
    form = {"stage": "response", "text": "去看过，外婆在家", "version": str(first.case.version)}
    call(first, "step", form)
    assert (first.problem, first.done, first.saved) == ("", "记下了。", 1)
    call(second, "step", form)
    assert second.problem.startswith("别人刚改过，请看一下新的内容再决定。")
    assert (second.case.version, len(second.case.steps), second.saved) == (2, 2, 0)
    call(second, "step", form | {"version": "2"})
    assert (second.problem, len(second.case.steps)) == ("", 3)


def test_a_stage_that_was_chosen_does_not_become_the_next_one_under_the_hand():
    """The list of stages changes when somebody else was first; by its place in it, the choice would be another."""
    select = str(case_page()).partition('"data-testid":"case-stage"')[2]
    assert re.match(r',key:[^,]*\["version"\],name:"stage"', select)


def test_stages_come_one_after_the_other_and_nothing_is_overwritten(county):
    command = told(county, "untended")
    push(county["me"], command)
    for stage in ("assessment", "intervention", "closed", "nonsense"):
        with pytest.raises(BadInput):
            step(county["clerk"], command["id"], stage)
    with pytest.raises(BadInput):
        step(county["clerk"], command["id"], "response", " ")
    for stage in ("report", "response", "response", "assessment", "intervention", "closed"):
        step(county["clerk"], command["id"], stage)
    with pytest.raises(BadInput):
        step(county["clerk"], command["id"], "closed")
    with reading() as session:
        case = session.get(ChildCase, command["id"])
        stages = [one.stage for one, _ in case_service.steps(session, case)]
        page = case_office_service.case_page(session, county["clerk"], command["id"])
    assert stages == ["report", "report", "response", "response", "assessment", "intervention", "closed"]
    assert (case.due_at, page.closed, page.next) == (None, True, [])
    assert (sees(county["clerk"]), sees(county["clerk"], "closed")) == ([], [command["id"]])


def test_a_clock_only_starts_anew_with_a_stage(county):
    command = told(county, "untended")
    push(county["me"], command)
    before = step(county["clerk"], command["id"], "report").due_at
    case = step(county["clerk"], command["id"], "response")
    assert case.due_at > before
    assert step(county["clerk"], command["id"], "response").due_at == case.due_at


def test_only_who_works_with_children_goes_on(county):
    command = told(county, "untended")
    push(county["me"], command)
    with pytest.raises(NotAllowed):
        step(county["supervisor"], command["id"], "response")
    with pytest.raises(NotFound):
        step(county["far"], command["id"], "response")


def test_a_paired_official_without_an_area_may_report(county):
    with transaction() as session:
        paired = makers.user(session, Role.PAIRED, ())
        makers.pair(session, paired, county["home"], date(2020, 1, 1))
    command = makers.command("case.report", {"situations": ["other"], "where": "路边"})
    assert statuses(push(paired, command)) == ["stored"]
    assert sees(county["clerk"]) == [command["id"]]


def test_from_the_desk_too(county):
    with transaction() as session:
        data = CaseReport(situations=["injured"], where="镇上")
        case = case_service.report(session, county["clerk"], data, utcnow(), division=TOWN)
    assert sees(county["clerk"]) == [case.id]
    assert sees(county["me"]) == []


def test_a_page_asks_for_each_thing_once_however_many_cases_there_are(county):
    def reported(number):
        with transaction() as session:
            for _ in range(number):
                home = makers.household(session)
                child = makers.person(session, home, "李小雨", born_on=date(2018, 1, 1))
                for situation in ("untended", "violence"):
                    data = CaseReport(situations=[situation], person_id=child.id)
                    case_service.report(session, county["me"], data, utcnow(), division=TOWN)
                data = CaseReport(situations=["missing"], household_id=home.id)
                case_service.report(session, county["me"], data, utcnow(), division=TOWN)

    def asked():
        with statements() as told, reading() as session:
            page = case_office_service.list_cases(session, county["officer"])
        return len(page.rows), len(told)

    reported(1)
    with transaction() as session:
        session.get(User, county["section"].id).disabled_at = utcnow()  # so that the seat is looked for
    rows, one = asked()
    reported(4)
    assert (rows, asked()) == (3, (15, one))


def test_what_three_see_comes_first_and_pages_go_on_over_the_rest(county, monkeypatch):
    monkeypatch.setattr(case_office_service, "PAGE", 2)
    for situation in ("untended", "violence", "missing", "alone"):
        push(county["me"], told(county, situation))
    pages = []
    with reading() as session:
        for offset in (0, 2, 4):
            page = case_office_service.list_cases(session, county["officer"], offset=offset)
            pages.append(([row.restricted for row in page.rows], page.total, page.more))
    assert pages == [([True, False], 4, True), ([False, False], 4, False), ([], 4, False)]


VALUES = {"child_case.response_hours": 24, "child_case.assessment_days": 3, "child_case.plan_days": 10,
          "child_case.visit_days": 30}  # fmt: skip


@pytest.mark.parametrize(("stage", "due"), [
    ("report", datetime(2026, 10, 1, 8, tzinfo=UTC)),
    ("response", datetime(2026, 10, 10, 8, tzinfo=UTC)),
    ("intervention", datetime(2026, 10, 30, 8, tzinfo=UTC)),
    ("closed", None),
])  # fmt: skip
def test_clocks_leave_out_the_holidays_where_working_days_are_meant(stage, due):
    since = datetime(2026, 9, 30, 8, tzinfo=UTC)
    assert rules.due(stage, since, VALUES, is_workday) == due
