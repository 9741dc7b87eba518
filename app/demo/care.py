"""The demo county's destitute, certificates, officials and plans, through the rooms' own services."""

import random
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlmodel import Session

from app.accounts.rules import Role
from app.accounts.schemas import Actor
from app.agreements import service as agreements
from app.agreements.schemas import AgreementIn, Party
from app.db import new_id, utcnow
from app.demo import rules
from app.demo.registers import example_household, operator
from app.disability import service as disability
from app.disability.schemas import CertificateIn, ServiceIn
from app.hardship import rules as six
from app.hardship import service as hardship
from app.hardship.schemas import AssessmentIn, ClaimIn, HardshipIn
from app.pairing import plan_service as plans
from app.pairing import service as pairing
from app.pairing.schemas import MeasureIn, OfficialIn, PlanIn, ProgressIn
from models.benefits import Enrolment
from models.households import Household, Person, PersonTag
from models.pairing import Official

CANNOT = ((), ("bathes",), ("walks", "bathes"), ("gets_up", "walks", "bathes", "toilet"), tuple(six.INDICATORS))
"""What the destitute of the demo cannot do, one after the other."""
CARERS = (("黄蓉洁", "邻居"), ("吴大嫂", "邻居"), ("潘小凤", "侄女"), ("叶长根", "堂弟"))
OFFICIALS = (
    ("何敏群", "县医保局"), ("李卫东", "县农业农村局"), ("孙立新", "县供电公司"), ("陶静", "高士中心小学"),
    ("程学兵", "县财政局"), ("罗凤霞", "县残联"), ("方志刚", "县水利局"), ("韩雪梅", "县教育局"),
    ("丁国平", "县住建局"), ("严春华", "县妇联"), ("邱立明", "县交通局"), ("龚小莉", "县人社局"),
    ("石永强", "县林业局"), ("倪慧芳", "县卫健委"),
    ("邵建军", "县税务局"), ("汤巧云", "县文旅局"), ("常学文", "县供销社"), ("武秀兰", "高士镇卫生院"),
)  # fmt: skip
PLAN_OF = {
    "disabled": ("因残", "care", "村医每月上门，申请护理补贴"),
    "dibao": ("缺劳力", "safety_net", "低保按月到账，逢节看望"),
    "child_hardship": ("因学", "schooling", "联系学校减免，社工陪读"), "": ("缺技术", "work", "介绍到镇上的车间上班"),
}  # fmt: skip


def load(session: Session, today: date) -> None:
    """Fill the registers; the same county always gets the same."""
    actor, draw = operator(), random.Random(43)
    home, grandmother, _, uncle = example_household(session, today)
    _destitute(session, actor, grandmother, ("walks", "bathes"), today, number=0)
    for number, person in enumerate(_tagged(session, "tekun", but=grandmother.id), start=1):
        _destitute(session, actor, person, CANNOT[number % len(CANNOT)], today, number=number)
    _certificate(session, actor, uncle, "42", today, number=0)
    for number, person in enumerate(_tagged(session, "disabled", but=uncle.id), start=1):
        tail = f"{draw.choice((1, 2, 4, 4, 5, 6))}{draw.choice((1, 2, 2, 3, 4))}"
        _certificate(session, actor, person, tail, today, number=number)
    _officials(session, actor, home, today)
    _plans(session, actor, today)


def _tagged(session: Session, tag: str, but: str) -> list[Person]:
    query = select(Person).join(PersonTag, PersonTag.person_id == Person.id).where(PersonTag.tag == tag)  # type: ignore[arg-type]
    rows = session.scalars(query.order_by(Person.division, Person.household_id, Person.id)).all()  # type: ignore[arg-type]
    return [one for one in rows if one.id != but]


def _destitute(
    session: Session, actor: Actor, person: Person, cannot: Sequence[str], today: date, *, number: int
) -> None:
    housed, person_id = number % 3 == 2, person.id
    data = HardshipIn(
        support="institution" if housed else "home", institution="高士镇敬老院" if housed else None,
        wish=("unwilling", "willing", "willing", "not_asked")[number % 4], asked_on=today - timedelta(days=90 + number),
        refused_why="舍不得老屋" if number % 4 == 0 else None,
    )  # fmt: skip
    row_id = hardship.enter(session, actor, person_id, data).id
    if number % 7 != 6:
        able = {name: name not in cannot for name in six.INDICATORS}
        on = today - timedelta(days=60 + 70 * (number % 5))
        hardship.assess(session, actor, row_id, AssessmentIn(on=on - timedelta(days=365), **able | {"bathes": True}))
        hardship.assess(session, actor, row_id, AssessmentIn(on=on, **able))
        hardship.review(session, actor, row_id, on)
    _enrol(session, person_id, "tekun", "2022-01")
    if not housed and number % 4 != 3:
        _care(session, actor, person_id, today, number)
    if number % 5 == 0:
        stay = ClaimIn(in_on=today - timedelta(days=40), out_on=today - timedelta(days=31), insurer="国元农业保险",
                       policy=f"ZY{today.year}0001", day_fen=8000, paid_fen=72000, state="paid")  # fmt: skip
        hardship.add_claim(session, actor, row_id, stay)


def _care(session: Session, actor: Actor, person_id: str, today: date, number: int) -> None:
    name, relation = CARERS[number % len(CARERS)]
    phone = f"1548{number:07d}"
    begins = today - timedelta(days=345 if number % 5 == 1 else 120)
    parties = [Party(role="town", name="高士镇人民政府", signed="self"), Party(role="carer", name=name, signed="self")]
    agreements.add(session, actor, person_id, AgreementIn(
        kind="care", number=f"照料{number:04d}", signed_on=begins, from_on=begins, to_on=begins + timedelta(days=365),
        carer_name=name, carer_relation=relation, carer_phone=phone, parties=parties,
        terms={"services": "做饭、洗衣、买药、陪看病", "rhythm": "每天一次"},
    ))  # fmt: skip


def _certificate(session: Session, actor: Actor, person: Person, tail: str, today: date, *, number: int) -> None:
    ends = {0: today - timedelta(days=40), 1: today + timedelta(days=120)}.get(number % 9)
    person_id, severe = person.id, tail[1] in "12"
    data = CertificateIn(
        number=f"{person.id_number}{tail}", issued_on=today - timedelta(days=3000), valid_to=ends or None,
        open_ended=ends is None, care_needed=severe, injury_care=False,
    )  # fmt: skip
    if number == 0:
        data = data.model_copy(update={"valid_to": None, "open_ended": True})
    row_id = disability.enter(session, actor, person_id, data).id
    marks = {one.tag for one in session.scalars(select(PersonTag).where(PersonTag.person_id == person_id))}
    if "dibao" in marks:
        _enrol(session, person_id, "dibao", "2021-03")
        if number % 4:
            _enrol(session, person_id, "disability_living", "2022-01", 8000)
    if severe and number % 3:
        _enrol(session, person_id, "disability_care", "2022-01", 10000 if tail[1] == "1" else 8000)
    if severe and number % 6 == 1:
        since = today - timedelta(days=200)
        service = ServiceIn(mode="at_home", provider="高士镇社工站", hours_month=20, from_on=since)
        disability.add_care(session, actor, row_id, service)


def _enrol(session: Session, person_id: str, programme: str, month: str, amount_fen: int | None = None) -> None:
    """What the offices' lists would bring."""
    person = session.get(Person, person_id)
    assert person is not None
    now = utcnow()
    session.add(Enrolment(
        id=new_id(), person_id=person.id, household_id=person.household_id, division=person.division,
        programme=programme, from_month=month, amount_fen=amount_fen, created_at=now, updated_at=now,
    ))  # fmt: skip
    session.flush()


def _officials(session: Session, actor: Actor, example: Household, today: date) -> None:
    """The paired account's official helps twelve homes (eight in the cadre's village), others most of the rest."""
    unit = OfficialIn(name="陈志远", unit="县医保局", post="副股长", phone="15470000000")
    mine = pairing.add_official(session, actor, unit).id
    pairing.link(session, actor, mine, Role.PAIRED.value)
    begins = today - timedelta(days=300)
    homes = list(session.scalars(select(Household).order_by(Household.code)))  # type: ignore[arg-type]
    first, second = (
        [home.id for home in homes if home.division == code] for code in (one for one, _ in rules.VILLAGES[:2])
    )
    chosen = dict.fromkeys([*first[:8], example.id, *second[:4]])
    for home_id in list(chosen)[:12]:
        pairing.pair(session, actor, mine, home_id, begins)
    others: list[Official] = [
        pairing.add_official(session, actor, OfficialIn(name=name, unit=unit, phone=f"1547000{number:04d}"))
        for number, (name, unit) in enumerate(OFFICIALS, start=1)
    ]
    keys = [one.id for one in others]
    poor = [home.id for home in homes if home.attribute not in (None, "一般户") and home.id not in chosen]
    for number, home_id in enumerate(poor):
        if number % 7 == 6:
            continue  # nobody helps them yet
        made = pairing.pair(session, actor, keys[number % len(keys)], home_id, begins)
        if number % 11 == 5:
            pairing.end(session, actor, made.id, today - timedelta(days=25))


def _plans(session: Session, actor: Actor, today: date) -> None:
    """A plan of the year in the named homes of the first village, measures for most people in them."""
    homes = session.scalars(
        select(Household)
        .where(Household.division == rules.VILLAGES[0][0], Household.attribute != "一般户")
        .order_by(Household.code)  # type: ignore[arg-type]
    ).all()
    for number, home_id in enumerate([home.id for home in homes]):
        if number % 5 == 4:
            continue
        people = session.scalars(select(Person).where(Person.household_id == home_id).order_by(Person.id)).all()
        marks = {one.tag for one in session.scalars(
            select(PersonTag).where(PersonTag.person_id.in_([one.id for one in people]))  # type: ignore[attr-defined]
        )}  # fmt: skip
        cause, kind, text = PLAN_OF[next((tag for tag in PLAN_OF if tag in marks), "")]
        data = PlanIn(causes=[cause], aim_fen=3_000_000 + 100_000 * number, text=f"{text}。每月走一次，有事打电话。")
        plans.save_plan(session, actor, home_id, today.year, data)
        for place, person_id in enumerate([one.id for one in people]):
            if place == 2 and number % 3 == 0:
                continue
            said = {"kind": kind, "text": text} if place == 0 else {"kind": "company", "text": "常看望，问难处"}
            measure = MeasureIn(person_id=person_id, owner="陈志远", due_on=date(today.year, 12, 31), **said)
            made = plans.add_measure(session, actor, home_id, measure)
            if place == 0:
                plans.move_on(session, actor, made.id, ProgressIn(progress="going", effect="已联系上"), made.version)
        if number % 3 == 0:
            pairing.say_not(session, actor, home_id, {"pairing.keep_duty": True, "pairing.keep_policy": True})
