"""The register on both databases: taking in, changing, finding, looking behind a mask, undoing."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import select, update

from app import crypto
from app.accounts.rules import Role
from app.audit.service import record
from app.db import alembic_config, new_id, reading, transaction, utcnow
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.feed.service import Change, publish
from app.households import looking_service, office_service, service
from app.households.schemas import (
    ContactIn,
    HouseholdChange,
    HouseholdIn,
    HouseholdNew,
    PersonChange,
    PersonIn,
    PersonView,
)
from models.audit import AuditEntry
from models.benefits import Payment
from models.elders import Elder
from models.feed import FeedRow
from models.hardship import InsuranceClaim
from models.households import Household, Person
from tests import makers
from tests.makers import COUNTY, FAR_VILLAGE, NEXT_VILLAGE, VILLAGE
from tests.statements import statements

ELDER = "349927194001010010"
CHILD = "34992720150615002X"


@pytest.fixture
def cadre(database):
    with transaction() as session:
        makers.divisions(session)
        return makers.user(session, Role.VILLAGE, (VILLAGE, NEXT_VILLAGE))


def home(code="H1", division=VILLAGE, name="刘桂英", **more):
    return HouseholdIn(code=code, name=name, division=division, **more)


def take_in(*people, homes=None, actor=None):
    with transaction() as session:
        first = service.upsert_households(session, actor, homes or [home()])
        second = service.upsert_people(session, actor, [PersonIn(**one) for one in people])
    return first, second


def elder(**more):
    return {"household_code": "H1", "name": "刘桂英", "id_number": ELDER, "relation": "户主"} | more


def one_person(**where):
    with reading() as session:
        return session.scalars(select(Person).filter_by(**where)).one()


def test_what_a_number_says_is_never_asked(cadre):
    take_in(elder(phone="161 6679-8147", living="独居", tags=["elder_alone"]))
    row = one_person(name="刘桂英")
    assert (row.sex, row.born_on, row.id_last4, row.is_head) == (1, date(1940, 1, 1), "0010", True)
    assert (row.pinyin, row.initials, row.given) == ("liuguiying", "lgy", "桂英")
    assert (row.phone, row.living) == ("16166798147", "alone")


def test_the_same_rows_twice_change_nothing(cadre):
    first = take_in(elder(phone="16166798147", tags=["dibao"]))
    again = take_in(elder(phone="161-6679-8147", tags=["dibao"]))
    assert [len(one.created) for one in first] == [1, 1]
    assert [(one.created, one.changed, one.same) for one in again] == [([], {}, 1), ([], {}, 1)]
    assert first[1].ids == again[1].ids


def test_a_fixed_line_stays_as_written_and_is_the_same_without_its_dash(cadre):
    take_in(elder(phone="0556-7356664"))
    row = one_person(name="刘桂英")
    assert (row.phone, row.phone_index) == ("0556-7356664", crypto.index("05567356664", "person.phone"))
    assert take_in(elder(phone="05567356664"))[1].same == 1


def test_a_blank_never_empties_a_field(cadre):
    take_in(elder(phone="16166798147"))
    _, people = take_in(elder(phone=None, health="大病"))
    row = one_person(name="刘桂英")
    assert (row.phone, row.health) == ("16166798147", "serious")
    assert people.changed == {row.id: {"health": None}}


def test_two_people_with_one_number_stay_two(cadre):
    homes = [home(), home("H2", name="王大毛")]
    other = {"household_code": "H2", "name": "王大毛", "id_number": ELDER}
    take_in(elder(), other, homes=homes)
    take_in(other, elder(), homes=homes)
    with reading() as session:
        assert sorted(session.scalars(select(Person.name))) == ["刘桂英", "王大毛"]


def test_somebody_who_moved_keeps_their_row(cadre):
    _, first = take_in(elder())
    _, second = take_in(elder(household_code="H2"), homes=[home(), home("H2", NEXT_VILLAGE)])
    assert second.ids == first.ids
    assert one_person(name="刘桂英").division == NEXT_VILLAGE
    with reading() as session:
        told = session.scalars(select(FeedRow).where(FeedRow.type == "person").order_by(FeedRow.position)).all()
    assert [(row.division, row.gone) for row in told] == [(VILLAGE, True), (NEXT_VILLAGE, False)]


def test_a_person_of_an_unknown_home_is_refused(cadre):
    with pytest.raises(BadInput, match="户编号"):
        take_in(elder(household_code="H9"))


def test_a_home_in_an_unknown_village_is_refused(cadre):
    with pytest.raises(BadInput, match="349927999999"):
        take_in(homes=[home(division="349927999999")])


def test_undo_takes_back_what_was_made_and_what_was_changed(cadre):
    take_in(elder(phone="16166798147"))
    homes, people = take_in(
        elder(phone="15400000001", health="残疾"),
        {"household_code": "H2", "name": "王𠮷😀"},
        homes=[home(), home("H2")],
    )
    done = [service.Done("household", key, None, homes.versions[key]) for key in homes.created]
    done += [service.Done("person", key, None, people.versions[key]) for key in people.created]
    done += [service.Done("person", key, old, people.versions[key]) for key, old in people.changed.items()]
    assert "sealed" in str(people.changed)
    with transaction() as session:
        service.undo(session, None, done)
    assert one_person().phone == "16166798147"
    assert one_person().health is None
    with reading() as session:
        assert session.scalars(select(Household.code)).all() == ["H1"]


def test_a_list_that_moves_a_home_takes_along_what_is_known_of_it_and_undo_brings_it_back(cadre):
    homes, _ = take_in({"household_code": "H1", "name": "刘桂英"})
    with transaction() as session:
        [person] = session.scalars(select(Person)).all()
        row = makers.elder(session, person)
        publish(session, [Change("elder", row.id, person.household_id, VILLAGE)])
    moved, _ = take_in(homes=[home(division=NEXT_VILLAGE)])

    def where():
        with reading() as session:
            told = session.execute(select(FeedRow.division).where(FeedRow.row_id == row.id, FeedRow.gone.is_(False)))
            return session.get(Person, person.id).division, session.get(Elder, row.id).division, told.scalars().all()

    assert where() == (NEXT_VILLAGE, NEXT_VILLAGE, [NEXT_VILLAGE])
    [key] = homes.created
    with transaction() as session:
        service.undo(session, None, [service.Done("household", key, moved.changed[key], moved.versions[key])])
    assert where() == (VILLAGE, VILLAGE, [VILLAGE])


def _with_money(number, **more):
    """A home of one person to whom something was paid and whose claim is on its way."""
    homes, people = take_in({"household_code": f"H{number}", "name": "刘桂英"} | more, homes=[home(f"H{number}")])
    [who], given = people.created, {"person_id": people.created[0], "division": VILLAGE, "created_at": utcnow()}
    with transaction() as session:
        session.add(InsuranceClaim(id=new_id(), in_on=date(2026, 1, 1), updated_at=utcnow(), **given))
        session.add(Payment(id=new_id(), household_id=homes.created[0], programme="dibao", period="2026-10", **given))
    return homes.created[0], who


def _money_lies_in():
    with reading() as session:
        return {
            person: {session.scalar(select(table.division).where(table.person_id == person))
                     for table in (InsuranceClaim, Payment)}
            for person in session.scalars(select(Person.id))
        }  # fmt: skip


def test_what_was_paid_and_claimed_before_it_followed_is_taken_along_once(database):
    command.downgrade(alembic_config(), "0034")
    with transaction() as session:
        makers.divisions(session)
    (_, moved), (_, stays) = _with_money(1), _with_money(2)
    with transaction() as session:
        session.execute(update(Person).where(Person.id == moved).values(division=NEXT_VILLAGE))
    command.upgrade(alembic_config(), "head")
    assert _money_lies_in() == {moved: {NEXT_VILLAGE}, stays: {VILLAGE}}


def test_what_was_paid_and_claimed_lies_where_the_home_lies(cadre):
    (key, who), (_, other) = _with_money(1), _with_money(2)
    with transaction() as session:
        service.move_household(session, cadre, key, NEXT_VILLAGE, 1)
    assert _money_lies_in() == {who: {NEXT_VILLAGE}, other: {VILLAGE}}


def test_what_was_paid_and_claimed_goes_along_with_who_moves_and_back(cadre):
    _, who = _with_money(1, id_number=ELDER)
    _, moved = take_in(elder(household_code="H9"), homes=[home("H9", NEXT_VILLAGE)])
    assert moved.ids == [who]
    assert _money_lies_in() == {who: {NEXT_VILLAGE}}
    with transaction() as session:
        service.undo(session, None, [service.Done("person", who, moved.changed[who], moved.versions[who])])
    assert _money_lies_in() == {who: {VILLAGE}}


def test_many_homes_move_by_a_list_set_by_set(cadre):
    people = [_with_money(number)[1] for number in range(4)]

    def moved(*codes):
        with statements() as asked:
            take_in(homes=[home(code, division=division) for code, division in codes])
        return [one for one in asked if one.startswith("UPDATE") and "division=" in one]

    one = moved(("H0", NEXT_VILLAGE))
    many = moved(("H1", NEXT_VILLAGE), ("H2", NEXT_VILLAGE))
    assert len(one) == len(many)
    moved(("H0", VILLAGE), ("H3", FAR_VILLAGE))
    where = [VILLAGE, NEXT_VILLAGE, NEXT_VILLAGE, FAR_VILLAGE]
    assert _money_lies_in() == {who: {place} for who, place in zip(people, where, strict=True)}


def test_undo_stops_when_something_was_built_on_it(cadre):
    homes, people = take_in(elder())
    done = [service.Done("person", people.ids[0], None, 1), service.Done("household", homes.ids[0], None, 1)]
    with transaction() as session:
        service.change_person(session, cadre, people.ids[0], PersonChange(health="大病"), 1)
    with pytest.raises(Conflict, match="又改过"), transaction() as session:
        service.undo(session, None, done)
    assert one_person().health == "serious"


def test_sealed_fields_never_stand_in_the_audit_log(cadre):
    take_in(elder(phone="16166798147", bank_account="6217000012345678"))
    with reading() as session:
        log = str([(row.before, row.after) for row in session.scalars(select(AuditEntry))])
    assert "349927********0010" in log
    assert not any(secret in log for secret in (ELDER, "16166798147", "6217000012345678"))


def test_a_change_names_the_version_it_changes(cadre):
    take_in(elder())
    key = one_person().id
    with transaction() as session:
        service.change_person(session, cadre, key, PersonChange(works_away="省外务工"), 1)
    with pytest.raises(Conflict), transaction() as session:
        service.change_person(session, cadre, key, PersonChange(works_away=None), 1)
    with transaction() as session:
        assert service.change_person(session, cadre, key, PersonChange(works_away=None), 2).version == 3
    assert one_person().works_away is None


def test_sex_and_birthday_cannot_be_written_over_a_number(cadre):
    take_in(elder())
    with transaction() as session:
        service.change_person(session, cadre, one_person().id, PersonChange(sex=2, born_on=date(2000, 1, 1)), 1)
    assert (one_person().sex, one_person().born_on) == (1, date(1940, 1, 1))


def test_nobody_writes_outside_their_area(cadre):
    with pytest.raises(NotFound), transaction() as session:
        service.add_household(session, cadre, HouseholdNew(name="外乡人", division=FAR_VILLAGE))
    with transaction() as session:
        reader = makers.user(session, Role.SUPERVISOR, (COUNTY,))
    with pytest.raises(NotAllowed), transaction() as session:
        service.add_household(session, reader, HouseholdNew(name="刘桂英", division=VILLAGE))


def test_a_home_and_its_people_are_added_by_the_phone_s_own_ids(cadre):
    made, child = new_id(), new_id()
    with transaction() as session:
        service.add_household(session, cadre, HouseholdNew(id=UUID(made), name="刘 䶮", division=VILLAGE, group="三组"))
        service.add_person(
            session, cadre,
            PersonIn(id=UUID(child), household_id=UUID(made), name="刘小䶮", id_number=CHILD.lower(),
                     tags=["child_left_behind"]),
        )  # fmt: skip
    with reading() as session:
        data = service.pull_households(session, [made])[made].data
        person = service.pull_people(session, [child])[child].data
    assert (data["name"], data["village"], data["group_no"], data["initials"]) == ("刘䶮", "毛安村", "三组", "ly")
    assert (person["id_masked"], person["sex"], person["tags"]) == ("349927********002X", 2, ["child_left_behind"])
    assert "id_number" not in person
    with pytest.raises(Conflict), transaction() as session:
        service.add_household(session, cadre, HouseholdNew(id=UUID(made), name="刘䶮", division=VILLAGE))


def test_a_home_that_moves_is_gone_for_the_old_village(cadre):
    take_in(elder())
    with reading() as session:
        key = session.scalars(select(Household.id)).one()
    with transaction() as session:
        service.move_household(session, cadre, key, NEXT_VILLAGE, 1)
    with reading() as session:
        told = session.execute(select(FeedRow.type, FeedRow.division, FeedRow.gone).order_by(FeedRow.position)).all()
    wanted = {
        (kind, place, gone)
        for kind in ("household", "person")
        for place, gone in ((VILLAGE, True), (NEXT_VILLAGE, False))
    }
    assert {tuple(row) for row in told if row[0] in ("household", "person")} == wanted
    assert one_person().division == NEXT_VILLAGE


def test_looking_behind_a_mask_is_written_down(cadre):
    take_in(elder(), {"household_code": "H1", "name": "刘小毛", "id_number": CHILD})
    key, kid = one_person(name="刘桂英").id, one_person(name="刘小毛").id
    with transaction() as session:
        assert service.unmask(session, cadre, key, "id_number", "核对低保") == ELDER
    with pytest.raises(BadInput, match="为什么"), transaction() as session:
        service.unmask(session, cadre, kid, "id_number")
    with reading() as session:
        row = session.scalars(select(AuditEntry).where(AuditEntry.action == "person.unmasked")).one()
    assert (row.actor_id, row.subject_id, row.reason) == (cadre.id, key, "核对低保")
    assert row.hash, "tied into the chain"
    with transaction() as session:
        supervisor = makers.user(session, Role.SUPERVISOR, (COUNTY,))
    with pytest.raises(NotAllowed), transaction() as session:
        service.unmask(session, supervisor, key, "id_number")


@pytest.mark.parametrize("said", ["", "  ", "\u3000", "other", "其他", "看"])
def test_no_whole_number_opens_without_a_reason(cadre, said):
    take_in(elder(phone="15400000001"))
    key = one_person().id
    for field in looking_service.WHAT:
        with pytest.raises(BadInput, match="为什么"), transaction() as session:
            service.unmask(session, cadre, key, field, said)
    with reading() as session:
        assert not session.scalars(select(AuditEntry).where(AuditEntry.action == "person.unmasked")).all()


def test_a_childs_record_opens_with_a_reason_once_a_sitting(cadre, monkeypatch):
    take_in(elder(), {"household_code": "H1", "name": "刘小毛", "id_number": CHILD, "health": "healthy",
                      "phone": "15400000001", "tags": ["child_left_behind"]})  # fmt: skip
    home, kid = one_person(name="刘桂英").household_id, one_person(name="刘小毛").id

    def shown(actor):
        with reading() as session:
            people = office_service.household_page(session, actor, home, service.today()).people
        return next(one for one in people if one.id == kid)

    seen = shown(cadre)
    assert seen.closed
    assert seen == PersonView(seen.id, "刘小毛", seen.relation, seen.sex, seen.age, seen.version, closed=True)
    with pytest.raises(BadInput, match="为什么"), transaction() as session:
        service.open_child(session, cadre, kid, "other")
    for why in ("benefit", "identity"):
        with transaction() as session:
            service.open_child(session, cadre, kid, why)
    assert shown(cadre).id_masked == "349927********002X"
    assert shown(cadre).tags == ["留守儿童"]
    with transaction() as session:
        other = makers.user(session, Role.VILLAGE, (VILLAGE,))
        looks = looking_service.looks(session, cadre, home, service.today())
    assert shown(other).closed, "each gives a reason of their own"
    assert [(one.whom, one.what, one.why) for one in looks] == [("刘小毛", "资料", "办理待遇")]
    later = utcnow() + timedelta(hours=1, seconds=1)
    monkeypatch.setattr(office_service, "utcnow", lambda: later)
    assert shown(cadre).closed, "another sitting, another reason"


def test_what_was_read_at_the_machine_itself_is_told_as_that(cadre):
    take_in(elder())
    person = one_person(name="刘桂英")
    with transaction() as session:
        record(session, None, "person.opened", "person", person.id, reason="本机导出")
    with reading() as session:
        (look,) = looking_service.looks(session, cadre, person.household_id, service.today())
    assert (look.who, look.why) == ("本机操作", "本机导出")


def test_a_childs_record_elsewhere_does_not_open(cadre):
    take_in({"household_code": "H3", "name": "刘小毛", "id_number": CHILD}, homes=[home("H3", FAR_VILLAGE)])
    with pytest.raises(NotFound), transaction() as session:
        service.open_child(session, cadre, one_person(name="刘小毛").id, "benefit")
    with transaction() as session:
        leader = makers.user(session, Role.LEADER, (COUNTY,))
    with pytest.raises(NotAllowed), transaction() as session:
        service.open_child(session, leader, one_person(name="刘小毛").id, "benefit")


def test_tags_hold_from_a_day_to_a_day(cadre):
    take_in(elder())
    key = one_person().id
    with transaction() as session:
        service.start_tag(session, cadre, key, "dibao", date(2026, 1, 1))
        service.start_tag(session, cadre, key, "dibao", date(2026, 2, 1))
    with transaction() as session:
        assert service.pull_people(session, [key])[key].data["tags"] == ["dibao"]
        service.end_tag(session, cadre, key, "dibao", date(2026, 3, 1))
    with transaction() as session:
        assert service.pull_people(session, [key])[key].data["tags"] == []
        with pytest.raises(BadInput):
            service.start_tag(session, cadre, key, "rich", date(2026, 1, 1))


def test_relations_need_both_people_in_reach(cadre):
    take_in(elder(), {"household_code": "H1", "name": "刘小毛", "id_number": CHILD})
    key, kid = one_person(name="刘桂英").id, one_person(name="刘小毛").id
    with transaction() as session:
        made = service.add_relation(session, cadre, kid, key, "grandchild_of")
        assert service.add_relation(session, cadre, kid, key, "grandchild_of") == made
        service.remove_relation(session, cadre, made)
    with pytest.raises(NotFound), transaction() as session:
        service.add_relation(session, cadre, kid, new_id(), "carer_of")


SEARCHES = {
    "刘桂英": ["刘桂英"], "刘": ["刘桂英", "刘䶮"], "桂英": ["刘桂英"], "英": ["刘桂英"], "lgy": ["刘桂英"],
    "liugui": ["刘桂英"], "Liu Guiying": ["刘桂英"], "0010": ["刘桂英"], ELDER: ["刘桂英"], "161-6679-8147": ["刘桂英"],
    "毛安村 l": ["刘桂英"], "黄河村": ["刘䶮"], "红旗村": [], "ouyang": ["欧阳娜"], "oyn": ["欧阳娜"], "lyan": [],
    "lvyan": [], "😀": ["王😀"], "%": [], "H1": [], "": [], "349927x": [],
    "毛安": ["刘桂英"], "毛安 刘": ["刘桂英"], "高士镇毛安": ["刘桂英"], "maoan": ["刘桂英"], "mac": ["刘桂英"],
    "maoan lgy": ["刘桂英"], "Maoan 欧阳": ["欧阳娜"], "gaoshi 黄河": ["刘䶮"], "huanghe gy": [],
    "毛安村 一组": ["刘桂英"], "毛安1组": ["刘桂英"], "毛安村一组 欧阳": ["欧阳娜"], "毛安 二组": [], "毛安 四组": [],
    "黄河 第四组": ["刘䶮"], "4组": ["刘䶮"], "hhc ４组": ["刘䶮"], "ｌｇｙ": ["刘桂英"], "００１０": ["刘桂英"],
    "毛安　ｌ": ["刘桂英"],
}  # fmt: skip


@pytest.mark.parametrize("text", SEARCHES)
def test_people_are_found_as_people_look_for_them(cadre, text):
    homes = [home(group="一组"), home("H2", NEXT_VILLAGE, group="4"), home("H3", FAR_VILLAGE)]
    take_in(
        elder(phone="16166798147"), {"household_code": "H2", "name": "刘䶮", "relation": "户主"},
        {"household_code": "H1", "name": "欧阳娜"}, {"household_code": "H1", "name": "王😀"},
        {"household_code": "H3", "name": "刘桂英", "relation": "户主"}, homes=homes,
    )  # fmt: skip
    with reading() as session:
        hits = service.search(session, cadre, text, utcnow().date())
    assert sorted(hit.name for hit in hits) == sorted(SEARCHES[text])


def test_a_paired_official_finds_only_their_homes(cadre):
    take_in(elder(), elder(household_code="H3", id_number=None), homes=[home(), home("H3", FAR_VILLAGE)])
    with transaction() as session:
        official = makers.user(session, Role.PAIRED, ())
        far = session.scalars(select(Household).where(Household.code == "H3")).one()
        makers.pair(session, official, far, date(2026, 1, 1))
    with reading() as session:
        assert [hit.household_id for hit in service.search(session, official, "lgy", utcnow().date())] == [far.id]
        with pytest.raises(NotFound):
            service.get_household(session, official, new_id())


def test_whom_to_call_is_kept_once_a_kind(cadre):
    take_in(elder())
    key = one_person().id
    with transaction() as session:
        service.set_contact(session, cadre, key, ContactIn(kind="village", name="周建民", phone="154-0000-0002"))
        service.set_contact(session, cadre, key, ContactIn(kind="village", phone="15400000003"))
    with transaction() as session:
        row = session.get(Person, key)
        old = ContactIn(kind="village", name="旧人")
        assert service.put_contact(session, cadre, row, old, at=utcnow().replace(year=2025)) == []
        contacts = service.pull_people(session, [key])[key].data["contacts"]
    assert [(one["name"], one["phone"]) for one in contacts] == [("周建民", "15400000003")]


def test_a_home_is_changed_and_emptied_field_by_field(cadre):
    take_in(homes=[home(address="老屋")])
    with reading() as session:
        key = session.scalars(select(Household.id)).one()
    with transaction() as session:
        service.change_household(session, cadre, key, HouseholdChange(address=None, door="12"), 1)
    with reading() as session:
        row = session.get(Household, key)
        assert (row.address, row.door, row.version) == (None, "12", 2)
