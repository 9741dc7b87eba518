"""The pages of 信访 and 公示 as a tab calls them: forms in, sentences and views out."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.accounts.rules import Role
from app.casework import office_service, service
from app.casework.state import CaseworkState, NoticesState, PetitionState
from app.db import reading, transaction
from app.settings import service as parameters
from models.casework import Petition
from tests import makers
from tests.makers import COUNTY, TOWN, VILLAGE
from tests.tabs import call, tab

pytestmark = pytest.mark.usefixtures("database")
TODAY = service.today()
FORM = {"division": VILLAGE, "category": "申诉求决", "source": "来访", "text": "低保钱没有发到手",
        "received_on": TODAY.isoformat()}  # fmt: skip


@pytest.fixture(autouse=True)
def officers(database):
    with transaction() as session:
        makers.divisions(session)
        return {
            "clerk": makers.user(session, Role.TOWN_CLERK, (TOWN,), name="周海燕", token="clerk"),
            "section": makers.user(session, Role.SECTION, (COUNTY,), name="何敏", token="section"),
        }


def written(**more):
    listing = call(tab(CaseworkState, "clerk"), "receive", FORM | more)
    assert (listing.problem, listing.done[:3]) == ("", "登记好"), listing.problem
    with reading() as session:
        return f"id={session.scalars(select(Petition.id).order_by(Petition.id)).all()[-1]}"


def test_a_petition_is_written_down_with_how_it_came(monkeypatch):
    listing = call(tab(CaseworkState, "clerk"), "open")
    assert [name for _, name in listing.choosing.officers] == ["何敏（县股室）", "周海燕（乡镇经办）"]
    call(listing, "receive", FORM | {"source": ""})
    assert (listing.problem != "", listing.received) == (True, 0), "how it came has to be chosen"
    written()
    call(listing, "open")
    assert [(one.source, one.brief, one.state) for one in listing.page.rows] == [("来访", "低保钱没有发到手", "刚收到")]
    assert listing.line == "第 1–1 件，共 1 件"
    call(listing, "find", {"which": "done", "village": "elsewhere", "category": "?", "source": "?"})
    assert (listing.which, listing.village, listing.page.rows) == ("done", "", [])
    call(listing, "find", {"which": "nonsense", "village": VILLAGE})
    assert (listing.which, listing.village, len(listing.page.rows)) == ("open", VILLAGE, 1)
    monkeypatch.setattr(office_service, "PAGE", 1)
    written(text="路灯坏了")
    call(listing, "find", {})
    assert listing.page.more
    call(listing, "turn", 1)
    assert (listing.offset, listing.page.rows) == (50, []), "a page is PAGE rows on, whatever a list shows"


def test_who_is_accused_is_kept_of_an_accusation_alone(officers):
    named = {"accused": officers["section"].id}
    written(category="检举控告", **named)
    written(**named)  # named first, and then it was another kind: the form does not show it any more
    with reading() as session:
        kept = session.scalars(select(Petition).order_by(Petition.id)).all()
        assert [one.accused for one in kept] == [[officers["section"].id], []]


def test_who_comes_second_is_told_and_sees_what_the_first_one_did(officers):
    query = written()
    mine, theirs = (call(tab(PetitionState, who, query), "open") for who in ("clerk", "section"))
    seen = {"version": str(mine.one.version)}
    call(mine, "assign", {"assignee": officers["section"].id} | seen)
    assert (mine.done, mine.one.assignee) == ("交给他办了。", "何敏")
    call(theirs, "extend", {"by": "李局长", "why": "还在查"} | seen)
    assert theirs.problem.startswith("别人刚改过，请看一下新的内容再决定。")
    assert (theirs.one.assignee, theirs.one.version, theirs.one.extended) == ("何敏", 2, "")
    for what, words in (("told_on", "告知了"), ("accepted_on", "受理了"), ("done_on", "办结了")):
        assert (theirs.one.next, theirs.one.next_words) == (what, words)
        call(theirs, "step", {"what": what, "on": theirs.one.on, "version": str(theirs.one.version)})
    assert (theirs.one.reached, theirs.one.next, theirs.one.due) == (3, "", "结了")
    assert [one.what for one in theirs.one.events] == ["收到", "告知了", "受理了", "办结了"]
    call(theirs, "step_back", {"version": str(theirs.one.version)})
    assert (theirs.problem, theirs.one.reached) == ("请写为什么退回。", 3)
    call(theirs, "step_back", {"reason": "点错了", "version": str(theirs.one.version)})
    assert (theirs.done, theirs.one.reached, theirs.one.next) == ("退回了，办到“受理了”。", 2, "done_on")
    call(theirs, "step", {"what": "done_on", "on": "", "version": str(theirs.one.version)})
    assert (theirs.problem, theirs.one.reached) == ("哪天的没有写对。", 2)


def test_who_writes_it_down_is_told_until_when_the_petitioner_must_hear_by_the_rules_of_that_day():
    with transaction() as session:
        parameters.set_value(session, None, "petition.tell_days", 3, date(2020, 1, 1), area=TOWN)
    told = call(tab(CaseworkState, "clerk"), "receive", FORM)
    assert told.done == f"登记好了，最晚 {office_service.day(TODAY + timedelta(3), TODAY)}告知信访人。"
    long_ago = TODAY - timedelta(4)
    call(told, "receive", FORM | {"received_on": long_ago.isoformat()})
    assert told.done == f"登记好了，最晚 {office_service.day(long_ago + timedelta(3), TODAY)}告知信访人，已经过了。"


def test_how_an_old_petition_came_is_said_on_its_page(officers):
    query = written()
    with transaction() as session:
        session.scalars(select(Petition)).one().source = ""
    one = call(tab(PetitionState, "clerk", query), "open")
    call(one, "say_source", {"source": "", "version": "1"})
    assert (one.problem != "", one.one.source) == (True, "")
    call(one, "say_source", {"source": "来信", "version": "1"})
    assert (one.problem, one.done, one.one.source) == ("", "记下了。", "来信")
    call(one, "say_source", {"source": "来电", "version": "2"})
    assert (one.problem, one.one.source) == ("怎么来的已经写了，不用再写。", "来信")


def test_an_accusation_that_was_handed_on_is_seen_no_more(officers):
    query = written(category="检举控告", assignee=officers["section"].id)
    with transaction() as session:
        other = makers.user(session, Role.SECTION, (COUNTY,), name="孙洁")
    one = call(tab(PetitionState, "section", query), "open")
    call(one, "assign", {"assignee": other.id, "version": "1"})
    assert (one.problem, one.to) == ("", "/office/casework")
    assert call(tab(PetitionState, "section", query), "open").problem == "没有这件信访，或不归你看。"


@pytest.mark.parametrize("version", ["1", "2"])
def test_what_somebody_else_handed_on_meanwhile_leaves_the_page(officers, version):
    query = written(category="检举控告", assignee=officers["section"].id)
    with transaction() as session:
        other = makers.user(session, Role.SECTION, (COUNTY,), name="孙洁")
    mine = call(tab(PetitionState, "section", query), "open")
    assert mine.one.text == "低保钱没有发到手"
    call(tab(PetitionState, "section", query), "assign", {"assignee": other.id, "version": "1"})
    call(mine, "extend", {"by": "李局长", "why": "还在查", "version": version})
    assert (mine.problem, mine.one) == ("没有这件信访，或不归你看。", None), "its words are not this reader's any more"


def test_a_notice_is_posted_and_found_by_its_place():
    posted = call(tab(NoticesState, "clerk"), "open")
    days = {"from_on": TODAY.isoformat(), "to_on": (TODAY + timedelta(7)).isoformat()}
    call(posted, "post", {"division": VILLAGE, "programme": "dibao", "text": "王某某，3 人，每月 900 元"} | days)
    assert (posted.problem, posted.posted, [one.now for one in posted.page.rows]) == ("", 1, [True])
    (row,) = posted.page.rows
    call(posted, "take_down", {"id": row.id, "version": "1", "on": "?", "reason": "人数错了"})
    assert (posted.problem, posted.page.rows[0].down) == ("撤下的日期没有写对。", "")
    call(posted, "take_down", {"id": row.id, "version": "1", "on": TODAY.isoformat(), "reason": "人数错了"})
    assert (posted.done, posted.page.rows[0].now) == ("撤下记下了，村里贴的要揭下来。", False)
    other = call(tab(NoticesState, "section"), "find", {})
    call(other, "take_down", {"id": row.id, "version": "1", "on": TODAY.isoformat(), "reason": "人数错了"})
    assert other.problem.startswith("别人刚改过")
    assert "人数错了" in other.page.rows[0].down, "and sees what the first one wrote"
    call(posted, "find", {"village": TOWN})
    assert (posted.village, len(posted.page.rows)) == (TOWN, 1)
    call(posted, "turn", -1)
    assert posted.offset == 0
