"""The children's register: marks in step, a record behind a reason, who guards a child in fact, the women's survey."""

from datetime import date, timedelta

import pytest

import app.rooms  # noqa: F401  (every room's rows)
from app.accounts.rules import Role
from app.agreements import office_service as agreements
from app.children import office_service, rules, service
from app.children.schemas import ChildIn, ParentIn, WomanIn
from app.db import reading, transaction
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.households import looking_service, register_service
from app.households.register_service import today
from app.sync import pull_service
from tests import makers
from tests.makers import COUNTY, FAR_VILLAGE

VALUES = {"guardianship.carer_age": 70, "guardianship.carer_children": 3, "guardianship.alone_age": 16,
          "guardianship.watch_age": 8, "guardianship.contact_days": 7, "age.child": 18}  # fmt: skip


@pytest.fixture
def village(database):
    with transaction() as session:
        makers.divisions(session)
        home = makers.household(session)
        said = {"value": "nobody", "at": "2026-05-01T02:00:00Z", "by": "x", "visit": "v1", "known": ""}
        boy = makers.person(session, home, "王浩", born_on=date.today() - timedelta(days=9 * 366),
                            ledger={"person.carer": said})  # fmt: skip
        return makers.user(session), boy


def add(me, boy, **more):
    with transaction() as session:
        return service.add(session, me, boy.id, ChildIn(**({"kinds": ["child_left_behind"]} | more)), "村里排查")


def page(actor, row):
    with reading() as session:
        return office_service.child_page(session, actor, row.id, today())


def opened(actor, boy):
    with transaction() as session:
        looking_service.open_child(session, actor, boy.id, "benefit")


def marks(boy):
    with reading() as session:
        return register_service.tags_of(session, [boy.id], today()).get(boy.id, [])


def test_kinds_are_the_marks_of_the_person(village):
    me, boy = village
    row = add(me, boy, kinds=["child_left_behind", "child_hardship"])
    assert marks(boy) == ["child_hardship", "child_left_behind"]
    with pytest.raises(Conflict):
        add(me, boy)
    opened(me, boy)
    with transaction() as session:
        service.change(session, me, row.id, ChildIn(kinds=["child_unsupported"], risk="red"), row.version)
    with transaction() as session, pytest.raises(Conflict):
        service.change(session, me, row.id, ChildIn(kinds=["child_orphan"]), row.version)
    assert marks(boy) == ["child_unsupported"]
    with transaction() as session:
        service.end(session, me, row.id, "爸爸回来了")
    assert marks(boy) == []
    assert not [one for one in pull_service.pull(me, "", 500)["changes"] if one["type"] == "child" and "data" in one]


def test_a_record_opens_with_a_reason_and_is_not_changed_before(village):
    me, boy = village
    row = add(me, boy, father=ParentIn(name="王军", state="服刑在押"), wish="想爸爸")
    closed = page(me, row)
    assert (closed.closed, closed.kinds, closed.parents, closed.wish) == (True, [], [], "")
    with transaction() as session, pytest.raises(NotAllowed) as caught:
        service.change(session, me, row.id, ChildIn(kinds=["child_orphan"]), row.version)
    assert caught.value.code == "not_opened"
    opened(me, boy)
    known = page(me, row)
    assert (known.closed, known.wish, known.parents[0].state) == (False, "想爸爸", "服刑在押")
    assert (known.carer_visit, [one.words for one in known.doubts if one.grave]) == ("v1", ["没有人照看"])


def test_the_county_reads_family_names_in_lists(village):
    me, boy = village
    add(me, boy)
    with transaction() as session:
        section = makers.user(session, Role.SECTION, (COUNTY,))
    with reading() as session:
        assert office_service.list_children(session, section, today()).rows[0].name == "王*"
        assert office_service.list_children(session, me, today()).rows[0].name == "王浩"


def test_who_is_entrusted_shows_once_the_child_is_opened(village):
    me, boy = village
    add(me, boy)
    with transaction() as session:
        paper = makers.agreement(session, boy, "guardianship", carer_name="刘桂英", signed_on=today())
    with reading() as session, pytest.raises(NotAllowed):
        agreements.agreement_page(session, me, paper.id, today())
    opened(me, boy)
    with reading() as session:
        assert agreements.agreement_page(session, me, paper.id, today()).carer == "刘桂英"
        assert "受托人的四项声明没有问完" in [one.words for one in page(me, add_known(session, boy)).doubts]


def add_known(session, boy):
    from app.children import queries

    return queries.of_person(session, boy.id)


@pytest.mark.parametrize("only", sorted(office_service.ONLY))
def test_the_list_is_narrowed_and_held_to_the_area(village, only):
    me, boy = village
    add(me, boy, risk="red")
    with transaction() as session:
        far = makers.user(session, areas=(FAR_VILLAGE,))
    fitting = only in ("", "due", "red", "paper", "child_left_behind")
    with reading() as session:
        found = office_service.list_children(session, me, today(), only=only)
        assert (found.total, len(found.rows)) == ((1, 1) if fitting else (0, 0))
        assert office_service.list_children(session, far, today(), only=only).rows == []


def test_only_in_ones_own_area_by_who_writes_it(village):
    me, boy = village
    row = add(me, boy)
    with transaction() as session:
        far = makers.user(session, areas=(FAR_VILLAGE,))
        paired = makers.user(session, Role.PAIRED, ())
        for act in (lambda: service.end(session, far, row.id, "村里排查"),
                    lambda: office_service.child_page(session, far, row.id, today())):  # fmt: skip
            with pytest.raises(NotFound):
                act()
        with pytest.raises(NotAllowed):
            service.add(session, paired, boy.id, ChildIn(kinds=["child_orphan"]), "村里排查")


def test_grown_ups_are_not_taken_in(village):
    me, _ = village
    with transaction() as session:
        grown = makers.person(session, makers.household(session), born_on=date(1990, 1, 1))
    with pytest.raises(BadInput, match="18 岁"):
        add(me, grown)


def doubts(age=9, found=None, agreement=None, left_behind=False, contact_on=None):
    return {one.words: one.grave for one in rules.doubts(
        age=age, found=found or {}, agreement=agreement, left_behind=left_behind, carer_notes=[],
        contact_on=contact_on, on=date(2026, 1, 20), values=VALUES,
    )}  # fmt: skip


def test_what_is_wrong_about_a_guardian():
    assert doubts() == {}
    assert doubts(found={"alone": "nights"}) == {"不满 16 岁，晚上也一个人": True}
    assert doubts(age=7, found={"alone": "sometimes"}) == {"不满 8 岁，有时没人看着": True}
    assert doubts(age=9, found={"alone": "sometimes"}) == {"有时一个人在家": False}
    assert doubts(found={"bars": "vice"}) == {"照看的人有禁止的情形": True}
    assert doubts(found={"bars": "none", "carer_children": 4}) == {"照看着 4 个孩子": False}
    assert doubts(left_behind=True) == {"没有有效的委托监护责任确认书": False}
    assert doubts(contact_on=date(2026, 1, 10)) == {"10 天没和父母联系": False}
    assert doubts(contact_on=date(2026, 1, 13)) == {}


def test_a_later_survey_stands_beside_the_earlier(village):
    me, _boy = village
    with transaction() as session:
        woman = makers.person(session, makers.household(session), "陈秀英", sex=2, born_on=date(1985, 1, 1))
        for needs in ("想在家门口做工", "想学手艺"):
            data = WomanIn(answers={"needs": needs, "children": "2", "nonsense": "x"}, difficulties=["labour"])
            service.add_survey(session, me, woman.id, data, today())
        with pytest.raises(BadInput):
            service.add_survey(session, me, woman.id, WomanIn(answers={}), today())
        far = makers.user(session, areas=(FAR_VILLAGE,))
        with pytest.raises(NotFound):
            service.add_survey(session, far, woman.id, WomanIn(answers={"needs": "x"}), today())
    with reading() as session:
        rows = office_service.list_surveys(session, me, today()).rows
        assert office_service.list_surveys(session, far, today()).rows == []
    assert [(one.needs, one.cares, one.difficulties) for one in rows] == [
        ("想学手艺", "2 个孩子", "活太重"), ("想在家门口做工", "2 个孩子", "活太重"),
    ]  # fmt: skip
