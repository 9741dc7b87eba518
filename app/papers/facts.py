"""What registers, agreements and programmes say about one person, in the words of the forms."""

from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session

from app.agreements import rules as agreements
from app.benefits import rules as benefits
from app.contacts import rules as calling
from app.disability import rules as certificates
from app.elders import rules as elders
from app.elders.pull_service import facts_of
from app.forms.ledger_schemas import SELF_CARE
from app.hardship import rules as hardship
from app.households import register_service as register
from app.households.rules import age_on, mask_id, mask_phone
from app.households.tags import LIVING, TAGS
from app.papers import queries, rules
from app.papers.rules import day_words, money, ticks, yes_no
from models.agreements import Agreement
from models.benefits import Enrolment
from models.households import Contact, Household, Person

PROGRAMMES = {
    "dibao": "最低生活保障", "tekun": "特困供养", "old_allowance": "高龄津贴", "disability_living": "残疾人生活补贴",
    "disability_care": "残疾人护理补贴", "orphan": "孤儿基本生活费", "unsupported": "事实无人抚养儿童基本生活补贴",
    "care_fee": "照料护理补贴",
}  # fmt: skip
STATES = {"active": "在享受", "easing": "渐退", "stopped": "已停", "coming": "还没起发"}
RISKS = {"red": "红（高）", "yellow": "黄（中）", "blue": "蓝（低）", "green": "绿（低）"}
HOW_ELDERS_LIVE = {code: words for code, words in LIVING.items() if code not in ("away", "boarding", "grandparents")}
Said = Mapping[str, str]


def said(person_ledger: Mapping[str, Any], words: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """What visits found, by field, in words."""
    found = {}
    for name, entry in person_ledger.items():
        value = entry.get("value")
        known = words.get(name, {})
        each = value if isinstance(value, list) else [value]
        found[name] = "、".join(known.get(str(one), str(one)) for one in each if one not in (None, ""))
    return found


def elder(session: Session, one: Any, person: Person, home: Household, on: date, told: Said) -> dict[str, Any]:
    """Of the elders' register: tier and rhythm as they follow today, the children, what a visit found."""
    marks = register.tags_of(session, [person.id], on).get(person.id, [])
    living = (person.ledger.get("person.living") or {}).get("value") or person.living
    found: dict[str, Any] = {
        "居住状况": ticks(HOW_ELDERS_LIVE, living),
        "慢病": told.get("elder.illness", ""), "用药": told.get("person.medicine", ""),
        "代养孙辈": told.get("elder.raises", ""), "主要困难": told.get("person.difficulties", ""),
        "需求": told.get("elder.needs", ""), "儿女返家": told.get("elder.children_home", ""),
    }  # fmt: skip
    if one is None:
        return found
    facts = facts_of(session, register.Standing(one, person, home), marks, on)
    found |= {
        "风险等级": ticks(elders.TIERS, facts.tier.code) + f"（{facts.tier.why}）",
        "探访频次": f"{facts.every_days} 天一次",
        "子女数": str(one.children_count if one.children_count is not None else len(one.children) or ""),
        "子女": [_of_child(n, child) for n, child in enumerate(one.children, 1)],
    }  # fmt: skip
    return found


def _of_child(number: int, child: Mapping[str, Any]) -> dict[str, str]:
    def part(name: str) -> str:
        return str(child.get(name) or "")

    return {
        "序号": str(number), "姓名": part("name"), "关系": part("relation"), "外出地": part("place"),
        "外出起始": part("since"), "电话": mask_phone(child.get("phone")), "返家": part("returns"),
        "赡养能力": part("able"),
    }  # fmt: skip


def chain(rows: Iterable[Contact], valid_days: int, *, full: bool = False) -> list[dict[str, str]]:
    """Whom to call, in their order."""
    found = []
    for number, row in enumerate(sorted(rows, key=calling.place), 1):
        until = calling.expires(row.confirmed_on, row.expires_on, valid_days)
        owes = calling.owes_support(row.supports, row.relation)
        found.append({
            "序号": str(number), "类别": calling.KINDS.get(row.kind, row.kind), "姓名": row.name,
            "关系": row.relation or "", "现住地": row.place or "",
            "电话": (row.phone or "") if full else mask_phone(row.phone),
            "赡养人": "是" if owes else "否" if owes is False else "",
            "核实日期": row.confirmed_on.isoformat() if row.confirmed_on else "",
            "核实结果": calling.RESULTS.get(row.result or "", row.result or ""),
            "有效至": until.isoformat() if until else "",
        })  # fmt: skip
    return found


def agreement(
    session: Session, row: Agreement | None, kind: str, on: date, remind: int, *, full: bool
) -> dict[str, Any]:
    """An agreement and its signatures; an empty one has the heads of its terms, to be written in."""
    heads = agreements.TERMS.get(kind, {})
    if row is None:
        empty = [{"项目": words, "内容": ""} for words in heads.values()]
        declared = {f"声明{n}": yes_no(None, "有", "没有") for n in "一二三四"}
        return {"条款": empty, "签名说明": rules.who_signed([])} | declared
    number, parties = row.carer_number or "", agreements.signed_parties(row)
    until = "长期" if row.open_ended and not row.to_on else day_words(row.to_on)
    return {
        "协议编号": row.number or "", "签订日期": day_words(row.signed_on), "起始日期": day_words(row.from_on),
        "终止日期": until, "期限": until if until == "长期" else f"到 {until}" if until else "",
        "协议状态": agreements.standing(row, on, remind).words, "受托人": row.carer_name or "",
        "受托人关系": row.carer_relation or "", "受托人电话": row.carer_phone if full else mask_phone(row.carer_phone),
        "受托人身份证号": number if full else mask_id(number),
        **{f"声明{n}": yes_no(getattr(row, f"bar_{at}"), "有", "没有") for at, n in enumerate("一二三四", 1)},
        "条款": [{"项目": words, "内容": str(row.terms.get(key) or "")} for key, words in heads.items()],
        "当事人": [
            {"身份": agreements.ROLES.get(one.get("role"), ""), "姓名": one.get("name") or "",
             "关系": one.get("relation") or "", "电话": mask_phone(one.get("phone")), "住址": one.get("address") or ""}
            for one in row.parties
        ],
        "签名": _signatures(session, parties), "签名说明": rules.who_signed(parties),
        "检查": [
            {"日期": one.on.isoformat(), "结果": agreements.RESULTS.get(one.result, one.result),
             "问题": one.problem or "",
             "督促": f"{one.urged_on.isoformat()} {one.urged_how or ''}".strip() if one.urged_on else ""}
            for one in queries.inspections(session, row.id)
        ],
    }  # fmt: skip


def _signatures(session: Session, parties: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A line for each who signs, with what was drawn on the screen."""
    drawn = queries.signatures(session, [one["drawn"]["id"] for one in parties if one.get("drawn")])
    found: list[dict[str, Any]] = []
    for one in parties:
        kept = drawn.get(one["drawn"]["id"]) if one.get("drawn") else None
        seen = {"签名": rules.picture(b64decode(kept.picture), kept.width, kept.height)} if kept else {}
        found.append({**rules.signature(one), **seen})
    return found


def destitute(one: Any, told: Said, ledger: Mapping[str, Any], fees: Mapping[str, int]) -> dict[str, Any]:
    """Of the destitute: form of support, wish, the six indicators with the grade that follows, the month's fee."""
    able = hardship.able_of(one) if one else {}
    if not any(value is not None for value in able.values()):
        cannot = (ledger.get("hardship.cannot") or {}).get("value")
        able = {name: name not in cannot for name in SELF_CARE} if isinstance(cannot, list) else {}
    grade = hardship.grade(able)
    found = {
        "六项自理": "　".join(
            f"{words}{ {True: '☑能', False: '☑不能'}.get(able.get(name), '□能 □不能') }"  # type: ignore[arg-type]
            for name, words in hardship.INDICATORS.items()
        ),
    }  # fmt: skip
    if grade:
        found["自理能力"] = hardship.GRADES[grade]
    if one is None:
        return found
    wish = told.get("hardship.wish") or hardship.WISH.get(one.wish or "", "")
    return found | {
        "供养形式": ticks(hardship.SUPPORT, one.support), "集中意愿": wish, "供养机构": one.institution or "",
        "评估日期": day_words(one.assessed_on),
        "照料护理费": f"每月 {money(fees[grade])}" if grade and grade in fees else "",
    }  # fmt: skip


def certificate(one: Any, drawn: Sequence[Enrolment], month: str, *, full: bool) -> dict[str, Any]:
    """Of a disability certificate: what it says, and which of the two allowances runs in a month."""
    running = {row.programme for row in drawn if benefits.in_force(row, month)}
    both = {"disability_living": "困难残疾人生活补贴", "disability_care": "重度残疾人护理补贴"}
    if one is None:
        return {"两项补贴": ticks(both, ())}
    kinds = certificates.kinds_of(one.details.get("kinds"))
    more = "、".join(f"{certificates.CATEGORIES[kind]}{certificates.GRADES[grade]}" for kind, grade in kinds.items())
    number = one.number or ""
    return {
        "残疾证号": number if full else f"{mask_id(number[:18])}{number[18:]}",
        "残疾类别": ticks(certificates.CATEGORIES.values(), certificates.CATEGORIES.get(one.category or 0))  # type: ignore[arg-type]
        + (f"（{more}）" if more else ""),
        "残疾等级": ticks(certificates.GRADES.values(), certificates.GRADES.get(one.grade or 0)),  # type: ignore[arg-type]
        "残疾证发证": day_words(one.issued_on), "残疾证有效期": "长期" if one.open_ended else day_words(one.valid_to),
        "长期照护": yes_no(one.care_needed), "工伤护理费": yes_no(one.injury_care),
        "两项补贴": ticks(both, sorted(running & set(both))),
    }  # fmt: skip


def of_child(one: Any, told: Said, *, full: bool) -> dict[str, Any]:
    """Of the children's register: kinds, parents as the county writes their state, who looks after the child."""
    found: dict[str, Any] = {
        "实际照看人": told.get("person.carer", ""), "亲子联系": told.get("person.parents_contact", ""),
        "父母在哪": told.get("person.parents_place", ""), "独自在家": told.get("person.alone", ""),
        "安全隐患": told.get("person.hazards", ""), "学校": told.get("person.school", ""),
        "就学情况": told.get("person.school_state", ""), "儿童意愿": told.get("child.wish", ""),
    }  # fmt: skip
    if one is None:
        return found

    def parent(who: str, word: str) -> dict[str, str]:
        since, back = getattr(one, f"{who}_since"), getattr(one, f"{who}_back_on")
        state = getattr(one, f"{who}_state") or ""
        state += f"，{since.isoformat()} 起" if since else ""
        number = getattr(one, f"{who}_number")
        return {
            f"{word}姓名": getattr(one, f"{who}_name") or "",
            f"{word}身份证号": number or "" if full else mask_id(number),
            f"{word}状况": state + (f"，{back.isoformat()} 恢复联系" if back else ""),
        }  # fmt: skip

    kinds = [code for code in TAGS if code.startswith("child_")]
    return found | parent("father", "父亲") | parent("mother", "母亲") | {
        "儿童类别": ticks({code: TAGS[code] for code in kinds}, one.kinds),
        "保障方式": ticks({"full": "全额", "top_up": "补差"}, one.support), "风险等级": ticks(RISKS, one.risk),
        "学校": found["学校"] or one.school_written or "", "儿童意愿": found["儿童意愿"] or one.wish or "",
        "学校告知日期": day_words(one.school_told_on), "村委告知日期": day_words(one.village_told_on),
        "父母联系日期": day_words(one.parent_contact_on),
    }  # fmt: skip


def paid(rows: Sequence[Enrolment], month: str) -> list[dict[str, str]]:
    """What somebody draws or drew, what runs in the month first."""
    return [
        {"名称": PROGRAMMES.get(one.programme, one.programme), "档次": one.band or "", "金额": money(one.amount_fen),
         "起": one.from_month, "止": one.to_month or "", "状态": STATES[benefits.state_in(one, month)]}
        for one in sorted(rows, key=lambda row: not benefits.in_force(row, month))
    ]  # fmt: skip


def age_words(born: date | None, on: date) -> str:
    """`84 岁`."""
    return f"{age_on(born, on)} 岁" if born else ""
