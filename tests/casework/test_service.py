"""Petitions and public notices: R34 and R43 stop the save; R35 and they themselves read what is kept."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.rules import Role
from app.audit.rules import ACTIONS
from app.casework import office_service, rules, service
from app.casework.schemas import NoticeIn, PetitionIn
from app.db import reading, transaction
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.findings import service as findings
from app.findings.blocking_service import LeadsToAccused, NoticeFaulty
from models.audit import AuditEntry
from models.casework import Petition, PublicNotice
from models.findings import Finding
from tests import makers
from tests.makers import COUNTY, OTHER_TOWN, TOWN, VILLAGE
from tests.statements import statements

pytestmark = pytest.mark.usefixtures("database")
TODAY = service.today()


class People:
    def __init__(self, session):
        makers.divisions(session)
        self.clerk = makers.user(session, Role.TOWN_CLERK, (TOWN,))
        self.head = makers.user(session, Role.TOWN_APPROVER, (TOWN,))
        self.far = makers.user(session, Role.TOWN_CLERK, (OTHER_TOWN,))
        self.section = makers.user(session, Role.SECTION, (COUNTY,))
        self.village = makers.user(session, Role.VILLAGE, (VILLAGE,))


@pytest.fixture
def people() -> People:
    with transaction() as session:
        return People(session)


def petition(**more) -> PetitionIn:
    given = {"division": VILLAGE, "category": "检举控告", "text": "低保钱没有发到手", "received_on": TODAY,
             "source": "来信"}  # fmt: skip
    return PetitionIn(**given | more)


def _kept() -> list[Petition]:
    with reading() as session:
        return list(session.scalars(select(Petition)))


@pytest.mark.parametrize("to", ["clerk", "head"])
def test_an_accusation_reaches_neither_who_is_accused_nor_their_unit(people, to):
    data = petition(accused=[people.clerk.id], assignee=getattr(people, to).id)
    with pytest.raises(LeadsToAccused, match="请另选承办人") as told, transaction() as session:
        service.receive(session, people.section, data)
    assert told.value.code == "leads_to_accused"
    assert _kept() == [], "nothing is kept of what was refused"


def test_handed_on_later_it_is_refused_too_and_stays_with_whom_it_was(people):
    with transaction() as session:
        made = service.receive(
            session, people.section, petition(accused=[people.clerk.id], assignee=people.section.id)
        ).id
    with pytest.raises(LeadsToAccused), transaction() as session:
        service.assign(session, people.section, made, people.head.id, 1)
    assert _kept()[0].assignee == people.section.id
    with reading() as session:
        assert office_service.listing(session, people.head).rows == [], "nor may they read it"
        assert len(office_service.listing(session, people.section).rows) == 1
    with pytest.raises(NotFound), transaction() as session:
        service.step(session, people.clerk, made, "told_on", 1)


def test_what_accuses_nobody_goes_to_the_township(people):
    with transaction() as session:
        made = service.receive(session, people.section, petition(category="申诉求决"))
        service.assign(session, people.section, made.id, people.clerk.id, 1)
    with transaction() as session:
        service.step(session, people.clerk, made.id, "told_on", 2)
    row = _kept()[0]
    assert (row.assignee, row.told_on, row.kept_from) == (people.clerk.id, TODAY, [])


@pytest.mark.parametrize("category", ["申诉求决", "建议意见"])
def test_who_is_accused_is_asked_of_accusations_alone(people, category):
    with pytest.raises(BadInput, match="只有检举控告件") as told, transaction() as session:
        service.receive(session, people.section, petition(category=category, accused=[people.clerk.id]))
    assert (told.value.code, _kept()) == ("accused_of_nothing", [])


def test_who_is_accused_does_not_write_the_accusation_down(people):
    with pytest.raises(NotAllowed), transaction() as session:
        service.receive(session, people.clerk, petition(accused=[people.head.id]))
    with pytest.raises(NotAllowed), transaction() as session:
        service.receive(session, people.far, petition())
    with pytest.raises(NotAllowed), transaction() as session:
        service.receive(session, people.village, petition())


def test_more_time_needs_who_approved_it_and_why(people):
    with transaction() as session:
        made = service.receive(session, people.section, petition(category="申诉求决")).id
    with pytest.raises(BadInput, match="延期要写负责人"), transaction() as session:
        service.extend(session, people.section, made, "", "还在查", 1)
    with transaction() as session:
        service.extend(session, people.section, made, "李局长", "还在查", 1)
    assert _kept()[0].extended


ACTS = {
    "assign": lambda session, people, made, base: service.assign(session, people.clerk, made, people.head.id, base),
    "step": lambda session, people, made, base: service.step(session, people.clerk, made, "told_on", base),
    "extend": lambda session, people, made, base: service.extend(session, people.clerk, made, "李局长", "还在查", base),
}


def _told(actor, made):
    with reading() as session:
        return [one.what[:4] for one in office_service.one(session, actor, made).events]


def stepped(session, people, made, *days, base=1):
    """The steps in their order, each with its day."""
    for at, (what, on) in enumerate(zip(rules.STEPS, days, strict=False), start=base):
        service.step(session, people.clerk, made, what, at, on)


def test_a_step_noted_by_mistake_is_taken_back_with_a_reason_and_all_of_it_is_shown(people):
    with transaction() as session:
        made = service.receive(session, people.clerk, petition(category="申诉求决")).id
        stepped(session, people, made, TODAY, TODAY, TODAY)
    with pytest.raises(BadInput, match="为什么退回") as told, transaction() as session:
        service.step_back(session, people.clerk, made, " ", 4)
    assert told.value.code == "back_bare"
    with transaction() as session:
        service.step_back(session, people.clerk, made, "点错了", 4)
    (row,) = _kept()
    assert (row.told_on, row.accepted_on, row.done_on, row.version) == (TODAY, TODAY, None, 5)
    assert _told(people.clerk, made) == ["收到", "告知了", "受理了", "退回一步"]
    with transaction() as session:
        service.step(session, people.clerk, made, "done_on", 5)
    assert _told(people.clerk, made) == ["收到", "告知了", "受理了", "退回一步", "办结了"]
    with transaction() as session:
        service.step_back(session, people.clerk, made, "又点错了", 6)
    assert _told(people.clerk, made) == ["收到", "告知了", "受理了", "退回一步", "退回一步"]
    with transaction() as session:
        service.step_back(session, people.clerk, made, "不该受理", 7)
        service.step_back(session, people.clerk, made, "没说清楚", 8)
    assert (_kept()[0].told_on, _kept()[0].accepted_on) == (None, None)
    with pytest.raises(BadInput, match="还没有办过"), transaction() as session:
        service.step_back(session, people.clerk, made, "点错了", 9)
    with pytest.raises(Conflict), transaction() as session:
        service.step_back(session, people.clerk, made, "点错了", 1)
    with reading() as session:
        told = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == made)).all()
        events = office_service.one(session, people.clerk, made).events
    assert (told.count("petition.step"), told.count("petition.step_back")) == (4, 4)
    day = office_service.day(TODAY, TODAY)
    assert [(one.what, one.on) for one in events[:2]] == [
        ("收到", day), (f"退回一步，{day}办结了不算", f"{day}，{people.clerk.name}：点错了")]  # fmt: skip
    assert [one.what[-6:] for one in events[2:]] == ["日办结了不算", "日受理了不算", "日告知了不算"]


def test_the_day_that_was_taken_back_by_mistake_is_put_again(people):
    long_ago = TODAY - timedelta(300)
    with transaction() as session:
        made = service.receive(session, people.clerk, petition(category="申诉求决", received_on=long_ago)).id
        stepped(session, people, made, long_ago + timedelta(9), long_ago + timedelta(12))
    for wrong, says in ((long_ago + timedelta(8), "早于上一步"), (TODAY + timedelta(1), "还没到")):
        with pytest.raises(BadInput, match=says), transaction() as session:
            service.step(session, people.clerk, made, "done_on", 3, wrong)
    with transaction() as session:
        service.step_back(session, people.clerk, made, "点错了", 3)
        service.step_back(session, people.clerk, made, "点错了", 4)
    with pytest.raises(BadInput, match="早于收到"), transaction() as session:
        service.step(session, people.clerk, made, "told_on", 5, long_ago - timedelta(1))
    with transaction() as session:
        service.step(session, people.clerk, made, "told_on", 5, long_ago + timedelta(9))
    assert _kept()[0].told_on == long_ago + timedelta(9)
    with reading() as session:
        view = office_service.one(session, people.clerk, made)
    assert [one.what[:4] for one in view.events] == ["收到", "告知了", "退回一步", "退回一步"]
    assert (view.earliest, view.on) == ((long_ago + timedelta(9)).isoformat(), TODAY.isoformat())


@pytest.mark.parametrize(("taken", "wrong"), [(0, "accepted_on"), (0, "done_on"), (1, "told_on"), (3, "told_on")])
def test_a_step_that_is_not_the_next_one_is_refused(people, taken, wrong):
    with transaction() as session:
        made = service.receive(session, people.clerk, petition(category="申诉求决")).id
        stepped(session, people, made, *[TODAY] * taken)
    before = _kept()[0].model_dump()
    with pytest.raises(Conflict, match="一步一步") as told, transaction() as session:
        service.step(session, people.clerk, made, wrong, taken + 1)
    assert told.value.code == "not_next"
    assert _kept()[0].model_dump() == before


def test_what_is_done_asks_for_nothing_also_where_a_step_before_was_never_noted(people):
    with transaction() as session:
        row = service.receive(session, people.clerk, petition(category="申诉求决"))
        row.done_on, made = TODAY, row.id  # as steps could be noted before
    with reading() as session:
        view = office_service.one(session, people.clerk, made)
    assert (view.next, view.next_words, view.reached) == ("", "", 3)
    with pytest.raises(Conflict, match="一步一步"), transaction() as session:
        service.step(session, people.clerk, made, "told_on", 1)


@pytest.mark.parametrize("act", ACTS)
def test_of_two_who_opened_the_same_the_second_is_told_and_writes_over_nothing(people, act):
    with transaction() as session:
        made = service.receive(session, people.section, petition(category="申诉求决")).id
    with transaction() as session:
        service.assign(session, people.section, made, people.clerk.id, 1)
    before = _kept()[0].model_dump()
    with pytest.raises(Conflict, match="别人刚改过") as told, transaction() as session:
        ACTS[act](session, people, made, 1)
    assert [one.code for one in told.value.details] == ["old_version"]
    assert _kept()[0].model_dump() == before
    with transaction() as session:
        ACTS[act](session, people, made, 2)
    assert _kept()[0].version == 3


CLOSED = {"assign": "已经办结，不用再交办", "extend": "已经办结，不用再延期"}


@pytest.mark.parametrize("act", CLOSED)
def test_what_is_done_is_neither_handed_on_nor_given_more_time(people, act):
    with transaction() as session:
        made = service.receive(session, people.section, petition(category="申诉求决")).id
        stepped(session, people, made, TODAY, TODAY, TODAY)
    before = _kept()[0].model_dump()
    with pytest.raises(Conflict, match=CLOSED[act]) as told, transaction() as session:
        ACTS[act](session, people, made, 4)
    assert told.value.code == "petition_done"
    assert _kept()[0].model_dump() == before


def test_how_an_old_petition_came_is_filled_in_once_also_when_it_is_done(people):
    with transaction() as session:
        row = service.receive(session, people.section, petition(category="申诉求决"))
        made = row.id
        stepped(session, people, made, TODAY, TODAY, TODAY)
        row.source = rules.UNKNOWN  # as those from before it was asked
    with pytest.raises(Conflict, match="别人刚改过"), transaction() as session:
        service.say_source(session, people.clerk, made, "来访", 1)
    with pytest.raises(BadInput, match="怎么来的"), transaction() as session:
        service.say_source(session, people.clerk, made, "托梦", 4)
    for who, error in ((people.far, NotFound), (people.village, NotAllowed)):
        with pytest.raises(error), transaction() as session:
            service.say_source(session, who, made, "来访", 4)
    with transaction() as session:
        service.say_source(session, people.clerk, made, "来访", 4)
    with pytest.raises(Conflict, match="已经写了") as told, transaction() as session:
        service.say_source(session, people.section, made, "来信", 5)
    assert told.value.code == "source_known"
    assert (_kept()[0].source, _kept()[0].version) == ("来访", 5)
    with reading() as session:
        line = session.scalars(select(AuditEntry).where(AuditEntry.action == "petition.source")).one()
        assert (line.actor_id, line.subject_id, line.after) == (people.clerk.id, made, {"source": "来访"})
    assert "petition.source" in ACTIONS


def notice(**more) -> NoticeIn:
    given = {"division": VILLAGE, "programme": "dibao", "from_on": TODAY, "to_on": TODAY + timedelta(days=7),
             "text": "王某某，3 人，每月 900 元"}  # fmt: skip
    return NoticeIn(**given | more)


@pytest.mark.parametrize(("wrong", "says"), [
    ({"to_on": TODAY + timedelta(days=6)}, "公示要满7天"),
    ({"programme": "unsupported"}, "孩子的事不公示"),
    ({"programme": "orphan"}, "孩子的事不公示"),
    ({"text": "王某某，349927194001010010，每月 900 元"}, "要去掉再贴"),
    ({"text": "王某某，电话 13800000000"}, "要去掉再贴"),
])  # fmt: skip
def test_a_faulty_notice_is_not_saved_and_the_sentence_says_what_to_do(people, wrong, says):
    with pytest.raises(NoticeFaulty, match=says) as told, transaction() as session:
        service.post(session, people.clerk, notice(**wrong))
    assert told.value.code == "notice_faulty"
    with reading() as session:
        assert session.scalars(select(PublicNotice)).all() == []


def test_a_right_notice_hangs(people):
    with transaction() as session:
        service.post(session, people.clerk, notice())
    with reading() as session:
        assert [one.place for one in office_service.notices(session, people.clerk).rows] != []
        assert office_service.notices(session, people.far).rows == []


def test_a_petition_that_waits_too_long_is_found_where_it_belongs(people):
    with transaction() as session:
        service.receive(session, people.clerk, petition(category="申诉求决", received_on=TODAY - timedelta(days=16)))
    findings.compare()
    with reading() as session:
        found = session.scalars(select(Finding).where(Finding.rule == "R35")).one()
    assert (found.division, found.kind, found.facts["why"]) == (VILLAGE, "finding", "未告知")
    with transaction() as session:
        service.step(session, people.clerk, found.subject_id, "told_on", 1)
    findings.compare()
    with reading() as session:
        found = session.scalars(select(Finding).where(Finding.rule == "R35")).one()
    assert (found.state, found.closed_how) == ("closed", "gone")


def test_what_was_written_down_elsewhere_is_found_by_the_same_rules(people):
    with transaction() as session:
        row = service.receive(session, people.section, petition(accused=[people.village.id]))
        row.assignee = people.village.id
        hung = service.post(session, people.clerk, notice())
        hung.to_on = hung.from_on + timedelta(days=2)
    findings.compare(TODAY)
    with reading() as session:
        assert set(session.scalars(select(Finding.rule))) >= {"R34", "R43"}


def test_a_notice_is_taken_down_with_day_and_reason_and_what_was_found_of_it_goes(people):
    with transaction() as session:
        hung = service.post(session, people.clerk, notice())
        hung.to_on, made = hung.from_on + timedelta(days=2), hung.id
    findings.compare(TODAY)
    for who, error in ((people.far, NotFound), (people.village, NotAllowed)):
        with pytest.raises(error), transaction() as session:
            service.take_down(session, who, made, TODAY, "天数不够", 1)
    for day, why, says in (
        (TODAY + timedelta(1), "天数不够", "还没到"), (TODAY - timedelta(1), "天数不够", "还没有贴"),
        (TODAY, " ", "为什么撤下"),
    ):  # fmt: skip
        with pytest.raises(BadInput, match=says), transaction() as session:
            service.take_down(session, people.clerk, made, day, why, 1)
    with transaction() as session:
        service.take_down(session, people.clerk, made, TODAY, "天数不够", 1)
    with pytest.raises(Conflict, match="别人刚改过"), transaction() as session:
        service.take_down(session, people.section, made, TODAY, "再撤一次", 1)
    with pytest.raises(Conflict, match="已经撤下") as told, transaction() as session:
        service.take_down(session, people.section, made, TODAY, "再撤一次", 2)
    assert told.value.code == "notice_down"
    with reading() as session:
        (row,) = office_service.notices(session, people.clerk).rows
        line = session.scalars(select(AuditEntry).where(AuditEntry.action == "public_notice.down")).one()
    assert (row.now, row.version, row.down) == (False, 2, f"{office_service.day(TODAY, TODAY)}，天数不够")
    assert (line.subject_id, line.reason, line.after) == (made, "天数不够", {"on": TODAY.isoformat()})
    assert "public_notice.down" in ACTIONS
    findings.compare(TODAY)
    with reading() as session:
        found = session.scalars(select(Finding).where(Finding.rule == "R43")).one()
    assert (found.state, found.closed_how) == ("closed", "gone")


def test_a_notice_of_days_to_come_is_taken_down_before_it_hangs(people):
    begins = TODAY + timedelta(3)
    with transaction() as session:
        made = service.post(session, people.clerk, notice(from_on=begins, to_on=begins + timedelta(10))).id
    with transaction() as session:
        service.take_down(session, people.clerk, made, TODAY, "写错了人数", 1)
    with reading() as session:
        assert session.get(PublicNotice, made).down_on == TODAY


def test_who_has_waited_longest_stands_first_and_what_is_kept_from_the_reader_takes_no_place(people, monkeypatch):
    monkeypatch.setattr(office_service, "PAGE", 2)
    with transaction() as session:
        service.receive(session, people.section, petition(accused=[people.head.id], received_on=TODAY - timedelta(9)))
        for ago in (1, 5, 3):
            service.receive(session, people.clerk, petition(category="申诉求决", received_on=TODAY - timedelta(ago)))
        for row in session.scalars(select(Petition).where(Petition.category == "检举控告")):
            row.author_id = people.clerk.id
    pages = []
    with reading() as session:
        for offset in (0, 2, 4):
            page = office_service.listing(session, people.clerk, offset=offset)
            pages.append(([one.received for one in page.rows], page.total, page.more))
    days = [office_service.day(TODAY - timedelta(ago), TODAY) for ago in (5, 3, 1)]
    assert pages == [(days[:2], 3, True), (days[2:], 3, False), ([], 3, False)]


def test_the_list_is_narrowed_by_place_kind_and_how_far_it_has_come(people):
    with transaction() as session:
        one = service.receive(session, people.clerk, petition(category="申诉求决", text="甲说", source="来电")).id
        service.receive(session, people.clerk, petition(category="建议意见", text="乙说", source="来信"))
        far = service.receive(session, people.far, petition(category="申诉求决", text="丙说", division=OTHER_TOWN))
        far.source = ""
        stepped(session, people, one, TODAY, TODAY, TODAY)

    def told(**narrowed):
        with reading() as session:
            page = office_service.listing(session, people.section, **narrowed)
        assert page.total == len(page.rows)
        return {row.brief[0] for row in page.rows}

    assert told() == {"乙", "丙"}
    assert (told(which="done"), told(which="all")) == ({"甲"}, {"甲", "乙", "丙"})
    assert told(which="all", village=VILLAGE) == {"甲", "乙"}
    assert told(which="all", category="申诉求决") == {"甲", "丙"}
    assert (told(which="all", source="来电"), told(which="all", source="没记")) == ({"甲"}, {"丙"})


def test_a_page_asks_for_each_thing_once_however_many_petitions_there_are(people):
    def written(number):
        with transaction() as session:
            for at in range(number):
                town = f"{COUNTY}{at + 200}"
                officer = makers.user(session, Role.TOWN_CLERK, (town,))
                usual = {"category": "申诉求决", "division": town}
                service.receive(session, people.section, petition(**usual, assignee=officer.id))
                service.post(session, people.section, notice(division=town))

    def asked(look):
        with statements() as told, reading() as session:
            found = look(session)
        return len(getattr(found, "rows", found)), len(told)

    looks = (
        lambda session: office_service.listing(session, people.section),
        lambda session: office_service.notices(session, people.section),
        lambda session: service.register(session, people.section, "", 9),
    )
    written(1)
    once = [asked(look) for look in looks]
    written(4)
    assert [asked(look) for look in looks] == [(5, number) for _, number in once]
    assert max(number for _, number in once) <= 6


def test_notices_come_in_pages_the_newest_first(people, monkeypatch):
    monkeypatch.setattr(office_service, "PAGE", 2)
    with transaction() as session:
        for ago in (9, 30, 20):
            begun = TODAY - timedelta(ago)
            service.post(session, people.clerk, notice(from_on=begun, to_on=begun + timedelta(10)))
    with reading() as session:
        first, second = (office_service.notices(session, people.clerk, offset=offset) for offset in (0, 2))
        assert office_service.notices(session, people.section, village=OTHER_TOWN).total == 0
    assert [one.now for one in first.rows] == [True, False]
    assert (first.total, first.more, len(second.rows), second.more) == (3, True, 1, False)


@pytest.mark.parametrize(("told", "accepted", "done", "extended", "due"), [
    (None, None, None, False, 15), (2, None, None, False, None), (2, 3, None, False, 63), (2, 3, None, True, 93),
    (None, 3, None, False, 63), (2, 3, 9, False, None),
])  # fmt: skip
def test_by_when_a_petition_asks_for_its_next_step(told, accepted, done, extended, due):
    def day(after):
        return None if after is None else TODAY + timedelta(after)

    one = Petition(id="", division=VILLAGE, category="申诉求决", text="", author_id="", received_on=TODAY,
                   told_on=day(told), accepted_on=day(accepted), done_on=day(done), extended=extended)  # fmt: skip
    days = {"petition.tell_days": 15, "petition.close_days": 60, "petition.extend_days": 30}
    assert rules.answer_by(one, days) == day(due)


def test_a_step_that_was_left_out_lies_between_its_neighbours():
    one = Petition(id="", division=VILLAGE, category="申诉求决", text="", author_id="",
                   received_on=TODAY - timedelta(9), accepted_on=TODAY - timedelta(4))  # fmt: skip
    assert (rules.next_step(one), rules.earliest(one, "told_on")) == ("told_on", TODAY - timedelta(9))
    for ago, says in ((10, "早于收到"), (9, ""), (4, ""), (3, "晚于下一步"), (-1, "还没到")):
        told = rules.wrong_day(one, "told_on", TODAY - timedelta(ago), TODAY)
        assert (says in told, bool(told)) == (True, bool(says)), told
