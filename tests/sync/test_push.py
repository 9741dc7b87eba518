"""All six receipts, as the contract has them (design §6), on both databases."""

import gzip
import json
from datetime import timedelta

import pytest
from sqlmodel import col, func, select

from app.accounts.rules import Role
from app.db import new_id, reading, transaction, utcnow
from app.errors import BadInput, NotAllowed, TooBig
from app.sync import pull_service, service, unplaced_service
from models.audit import AuditEntry
from models.households import Household, Person
from models.sync import Command, Quarantine
from models.visits import FieldConflict, Issue, Visit
from tests import makers
from tests.sync.pushing import body_of, push, statuses


@pytest.fixture
def village(database):
    """A village with a cadre, a home with one elder, and a form."""
    with transaction() as session:
        makers.divisions(session)
        me = makers.user(session)
        home = makers.household(session)
        elder = makers.person(session, home)
        makers.form(session)
    return me, home, elder


def count(table, *where):
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(*where))


def test_stored_then_duplicate(village):
    me, home, _ = village
    visit = makers.command("visit", makers.visit(home.id))
    first = push(me, visit)[0]
    assert first == {
        "id": visit["id"],
        "status": "stored",
        "digest": visit["digest"],
        "seq": first["seq"],
        "questions": first["questions"],
        "n": first["n"],
        "head": first["head"],
    }
    again = push(me, visit, visit)
    assert statuses(again) == ["duplicate", "duplicate"]
    assert {one["seq"] for one in again} == {first["seq"]}
    assert count(Visit) == count(Command) == 1
    with reading() as session:
        assert json.loads(session.exec(select(Command)).one().raw) == visit
        assert session.exec(select(AuditEntry).where(AuditEntry.action == "visit.stored")).one().actor_id == me.id


def test_the_same_command_twice_in_one_push_is_stored_once(village):
    me, home, _ = village
    visit = makers.command("visit", makers.visit(home.id))
    assert statuses(push(me, visit, visit)) == ["stored", "duplicate"]
    assert count(Visit) == 1


def test_numbers_are_given_in_order(village):
    me, home, _ = village
    receipts = push(me, *(makers.command("visit", makers.visit(home.id)) for _ in range(5)))
    numbers = [one["seq"] for one in receipts]
    assert numbers == sorted(set(numbers))


def test_what_is_rejected_is_kept_and_never_claims_its_id(village):
    me, home, _ = village
    good = makers.command("visit", makers.visit(home.id))
    broken = good | {"digest": "0" * 64}
    assert push(me, broken)[0]["errors"][0]["code"] == "digest_mismatch"
    assert statuses(push(me, broken)) == ["rejected"]
    with reading() as session:
        kept = session.exec(select(Quarantine)).one()
        assert (kept.times, json.loads(kept.raw)) == (2, broken)
    assert statuses(push(me, good)) == ["stored"]
    other = makers.command("visit", makers.visit(home.id, mode="phone"), id=good["id"])
    receipt = push(me, other)[0]
    assert (receipt["status"], receipt["errors"][0]["code"]) == ("rejected", "id_reused")
    assert count(Visit) == 1
    assert count(Quarantine) == 2


def test_a_correction_of_what_was_rejected_is_noted(village):
    me, home, _ = village
    bad = makers.command("visit", {"household_id": home.id})
    assert statuses(push(me, bad)) == ["rejected"]
    better = makers.command("visit", makers.visit(home.id), corrects=bad["id"])
    assert statuses(push(me, better)) == ["stored"]
    with reading() as session:
        assert session.exec(select(Quarantine)).one().corrected_by == better["id"]


def test_one_bad_record_never_stops_its_neighbours(village):
    me, home, _ = village
    good = [makers.command("visit", makers.visit(home.id)) for _ in range(3)]
    bad = [
        42,
        None,
        "x",
        {},
        {"id": 7},
        {"id": "not-an-id"},
        makers.command("nope", {}),
        makers.command("visit", {"household_id": home.id}),
        makers.command("visit", makers.visit(home.id) | {"score": 5}),
        makers.command("visit", makers.visit(home.id, mode="teleport")),
        makers.command("visit", makers.visit(home.id, started_at="2026-01-01T08:00:00")),
        makers.command("visit", makers.visit(home.id, answers={"a\0b\ud7ff": 1, "x" * 4000: {}}), base_version=-1),
    ]
    receipts = push(me, good[0], *bad, *good[1:])
    assert statuses(receipts) == ["stored", *(["rejected"] * len(bad)), "stored", "stored"]
    assert [one["id"] for one in receipts[1:7]] == [None] * 6
    assert all(one["errors"][0]["message"] for one in receipts[1:-2])
    assert count(Visit) == 3


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ('{"a":1,"a":2}', "twice"),
        ('{"a":90071992547409999}', "number"),
        ('{"a":"\\ud800"}', "text"),
        ("[" * 40 + "]" * 40, "deep"),
        ("[" * 50_000 + "]" * 50_000, "deep"),
    ],
)
def test_what_has_no_canonical_form_is_rejected(village, payload, code):
    me, home, _ = village
    good = json.dumps(makers.command("visit", makers.visit(home.id)))
    bad = (
        f'{{"id":"{new_id()}","type":"visit","captured_at":"{makers.at()}","payload":{payload},"digest":"{"0" * 64}"}}'
    )
    body = f'{{"device_id":"{me.device_id}","commands":[{bad},{good}]}}'.encode()
    receipts = service.push(me, body)["receipts"]
    assert statuses(receipts) == ["rejected", "stored"]
    assert receipts[0]["errors"][0]["code"] == code
    assert count(Quarantine) == 1


def test_doubtful_but_stored_with_questions(village):
    me, home, _elder = village
    empty = makers.command("visit", makers.visit(home.id, answers={}))
    far = makers.command(
        "visit", makers.visit(home.id, started_at="2099-01-01T08:00:00+08:00", finished_at="2099-01-01T08:20:00+08:00")
    )
    clock = makers.command("visit", makers.visit(home.id))
    receipts = push(me, empty, far, clock, sent_at=(utcnow() + timedelta(hours=5)).isoformat())
    assert statuses(receipts) == ["stored"] * 3
    codes = [{one["code"] for one in receipt["questions"]} for receipt in receipts]
    assert "section_empty" in codes[0]
    assert "date_future" in codes[1]
    assert "clock_off" in codes[2]
    with reading() as session:
        last = session.exec(select(Household)).one()
        assert last.last_visit_on is not None


def test_rare_characters_emoji_and_nul(village):
    me, home, elder = village
    words = "䶮𠮷😀\u0000好"
    visit = makers.command("visit", makers.visit(home.id, answers={"elder": {elder.id: {"health": words}}}))
    issue = makers.command("issue.add", {"household_id": home.id, "text": words})
    assert statuses(push(me, visit, issue)) == ["stored", "stored"]
    with reading() as session:
        row = session.exec(select(Visit)).one()
        assert row.answers["elder"][elder.id]["health"] == "䶮𠮷😀好"
        assert session.exec(select(Issue)).one().text == "䶮𠮷😀好"
        assert "\\u0000" in session.exec(select(Command).where(Command.type == "visit")).one().raw


def test_caps(village):
    me, home, _ = village
    many = [makers.command("visit", makers.visit(home.id)) for _ in range(201)]
    with pytest.raises(TooBig) as caught:
        push(me, *many)
    assert caught.value.code == "batch_too_big"
    big = makers.command("visit", makers.visit(home.id, answers={"house": {"water": "水" * 100_000}}))
    with pytest.raises(TooBig) as caught:
        push(me, many[0], big)
    assert caught.value.code == "command_too_big"
    assert [one.path for one in caught.value.details] == [big["id"]]
    assert count(Command) == 0
    assert len(push(me, *many[:200])) == 200


def test_the_push_as_a_whole(village):
    me, _home, _ = village
    with pytest.raises(NotAllowed) as caught:
        service.push(me, json.dumps({"device_id": new_id(), "commands": []}).encode())
    assert caught.value.code == "other_device"
    for body in (b"<html>login</html>", gzip.compress(b"{}"), b'{"device_id": 5, "commands": []}'):
        with pytest.raises(BadInput):
            service.push(me, body)
    assert push(me) == []


def test_ids_are_unique_per_author(village):
    me, home, _ = village
    with transaction() as session:
        other = makers.user(session)
    mine = makers.command("visit", makers.visit(home.id))
    theirs = makers.command("visit", makers.visit(home.id, mode="phone"), id=mine["id"])
    assert statuses(push(me, mine) + push(other, theirs)) == ["stored", "stored"]
    assert statuses(push(me, mine) + push(other, theirs)) == ["duplicate", "duplicate"]
    better = makers.command("visit.correct", makers.visit(home.id, mode="video"), corrects=mine["id"])
    assert statuses(push(other, better)) == ["stored"]
    with reading() as session:
        rows = session.exec(select(Visit)).all()
        assert {(row.author_id, row.mode, row.state) for row in rows} == {
            (me.id, "home", "stored"),
            (other.id, "phone", "replaced"),
            (other.id, "video", "stored"),
        }


def test_upper_case_ids_are_the_same_ids(village):
    me, home, _ = village
    visit = makers.command("visit", makers.visit(home.id.upper()), id=new_id().upper())
    receipt = push(me, visit)[0]
    assert (receipt["status"], receipt["id"]) == ("stored", visit["id"])
    with reading() as session:
        assert session.exec(select(Visit)).one().id == visit["id"].lower()


def test_a_bug_keeps_the_command_and_lets_the_others_through(village, monkeypatch):
    from app.visits import service as visits

    me, home, _ = village
    real = visits.forms.read_visit

    def read(program, visit, *rest, **more):
        if visit["mode"] == "wechat":
            raise RuntimeError("a bug of ours")
        return real(program, visit, *rest, **more)

    monkeypatch.setattr(visits.forms, "read_visit", read)
    commands = [makers.command("visit", makers.visit(home.id, mode=mode)) for mode in ("home", "wechat", "phone")]
    receipts = push(me, *commands)
    assert statuses(receipts) == ["stored", "held", "stored"]
    assert receipts[1]["errors"][0]["message"].startswith("县里处理时出了点问题")
    assert statuses(push(me, commands[1])) == ["held"]
    monkeypatch.undo()
    assert statuses(push(me, commands[1])) == ["stored"]
    assert statuses(push(me, *commands)) == ["duplicate"] * 3
    assert count(Visit) == 3


def test_what_the_server_failed_on_is_tried_again(village, monkeypatch):
    from app.visits import service as visits

    me, home, _ = village
    monkeypatch.setattr(visits.forms, "read_visit", lambda *_, **__: 1 / 0)
    visit = makers.command("visit", makers.visit(home.id))
    assert statuses(push(me, visit)) == ["held"]
    monkeypatch.undo()
    with transaction() as session:
        assert service.retry_failed(session) == 1
    assert statuses(push(me, visit)) == ["duplicate"]


def test_orphaned_until_the_township_places_it(village):
    me, _, _ = village
    with transaction() as session:
        far = makers.household(session, makers.FAR_VILLAGE)
        near = makers.household(session, makers.NEXT_VILLAGE)
        clerk = makers.user(session, Role.TOWN_CLERK, (makers.OTHER_TOWN,))
        stranger = makers.user(session, Role.TOWN_CLERK, (makers.TOWN,))
    visit = makers.command("visit", makers.visit(far.id))
    issue = makers.command("issue.add", {"household_id": near.id, "text": "屋顶漏雨"})
    assert statuses(push(me, visit, issue)) == ["orphaned", "orphaned"]
    assert statuses(push(me, visit)) == ["orphaned"]
    with reading() as session:
        assert session.exec(select(Visit)).one().state == "orphaned"
        assert session.get(Household, far.id).last_visit_on is None
        assert [one.key for one in unplaced_service.unplaced(session, clerk)] == [f"{me.id}:{visit['id']}"]
        assert [one.key for one in unplaced_service.unplaced(session, stranger)] == [f"{me.id}:{issue['id']}"]
    with transaction() as session:
        assert unplaced_service.place(session, clerk, me.id, visit["id"]) == "stored"
    with transaction() as session:
        assert unplaced_service.place(session, stranger, me.id, issue["id"]) == "stored"
    again = push(me, visit, issue)
    assert statuses(again) == ["duplicate", "duplicate"]
    assert all(one["seq"] for one in again)
    with reading() as session:
        assert session.exec(select(Visit)).one().state == "stored"
        assert session.get(Household, far.id).last_visit_id == visit["id"]
        assert session.exec(select(Issue)).one().household_id == near.id
        assert unplaced_service.unplaced(session, clerk) == []


def test_a_receipt_says_nothing_of_a_home_outside_the_area(village):
    """Its questions would name who lives there; they are kept for whoever places the visit."""
    me, _, _ = village
    with transaction() as session:
        far = makers.household(session, makers.FAR_VILLAGE)
        makers.person(session, far, "石大娘")
        clerk = makers.user(session, Role.TOWN_CLERK, (makers.OTHER_TOWN,))
    visit = makers.command("visit", makers.visit(far.id, answers={"elder": {}}))
    cursor = pull_service.pull(me, "", 500)["cursor"]

    def said() -> str:
        page = pull_service.pull(me, cursor, 500)["changes"]
        return json.dumps([push(me, visit), [one for one in page if one["type"] == "receipt"]], ensure_ascii=False)

    receipt = push(me, visit)[0]
    assert (receipt["status"], receipt.get("questions")) == ("orphaned", None)
    assert "石大娘" not in said()
    with reading() as session:
        kept = session.exec(select(Visit)).one()
        assert "石大娘" in str(kept.questions)
    with transaction() as session:
        row = session.exec(select(Command).where(Command.id == visit["id"])).one()
        row.questions = kept.questions  # as an earlier version wrote them down
    assert "石大娘" not in said()
    with transaction() as session:
        assert unplaced_service.place(session, clerk, me.id, visit["id"]) == "stored"
    assert "duplicate" in said()
    assert "石大娘" not in said()
    with reading() as session:
        assert "石大娘" in str(session.exec(select(Visit)).one().questions)
    with transaction() as session:
        makers.pair(session, me, far, utcnow().date())
    again = makers.command("visit", makers.visit(far.id, answers={"elder": {}}))
    assert "石大娘" in str(push(me, again)[0]["questions"])


def test_an_orphan_may_belong_to_another_home(village):
    me, _, _ = village
    with transaction() as session:
        far = makers.household(session, makers.FAR_VILLAGE)
        right = makers.household(session, makers.FAR_VILLAGE, "李四")
        clerk = makers.user(session, Role.TOWN_CLERK, (makers.OTHER_TOWN,))
    visit = makers.command("visit", makers.visit(far.id))
    push(me, visit)
    with transaction() as session:
        assert unplaced_service.place(session, clerk, me.id, visit["id"], right.id) == "stored"
    with reading() as session:
        assert session.exec(select(Visit)).one().household_id == right.id


def test_a_change_with_an_old_base_is_a_conflict_that_a_person_decides(village):
    me, _home, elder = village
    with transaction() as session:
        clerk = makers.user(session, Role.TOWN_CLERK, (makers.TOWN,))
    theirs = makers.command("person.change", {"person_id": elder.id, "phone": "13900000000"}, base_version=1)
    mine = makers.command("person.change", {"person_id": elder.id, "phone": "13800000000"}, base_version=1)
    assert statuses(push(clerk, theirs)) == ["stored"]
    assert statuses(push(me, mine)) == ["conflict"]
    assert statuses(push(me, mine)) == ["conflict"]
    with reading() as session:
        assert session.get(Person, elder.id).phone == "13900000000"
        lines = [one for one in unplaced_service.unplaced(session, clerk) if one.state == "field"]
        assert [words for _, words in lines[0].choices] == ["13900000000", "13800000000"]
    with transaction() as session:
        unplaced_service.decide_conflict(session, clerk, lines[0].key.removeprefix("field:"), "0")
    with reading() as session:
        assert session.get(Person, elder.id).phone == "13800000000"
    assert statuses(push(me, mine)) == ["duplicate"]


def test_ones_own_changes_do_not_contradict_each_other_in_any_order(village):
    me, _, elder = village
    first = makers.command(
        "person.change", {"person_id": elder.id, "phone": "13800000001", "health": "好"}, base_version=1
    )
    second = makers.command("person.change", {"person_id": elder.id, "phone": "13800000002"}, base_version=1)
    assert statuses(push(me, second) + push(me, first)) == ["stored", "stored"]
    with reading() as session:
        row = session.get(Person, elder.id)
        assert (row.phone, row.health) == ("13800000002", "好")


def test_a_change_needs_its_base(village):
    me, home, elder = village
    receipts = push(
        me,
        makers.command("person.change", {"person_id": elder.id, "phone": "1"}),
        makers.command("household.change", {"household_id": home.id, "door": "7"}, base_version=1),
    )
    assert statuses(receipts) == ["rejected", "stored"]


def test_a_field_that_changed_after_the_answers_base_is_a_conflict_of_that_field(village):
    me, home, _elder = village
    with transaction() as session:
        other = makers.user(session, name="李强")
        clerk = makers.user(session, Role.TOWN_CLERK, (makers.TOWN,))
    late = makers.visit(
        home.id, answers={"house": {"water": "不够"}}, started_at=makers.at(90), finished_at=makers.at(80)
    )
    newer = makers.visit(
        home.id, answers={"house": {"water": "够"}}, started_at=makers.at(50), finished_at=makers.at(40)
    )
    assert statuses(push(me, makers.command("visit", newer))) == ["stored"]
    assert statuses(push(other, makers.command("visit", late))) == ["stored"]
    with reading() as session:
        conflict = session.exec(select(FieldConflict)).one()
        assert (conflict.field, conflict.ours["value"], conflict.theirs[0]["value"]) == (
            "household.water",
            "够",
            "不够",
        )
        assert session.get(Household, home.id).ledger["household.water"]["value"] == "够"
    with transaction() as session:
        unplaced_service.decide_conflict(session, clerk, conflict.id, "0")
    with reading() as session:
        assert session.get(Household, home.id).ledger["household.water"]["value"] == "不够"
        assert session.exec(select(FieldConflict).where(col(FieldConflict.decided_at).is_(None))).all() == []


def test_the_chain_of_a_device_is_noted_and_never_in_the_way(village):
    me, home, _ = village
    one = makers.command("visit", makers.visit(home.id))
    two = makers.command("visit", makers.visit(home.id), prev=one["digest"])
    gap = makers.command("visit", makers.visit(home.id), prev="f" * 64)
    assert statuses(push(me, one, two, gap)) == ["stored"] * 3
    with reading() as session:
        noted = session.exec(select(AuditEntry).where(AuditEntry.action == "device.chain")).one()
        assert noted.after == {"faults": [{"id": gap["id"], "kind": "gap"}]}


def test_feedback_may_be_anonymous(village):
    from models.feedback import Feedback

    me, _, _ = village
    words = makers.command("feedback.add", {"text": "字太小", "about": "app", "anonymous": True})
    assert statuses(push(me, words)) == ["stored"]
    with reading() as session:
        row = session.exec(select(Feedback)).one()
        assert (row.text, row.author_id) == ("字太小", None)
        assert session.exec(select(AuditEntry).where(AuditEntry.action == "feedback.added")).one().actor_id is None
        command = session.exec(select(Command)).one()
        assert row.id != command.id
        assert (command.row_id, command.raw) == (None, "{}")
    assert statuses(push(me, words)) == ["duplicate"]


def test_nothing_sealed_lies_open_in_the_database(village, home):
    me, place, _elder = village
    visit = makers.command("visit", makers.visit(place.id, answers={"house": {"water": "13812345678"}}))
    add = makers.command(
        "person.add",
        {"household_id": place.id, "name": "王小明", "id_number": "349927201001010014", "phone": "13812345679"},
    )
    assert statuses(push(me, visit, add)) == ["stored", "stored"]
    for path in home.glob("ruhutong.db*"):
        data = path.read_bytes()
        for secret in (b"349927201001010014", b"13812345679"):
            assert secret not in data
    assert body_of(me, [visit])
