"""表单 of the office: versions listed, drawn and taken out; a document checked, compared, published."""

import asyncio
import copy
import json
from typing import Any

import httpx
import pytest

from app.accounts.rules import Permission, Role
from app.accounts.schemas import Actor
from app.db import reading, transaction
from app.errors import BadInput, Conflict, NotAllowed, NotFound
from app.forms import office_service, service
from app.forms.documents import read_document, write_document
from models.visits import Visit
from tests import makers
from tests.api_app import application
from tests.forms.test_publishing import FORM, changed


def numbered(version: int, **more: Any) -> dict[str, Any]:
    return {**copy.deepcopy(FORM), "version": version, **more}


def text_of(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False)


def admin() -> Actor:
    with transaction() as session:
        return makers.user(session, Role.ADMIN, token="admin")


def published(actor: Actor, *versions: dict[str, Any]) -> None:
    with transaction() as session:
        for version in versions:
            office_service.publish(session, actor, text_of(version))


def inspected(actor: Actor, document: dict[str, Any] | str) -> office_service.Checked:
    with reading() as session:
        text = document if isinstance(document, str) else text_of(document)
        return office_service.inspect(session, actor, text)


@pytest.mark.usefixtures("database")
def test_versions_are_listed_with_who_when_and_how_often():
    actor = admin()
    service.load_catalog_at_start()
    published(actor, numbered(1), numbered(2, title="试用二"))
    with transaction() as session:
        makers.divisions(session)
        author = makers.user(session, Role.VILLAGE)
        home = makers.household(session, makers.VILLAGE)
        for number in range(3):
            at = makers.utcnow()
            session.add(Visit(
                id=makers.new_id(), household_id=home.id, division=home.division, author_id=author.id, mode="home",
                form_code="trial", form_version=1 if number else 2, started_at=at, finished_at=at, on=at.date(),
                received_at=at,
            ))  # fmt: skip
    with reading() as session:
        forms = {one.code: one for one in office_service.forms(session, actor)}
    assert list(forms) == ["contact", "home", "trial"]
    assert forms["home"].line == "上门、问邻居"
    newest, oldest = forms["trial"].versions
    assert (newest.version, newest.current, oldest.version, oldest.current) == (2, True, 1, False)
    assert newest.line.endswith(f"{actor.name}发布。写过 1 份。")
    assert oldest.line.endswith("写过 2 份。")
    assert "随程序带来。还没有人用它写过" in forms["home"].versions[0].line


@pytest.mark.usefixtures("database")
def test_a_version_is_drawn_in_plain_chinese():
    actor = admin()
    published(actor, numbered(1))
    with reading() as session:
        look = office_service.look(session, actor, "trial", 1)
    house, child = look.form.sections
    assert (house.who, child.who) == ("每一户都问", "问这样的人：不满 18 岁")
    roof, where, people = house.questions
    assert (roof.how, [option.label for option in roof.options]) == ("选一个，必答", ["好", "漏"])
    facts = {fact.name: fact.text for fact in roof.facts}
    assert facts["填到台账"] == "一户的“住房”"
    assert facts["记成困难"] == "选了“漏”，就记一条：屋顶漏：〔哪里漏〕"
    assert facts["照片"] == "请拍一张，不拍也能保存。拍漏雨的地方，镇里好派人。可以不拍。"
    assert where.facts[0].text == "“屋顶”选了“漏”"
    assert people.facts[0].text == "要“几口人”不少于 1。不对时说：至少一口人。"
    assert child.notice_title == "别拍孩子的脸"
    assert [one.number for one in look.burden.figures] == ["5", "1", "1", "1", "1"]


@pytest.mark.usefixtures("database")
def test_what_is_wrong_is_said_with_its_place():
    actor = admin()
    document = changed("sections.0.questions.1.visible_when", "answers.rof == 'bad'")
    document["sections"][1]["never_face"] = False
    document["version"] = 7
    found = {one.place: one.message for one in inspected(actor, document).faults}
    assert found["版本"] == "这是一张新表，这里要写 version = 1。"
    assert "answers.rof" in found["第 1 部分“家里”，第 2 题“哪里漏”，什么时候问"]


@pytest.mark.usefixtures("database")
def test_every_wrong_shape_is_said_at_once():
    actor = admin()
    document = changed("sections.0.questions.0.options.1", {"code": "Bad", "labl": "漏"})
    document["sections"][0]["questions"][2]["type"] = "number"
    places = [one.place for one in inspected(actor, document).faults]
    assert places == [
        "第 1 部分“家里”，第 1 题“屋顶”，第 2 个选项“Bad”，代码",
        "第 1 部分“家里”，第 1 题“屋顶”，第 2 个选项“Bad”，问法",
        "第 1 部分“家里”，第 1 题“屋顶”，第 2 个选项“Bad”，“labl”",
        "第 1 部分“家里”，第 3 题“几口人”，种类",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "还没有放入内容"),
        ('code = "x"\ntitle = 没有引号\n', "第 2 行读不懂"),
        ('code = "x"\ncode = "y"\n', "写了两次"),
        ('{"code": "x",\n "version": 1,}', "第 2 行读不懂"),
        ('{"code": "x", "code": "y"}', "“code”在同一处写了两次"),
        ('{"version": NaN}', "NaN 不是数"),
        ('{"title": "\\ud800"}', "不成字的符号"),
        ("version = 1" + "0" * 5000, "读不懂"),
        ('{"a":' * 20_000, "读不懂"),
        ("#" * 200_001, "太长了"),
        ("随便写的话", "第 1 行读不懂"),
    ],
    ids=lambda text: text[:12],
)
def test_what_cannot_be_read_is_a_sentence(home, text, words):
    (fault,) = inspected(admin(), text).faults
    assert words in fault.message


def test_any_text_at_all_gets_an_answer_in_chinese(home):
    actor = admin()
    for text in ("[]", "{}", "[[sections]]", "sections = 3", 'sections = ["a", 1, {}]', "version = 1979-05-27"):
        faults = inspected(actor, text).faults
        assert faults, text
        assert all("\u4e00" <= one.message[0] <= "\u9fff" for one in faults)


@pytest.mark.usefixtures("database")
def test_what_changed_and_what_it_costs_is_told_before_publishing():
    actor = admin()
    published(actor, numbered(1))
    document = numbered(2)
    house = document["sections"][0]
    house["questions"][0]["label"] = "屋顶漏不漏"
    house["questions"][1]["visible_when"] = "answers.roof != 'ok'"
    house["questions"][2] = {"code": "beds", "label": "几张床", "type": "integer", "required": True}
    document["sections"].append({
        "code": "more", "title": "别的", "about": "household",
        "questions": [{"code": "words", "label": "还有什么", "type": "text"}],
    })  # fmt: skip
    found = inspected(actor, document)
    assert found.faults == []
    assert found.against == "第 1 版"
    told = [(one.kind, one.where, one.before, one.now) for one in found.changes]
    assert told == [
        ("新加的部分", "别的", "", "1 题，每一户都问"),
        ("新加的题", "家里，“几张床”", "", "填整数，必答"),
        ("去掉的题", "家里，“几口人”", "以前的回答都还在", ""),
        ("改了说法", "家里，“屋顶漏不漏”，问法", "屋顶", "屋顶漏不漏"),
        ("改了", "家里，“哪里漏”，什么时候问", "“屋顶”选了“漏”", "“屋顶漏不漏”没选“好”"),
    ]
    assert [(one.number, one.before, one.heavy) for one in found.burden.figures][:2] == [
        ("6", "原来 5", True),
        ("2", "原来 1", True),
    ]
    assert found.burden.warnings == ["比现在用的多 1 题必答。每一题都要走进门去问，想一想能不能不问。"]
    assert found.unused


def test_too_many_taps_are_called_too_many(home):
    part = {"about": "household", "questions": [{"code": "a", "label": "一题", "type": "text"}]}
    sections = [{**copy.deepcopy(part), "code": f"part{n}", "title": f"部分{n}"} for n in range(6)]
    for n, section in enumerate(sections):
        section["questions"][0]["code"] = f"q{n}"
    found = inspected(admin(), {"code": "home", "version": 1, "title": "长表", "sections": sections})
    assert found.faults == []
    assert "没变化也要点 9 下，超过 8 下" in found.burden.warnings[0]
    assert found.burden.figures[0].heavy
    assert not found.unused


@pytest.mark.usefixtures("database")
def test_the_old_version_published_once_more_is_a_new_version():
    actor = admin()
    published(actor, numbered(1), numbered(2, title="试用二"))
    with reading() as session:
        text = office_service.starting_from(session, actor, "trial", 1)
    with transaction() as session:
        assert office_service.publish(session, actor, text) == "试用第 3 版"
    with reading() as session:
        assert service.current(session, "trial").title == "试用"
        assert service.version(session, "trial", 2).title == "试用二"
    again = numbered(4)
    assert inspected(actor, again).same
    with transaction() as session, pytest.raises(BadInput, match="和现在用的一样"):
        office_service.publish(session, actor, text_of(again))
    with transaction() as session, pytest.raises(Conflict, match="新的要写第 4 版"):
        office_service.publish(session, actor, text_of(numbered(2, title="改掉第二版")))


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("kind", ["toml", "json"])
def test_a_version_taken_out_and_put_in_is_the_same(kind):
    for form in [*service.catalog(), service.check(FORM)]:
        assert service.check(read_document(write_document(form, kind))) == form


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_nobody_else_comes_in(home, role):
    with transaction() as session:
        actor = makers.user(session, role)
        for work in (
            lambda: office_service.forms(session, actor),
            lambda: office_service.look(session, actor, "home", 1),
            lambda: office_service.document(session, actor, "home", 1),
            lambda: office_service.starting_from(session, actor, "home", 1),
            lambda: office_service.inspect(session, actor, ""),
            lambda: office_service.publish(session, actor, ""),
        ):
            with pytest.raises(NotAllowed):
                work()


def test_a_version_that_is_not_there_is_a_sentence(home):
    actor = admin()
    with reading() as session:
        for version in (0, 9, 10**9):
            with pytest.raises(NotFound, match="没有这一版表"):
                office_service.look(session, actor, "home", version)


def ask(path: str, token: str = "admin") -> httpx.Response:
    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(application())
        cookies = {"ruhutong_session": token}
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", cookies=cookies) as client:
            return await client.get(f"/api{path}")

    return asyncio.run(run())


@pytest.mark.usefixtures("database")
def test_a_version_is_a_file_to_take_away():
    admin()
    service.load_catalog_at_start()
    shipped = next(form for form in service.catalog() if (form.code, form.version) == ("home", 1))
    toml, as_json = ask("/forms/home/1"), ask("/forms/home/1?as=json")
    assert toml.headers["content-disposition"] == 'attachment; filename="home-1.toml"'
    assert toml.headers["content-type"] == "application/toml; charset=utf-8"
    assert service.check(read_document(toml.text)) == shipped
    assert as_json.json() == shipped.body()


@pytest.mark.parametrize(
    ("path", "status"),
    [("home/3", 404), ("nothing/1", 404), ("home/x", 404), ("home/-1", 404), ("home/1?as=xlsx", 422)],
)
def test_what_is_not_there_is_said(home, path, status):
    admin()
    service.load_catalog_at_start()
    answer = ask(f"/forms/{path}")
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_only_the_administrator_takes_a_version_away(home):
    with transaction() as session:
        makers.user(session, Role.TOWN_CLERK, token="clerk")
    answer = ask("/forms/home/1", "clerk")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_allowed")
    assert Permission.FORMS == "forms"
