"""How often a visit asks the database: once for each thing, however many visits come and whoever lives there."""

from datetime import date, datetime, timedelta

from app.db import SHANGHAI, transaction
from app.feed.service import Change, publish
from app.visits import task_service
from models.disability import DisabilityCertificate
from tests import makers
from tests.statements import statements
from tests.sync.pushing import push, statuses
from tests.visits.test_due import TODAY, on_register

MOST = 40
"""Statements of one visit, transaction and chain of evidence included, once its home has been visited before."""


def mixed(session, name):
    """A home with an elder, a child and a disabled person, each in their register, whom phones know."""
    home = makers.household(session, name=name)
    born = [date(1945, 1, 1), TODAY - timedelta(days=3000), date(1980, 1, 1)]
    tags = ("elder_alone", "child_left_behind", "disabled_severe")
    elder, child, weak = (
        makers.person(session, home, name + one, born_on=day, tags=(one,)) for one, day in zip(tags, born, strict=True)
    )
    rows = {
        "elder": makers.elder(session, elder), "child": makers.child(session, child),
        "disability": on_register(session, DisabilityCertificate, weak, valid_to=TODAY + timedelta(days=100)),
        "contact": makers.contact(session, elder),
    }  # fmt: skip
    publish(session, [Change(kind, row.id, home.id, home.division) for kind, row in rows.items()])
    task_service.refresh(session, [home.id], TODAY)
    return home, elder, child, weak


def visited(place, number):
    home, elder, child, weak = place
    answers = {
        "safety": dict.fromkeys(("food", "clothes", "schooling", "doctor", "housing", "water"), "ok"),
        "elder": {elder.id: {"self_care": "able", "living": "alone", "emergency_name": "王小明",
                             "emergency_phone": "13800000001", "village_name": "李婶"}},
        "child": {child.id: {"carer": "grandparent", "carer_name": "王奶奶", "alone": "never"}},
        "disability": {weak.id: {"d_care": "family", "d_allowance": "arrived"}},
    }  # fmt: skip
    now = datetime.now(SHANGHAI)
    since = now.hour * 60 + now.minute + 900 - 20 * number  # all on the day before, whatever the hour is
    times = {"started_at": makers.at(since), "finished_at": makers.at(since - 10)}
    form = {"form": {"code": "home", "version": 2}}
    return makers.command("visit", makers.visit(home.id, answers=answers, **times, **form))


def counted(me, *commands):
    with statements() as asked:
        assert set(statuses(push(me, *commands))) == {"stored"}
    return asked


def test_a_visit_asks_for_each_thing_once_and_many_ask_no_more(village):
    me, *_ = village
    with transaction() as session:
        places = [mixed(session, name) for name in ("王", "李", "张", "赵", "钱", "孙")]
    counted(me, *(visited(place, number) for number, place in enumerate(places)))
    one = counted(me, visited(places[0], 10))
    assert len(one) <= MOST, one
    many = counted(me, *(visited(place, number) for number, place in enumerate(places, 11)))
    assert len(many) <= len(one), "\n".join(many)
