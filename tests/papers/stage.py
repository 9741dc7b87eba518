"""A home with a grandmother of 84 who is destitute, a left-behind grandson of 9 and a disabled uncle, visited once."""

import io
from dataclasses import dataclass
from datetime import date
from typing import Any

import docx
import openpyxl
from sqlmodel import Session

from app.accounts.schemas import Actor
from app.casework import service as casework
from app.casework.schemas import PetitionIn
from app.db import new_id, reading, transaction, utcnow
from app.papers import ledger_service
from app.papers.schemas import ExportWish
from models.benefits import Enrolment
from models.disability import DisabilityCertificate
from models.hardship import Hardship
from models.households import Household, Person
from models.visits import Issue, Visit
from tests import makers

GRANDMOTHER, UNCLE, BOY = "349927194203010028", "349927197506010015", "349927201706010015"


@dataclass
class Home:
    """The home and its three people, the visit, and who works where."""

    home: Household
    grandmother: Person
    boy: Person
    uncle: Person
    visit: Visit
    clerk: Actor
    stranger: Actor
    path: Any = None


def set_up(session: Session) -> Home:
    """All of it, with the agreements of the three."""
    makers.divisions(session)
    makers.form(session)
    clerk = makers.user(session, "town_clerk", (makers.TOWN,), name="李敏", token="clerk")
    stranger = makers.user(session, "town_clerk", (makers.OTHER_TOWN,), token="stranger")
    home = makers.household(session, code="34992710120100001", name="刘桂英", group="一组", attribute="脱贫不稳定户")
    marks = ("elder_left_behind", "tekun", "tekun_home")
    grandmother = makers.person(
        session, home, "刘桂英", is_head=True, relation="户主", sex=2, born_on=date(1942, 3, 1), id_number=GRANDMOTHER,
        phone="15400000001", bank_account="6228480000000012345", tags=marks, health="chronic",
    )  # fmt: skip
    boy = makers.person(session, home, "王小明", relation="孙子", sex=1, born_on=date(2017, 6, 1), id_number=BOY,
                        tags=("child_left_behind",))  # fmt: skip
    uncle = makers.person(session, home, "王国强", relation="儿子", sex=1, born_on=date(1975, 6, 1), id_number=UNCLE,
                          tags=("disabled", "disabled_severe"))  # fmt: skip
    visit = _visit(session, home, grandmother, boy, clerk)
    found = Home(home, grandmother, boy, uncle, visit, clerk, stranger)
    _registers(session, found)
    _agreements(session, found)
    session.flush()
    return found


def _visit(session: Session, home: Household, grandmother: Person, boy: Person, author: Actor) -> Visit:
    visit = Visit(
        id=new_id(), household_id=home.id, division=home.division, author_id=author.id, form_code="home",
        form_version=1, mode="home", met=[grandmother.id], started_at=utcnow(), finished_at=utcnow(),
        on=date(2026, 11, 20), received_at=utcnow(),
        answers={"house": {"water": "够"}, "elder": {grandmother.id: {"health": "腿疼"}}},
    )  # fmt: skip
    session.add(visit)
    session.flush()
    home.last_visit_id, home.last_visit_on = visit.id, visit.on
    home.ledger = {"household.water": {"value": "bad", "at": "2026-11-20", "visit": visit.id}}
    grandmother.ledger = {
        name: {"value": value, "at": "2026-11-20", "visit": visit.id, "by": author.id}
        for name, value in {"person.living": "grandchildren", "elder.illness": "高血压", "elder.raises": 1}.items()
    }
    boy.ledger = {"person.school": {"value": "毛安小学三年级", "at": "2026-11-20", "visit": visit.id}}
    session.add(Issue(id=new_id(), household_id=home.id, division=home.division, visit_id=visit.id,
                      author_id=author.id, text="屋顶漏雨", created_at=utcnow()))  # fmt: skip
    return visit


def _registers(session: Session, one: Home) -> None:
    makers.elder(session, one.grandmother, children_count=2, children=[
        {"name": "王国军", "relation": "儿子", "place": "浙江宁波", "phone": "15412345678", "returns": "春节"},
    ])  # fmt: skip
    makers._registered(session, Hardship, one.grandmother, support="home", eats=True, dresses=True, gets_up=True,
                       toilet=True, walks=False, bathes=False, assessed_on=date(2026, 5, 1))  # fmt: skip
    makers.child(session, one.boy, father_name="王国军", father_state="外出务工", mother_name="李芳",
                 mother_state="失联", risk="yellow")  # fmt: skip
    makers._registered(session, DisabilityCertificate, one.uncle, number=f"{UNCLE}41", category=4, grade=1,
                       valid_to=date(2028, 1, 1), care_needed=True)  # fmt: skip
    makers.contact(session, one.grandmother, name="王国军", relation="儿子", phone="15433334444",
                    confirmed_on=date(2026, 10, 1))  # fmt: skip
    makers.contact(session, one.grandmother, kind="village", name="张大妈", relation="邻居")
    for person, programme, amount in ((one.grandmother, "old_allowance", 8000), (one.uncle, "disability_care", 9000)):
        session.add(Enrolment(
            id=new_id(), person_id=person.id, household_id=one.home.id, division=one.home.division,
            programme=programme, amount_fen=amount, from_month="2026-01", band="80-89", created_at=utcnow(),
            updated_at=utcnow(),
        ))  # fmt: skip


def _agreements(session: Session, one: Home) -> None:
    makers.agreement(session, one.grandmother, "support", signed_on=date(2026, 1, 5), from_on=date(2026, 1, 5),
                     open_ended=True, terms={"cash": "每年三千元"}, parties=[
        {"role": "elder", "name": "刘桂英", "signed": "proxy", "record": "王国强"},
        {"role": "supporter", "name": "王国军", "relation": "儿子", "signed": "phone", "record": "LY-3"},
    ])  # fmt: skip
    makers.agreement(session, one.grandmother, "care", signed_on=date(2026, 2, 1), from_on=date(2026, 2, 1),
                     to_on=date(2027, 1, 31), carer_name="张大妈", carer_relation="邻居",
                     carer_number="349927196602280010", carer_phone="15411112222",
                     parties=[{"role": "carer", "name": "张大妈", "signed": "self"}])  # fmt: skip
    makers.agreement(session, one.boy, "guardianship", signed_on=date(2026, 3, 1), from_on=date(2026, 3, 1),
                     to_on=date(2027, 2, 28), carer_name="刘桂英", carer_relation="祖母", bar_1=False, bar_2=False,
                     bar_3=False, bar_4=True, parties=[
        {"role": "entruster", "name": "王国军", "signed": "video", "record": "SP-9"},
    ])  # fmt: skip


def text_of(data: bytes) -> str:
    """All words of a Word file, table cells and footers too."""
    document: Any = docx.Document(io.BytesIO(data))
    lines = [node for node in document.element.body.iter() if node.tag.endswith("}p")]
    words = ["".join(part.text or "" for part in line.iter() if part.tag.endswith("}t")) for line in lines]
    words += [line.text for section in document.sections for line in section.footer.paragraphs]
    return "\n".join(words)


def taken(one: Home, ledger: str, actor: Actor | None = None, **more) -> list[list]:
    """The rows of a ledger as its file holds them, heads first."""
    actor, now = actor or one.clerk, utcnow()
    wish = ExportWish(ledger=ledger, reason="抽查", **more)
    path = one.path / f"{ledger}.xlsx"
    with reading() as session:
        on = ledger_service.today(now)
        run = ledger_service.begin(
            session, actor, ledger_service.wished(session, actor, wish, on), on, lambda done, total: None
        )
        rows = ledger_service.write(session, run, path)
    if wish.report:
        with transaction() as session:
            ledger_service.kept(session, run, rows, now)
    return sheet_of(path.read_bytes())


def sheet_of(data: bytes) -> list[list]:
    """The rows of a workbook, heads first, without the watermark's line."""
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    rows = [["" if value is None else value for value in row] for row in sheet.iter_rows(values_only=True)]
    return rows[2:] if len(rows) > 2 and str(rows[1][0]).startswith("仅限") else rows


def cells(rows: list[list], at: int = 1) -> dict:
    """One row by its heads."""
    return dict(zip(rows[0], rows[at], strict=True))


def notes(one: Home, ledger: str) -> str:
    """What the notes of a ledger say."""
    sheet = openpyxl.load_workbook(one.path / f"{ledger}.xlsx").worksheets[1]
    return "".join(str(row[0]) for row in sheet.iter_rows(values_only=True))


def petition(author: Actor, text: str, **more) -> None:
    """Somebody's petition, written down."""
    usual = {"division": makers.VILLAGE, "category": "申诉求决", "received_on": date(2026, 10, 1), "source": "来电"}
    with transaction() as session:
        row = casework.receive(session, author, PetitionIn(**usual | {"text": text} | more))
        if more.get("assignee"):
            casework.step(session, author, row.id, "told_on", 1)
            casework.step(session, author, row.id, "accepted_on", 2)
