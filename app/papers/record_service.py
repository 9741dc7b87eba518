"""The one record as the words of the forms: a home, one person of it, their registers, the visit it rests on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from app.accounts.schemas import Actor
from app.agreements.pull_service import POLICY as AGREEMENT_POLICY
from app.audit.rules import short
from app.benefits import rules as benefits
from app.db import SHANGHAI
from app.divisions import service as divisions
from app.errors import BadInput, NotFound
from app.forms import service as forms
from app.households import register_service as register
from app.households.rules import is_child, mask_bank, mask_id, mask_phone
from app.households.tags import HEALTH, SEX, TAGS, label
from app.pairing.rules import SIX, STATES
from app.papers import facts, queries, rules
from app.papers.rules import FORMS, NOBODY, Form, day_words
from app.visits import office_service as visits
from models.households import Household, Person
from models.visits import Visit

Number = Callable[[Person, str], str]
"""Gives a whole number (`id_number`, `bank_account`, `phone`) after writing down who sees it and why."""
POLICY = (*AGREEMENT_POLICY, "contact.valid_days", "hardship.care_fee_fen")


@dataclass(frozen=True)
class Subject:
    """What one sheet is about."""

    home: Household
    person: Person | None
    people: Sequence[Person]


def form(name: str) -> Form:
    """A form by its name.

    Raises:
        BadInput: there is none, with those there are.
    """
    found = FORMS.get(name)
    if found is None:
        raise BadInput(f"没有这张表。有：{'、'.join(FORMS)}。", code="unknown_form")
    return found


def home_of(session: Session, actor: Actor, household: str, on: date) -> Household:
    """A home by its code or id.

    Raises:
        NotFound: there is none in the actor's scope.
    """
    home = queries.home(session, actor, household.strip(), on)
    if home is None:
        raise NotFound("没有找到这一户，可能编号不对，或不在你负责的范围。")
    return home


def subjects(session: Session, actor: Actor, kind: Form, household: str, person: str | None, on: date) -> list[Subject]:
    """What a form would be printed for: the home, or each of its people whom it fits.

    Args:
        household: code or id.
        person: id, or name within the home; None takes everybody whom it fits.

    Raises:
        NotFound: no such home in the actor's scope, or nobody of that name.
        BadInput: the form fits nobody there.
    """
    home = home_of(session, actor, household, on)
    people = queries.people(session, home.id)
    named = [one for one in people if person in (one.id, one.name)] if person else []
    if person and not named:
        raise NotFound("这一户没有这个人。")
    if kind.about == "household":
        head = named[0] if named else next((one for one in people if one.is_head), people[0] if people else None)
        return [Subject(home, head, people)]
    fitting = queries.registered(session, kind.register, [one.id for one in people])
    if kind.name == "care" and not named:
        fitting = {key: row for key, row in fitting.items() if row.support != "institution"}
    chosen = named or [one for one in people if one.id in fitting and one.died_on is None]
    if named and named[0].id not in fitting:
        raise BadInput(f"{named[0].name}不在这张表的台账里。", code="form_does_not_fit")
    if not chosen:
        raise BadInput(NOBODY[kind.register], code="form_does_not_fit")
    return [Subject(home, one, people) for one in chosen]


def is_minor(session: Session, one: Person, on: date) -> bool:
    """Whether this is a child's record."""
    return is_child(one.born_on, register.tags_of(session, [one.id], on).get(one.id, []), on)


def words(
    session: Session, actor: Actor, kind: Form, one: Subject, on: date, *, visit_id: str | None = None,
    number: Number | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Every word of a form for one subject.

    Args:
        visit_id: the visit that it names; the home's last where none is given.
        number: gives whole numbers; without it all stay masked.
    """
    found = rules.blanks()
    home, person = one.home, one.person
    visit = queries.visit(session, home.id, visit_id)
    if visit_id and visit is None:
        raise NotFound("这一户没有这次走访。")
    policy = register.policy(session, POLICY, on, home.division)
    found |= _of_home(session, home, one.people, on) | _of_visit(session, actor, visit, home, one.people, on)
    found["打印日期"], found["打印人"], found["水印"] = day_words(on), actor.name, rules.watermark(actor.name, on)
    found["成员"] = _members(session, one.people, on, number)
    if person is not None:
        found |= _of_person(session, kind, person, home, on, policy, number)
    found["困难"] = [
        {"序号": str(n), "内容": issue.text, "部门": "", "状态": "已办" if issue.state == "closed" else "在办"}
        for n, issue in enumerate(queries.open_issues(session, home.id), 1)
        if issue.person_id is None or kind.child or not _minor_id(session, one.people, issue.person_id, on)
    ]  # fmt: skip
    return rules.filled_up(found)


def _minor_id(session: Session, people: Sequence[Person], person_id: str, on: date) -> bool:
    return any(is_minor(session, one, on) for one in people if one.id == person_id)


def _of_home(session: Session, home: Household, people: Sequence[Person], on: date) -> dict[str, Any]:
    county, town, village = queries.names_of(session, home.division)
    official = queries.official(session, home.id, on)
    six = {key: str((home.ledger.get(f"household.{key}") or {}).get("value") or "") for key in SIX}
    return {
        "县": county, "乡镇": town, "村": village, "地方": divisions.place(session, home.division),
        "村民组": home.group or "", "户编号": home.code, "户主": home.name, "户属性": home.attribute or "",
        "人口数": str(len(people)), "地址": home.address or "",
        "六项": [{"项目": name, "情况": rules.ticks(STATES, six[key])} for key, name in SIX.items()],
        "结对责任人": official.name if official else "", "责任人单位": official.unit or "" if official else "",
        "责任人电话": mask_phone(official.phone) if official else "",
    }  # fmt: skip


def source_words(session: Session, visit: Visit | None, *, brief: bool = False) -> str:
    """`2026 年 11 月 20 日 王芳 上门（走访编号 …）`: the visit that a sheet rests on; `brief`: the end of its id."""
    if visit is None:
        return "还没有走访记录"
    mode = visits.MODES.get(visit.mode, visit.mode)
    number = short(visit.id) if brief else visit.id
    return f"{day_words(visit.on)} {queries.user_name(session, visit.author_id)} {mode}（走访编号 {number}）"


def _of_visit(
    session: Session, actor: Actor, visit: Visit | None, home: Household, people: Sequence[Person], on: date
) -> dict[str, Any]:
    found: dict[str, Any] = {"来源走访": source_words(session, visit)}
    if visit is None:
        return found
    begin, end = visit.started_at.astimezone(SHANGHAI), visit.finished_at.astimezone(SHANGHAI)
    names = {one.id: one.name for one in people}
    minors = [one.name for one in people if is_minor(session, one, on)]
    sections = visits.sections_of(session, visit, [{"id": one.id, "name": one.name} for one in people])
    return found | {
        "走访日期": day_words(visit.on), "走访时间": f"{begin:%H:%M}–{end:%H:%M}", "走访编号": visit.id,
        "走访人": queries.user_name(session, visit.author_id), "走访方式": visits.MODES.get(visit.mode, visit.mode),
        "见到谁": "、".join(names.get(key, "") for key in visit.met if key in names) or "没有见到人",
        "下次走访": day_words(visit.next_on), "走访小结": "" if minors else home.summary or "",
        "走访内容": [
            {"项目": f"{part.title} · {line.question}" if line.question else part.title, "内容": line.answer}
            for part in sections if not any(part.title.endswith(f"：{name}") for name in minors)
            for line in part.lines
        ] + [{"项目": f"孩子：{name}", "内容": "见儿童信息台账"} for name in minors],
    }  # fmt: skip


def _members(session: Session, people: Sequence[Person], on: date, number: Number | None) -> list[dict[str, str]]:
    keys = [one.id for one in people]
    marks = register.tags_of(session, keys, on)
    grades = queries.registered(session, "disability", keys)
    drawn, month = queries.enrolments(session, keys), benefits.month_of(on)
    found = []
    for at, one in enumerate(people, 1):
        minor = is_child(one.born_on, marks.get(one.id, []), on)
        card = grades.get(one.id)
        found.append({
            "序号": str(at), "姓名": one.name, "关系": one.relation or "", "性别": SEX.get(one.sex, ""),
            "年龄": str(facts.age_words(one.born_on, on)).removesuffix(" 岁"),
            "身份证号": number(one, "id_number") if number else mask_id(one.id_number),
            "健康": "" if minor else label(HEALTH, one.health), "务工": one.works_away or "",
            "残疾": f"{facts.certificates.CATEGORIES.get(card.category or 0, '')}"
                    f"{facts.certificates.GRADES.get(card.grade or 0, '')}" if card and not minor else "",
            "政策": "、".join(dict.fromkeys(
                facts.PROGRAMMES.get(row.programme, row.programme) for row in drawn.get(one.id, ())
                if benefits.in_force(row, month) and row.counted
            )),
        })  # fmt: skip
    return found


def _of_person(
    session: Session, kind: Form, person: Person, home: Household, on: date, policy: Mapping[str, Any],
    number: Number | None,
) -> dict[str, Any]:  # fmt: skip
    told = facts.said(person.ledger, forms.field_words(session))
    drawn = queries.enrolments(session, [person.id]).get(person.id, [])
    full = number is not None
    contacts = facts.chain(queries.contacts(session, person.id), policy["contact.valid_days"], full=full)
    found = _plain(session, person, home, on, told, number)
    month = benefits.month_of(on)
    found |= {"补贴": facts.paid(drawn, month), "联系人": contacts}
    found["关爱责任人"] = next((one["姓名"] for one in contacts if one["类别"] == "村里联系人"), "")
    rows = {name: queries.registered(session, name, [person.id]).get(person.id) for name in queries.REGISTERS}
    if kind.register == "child":
        found |= facts.of_child(rows["child"], told, full=full)
    elif not is_minor(session, person, on):
        found |= facts.elder(session, rows["elder"], person, home, on, told)
        hard = facts.destitute(rows["hardship"], told, person.ledger, policy["hardship.care_fee_fen"])
        found |= {name: value for name, value in hard.items() if value}
    found |= facts.certificate(rows["disability"], drawn, month, full=full)
    if kind.agreement:
        row = queries.agreement(session, person.id, kind.agreement, on)
        found |= facts.agreement(session, row, kind.agreement, on, policy["agreement.remind_days"], full=full)
    return found


def _plain(
    session: Session, person: Person, home: Household, on: date, told: facts.Said, number: Number | None
) -> dict[str, Any]:
    beside: Mapping[str, Any] = person.extra
    phone = person.phone or ""
    return {
        "姓名": person.name, "性别": SEX.get(person.sex, ""), "出生日期": day_words(person.born_on),
        "年龄": facts.age_words(person.born_on, on), "与户主关系": person.relation or "",
        "身份证号": number(person, "id_number") if number else mask_id(person.id_number),
        "银行账号": number(person, "bank_account") if number else mask_bank(person.bank_account),
        "电话": number(person, "phone") if number else mask_phone(phone),
        "民族": str(beside.get("民族") or ""), "婚姻": str(beside.get("婚姻状况") or ""),
        "文化程度": str(beside.get("文化程度") or ""), "政治面貌": str(beside.get("政治面貌") or ""),
        "劳动能力": str(beside.get("labour") or beside.get("劳动能力") or ""),
        "户籍地": "本县" if person.registered_here else "外县" if person.registered_here is False else "",
        "现居地": _lives(session, home),
        "健康状况": told.get("person.health") or label(HEALTH, person.health),
        "自理能力": told.get("person.self_care", ""), "务工地": person.works_away or "",
        "享受政策": "、".join(
            label(TAGS, code) for code in register.tags_of(session, [person.id], on).get(person.id, [])
            if code in POLICY_TAGS
        ),
    }  # fmt: skip


def _lives(session: Session, home: Household) -> str:
    """Where the home is; an address that names the village is whole."""
    village = queries.names_of(session, home.division)[2]
    if home.address and village and village in home.address:
        return home.address
    return f"{divisions.place(session, home.division)}{home.address or home.group or ''}"


POLICY_TAGS = ("dibao", "tekun", "tekun_home", "old_allowance", "disability_living", "disability_care")
