"""Rows of the registers of people: elders, children, the destitute, the disabled."""

import re
from typing import Any

from app.facts import Fact
from app.imports.takers import PERSON, At, Mark, Taker, Values, beside, cut, first_day, given, last_day_before

TIERS = {"失能": "high", "高龄": "high", "其他": "need", "特殊": "need", "一般": "left_behind", "留守": "left_behind"}
RISKS = {"红": "red", "黄": "yellow", "蓝": "blue", "绿": "green"}
FORMS = {"分散": "home", "集中": "institution"}
WISHES = {"不愿": "unwilling", "不同意": "unwilling", "未": "not_asked", "愿": "willing", "同意": "willing"}
CATEGORIES = {"视力": 1, "听力": 2, "言语": 3, "肢体": 4, "智力": 5, "精神": 6, "多重": 7}
GRADES = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
SEVERE = (1, 2)
LONG = "长期"
_OWES_SUPPORT = re.compile(r"(长|次|三|四|大|二|小|养|继|独生)?[子女儿]+[子女儿]?")


def code_of(words: dict[str, Any], text: str | None) -> Any:
    """The code of the first word that a cell contains."""
    return next((code for word, code in words.items() if text and word in text), None)


def _term(value: Any) -> dict[str, Any]:
    """The end of an agreement or a certificate: a day, or 长期."""
    return {"open_ended": True} if value == LONG else given(to_on=value)


def elder(values: Values, at: At) -> list[Fact]:
    """An elder of the register, the two contacts, the agreement of support."""
    facts = [
        Fact(
            "elder",
            at.person
            | given(
                tier=code_of(TIERS, values.get("tier")),
                tier_written=cut(values.get("tier"), 32),
                living_written=cut(values.get("living"), 32),
                self_care_written=cut(values.get("grade"), 32),
                children_count=values.get("children_count"),
                children=children_in(values.get("children")),
                listed_visit_on=values.get("visited_on"),
                listed_visit_mode=cut(values.get("visit_mode"), 16),
            ),
        )
    ]
    if values.get("contact"):
        relation = values.get("contact_relation")
        facts.append(
            Fact(
                "contact",
                at.person
                | given(
                    kind="emergency",
                    name=values["contact"],
                    relation=cut(relation, 24),
                    phone=values.get("contact_phone"),
                    confirmed_on=values.get("verified_on"),
                    supports=True if relation and _OWES_SUPPORT.fullmatch(relation) else None,
                ),
            )
        )
    if values.get("neighbour"):
        facts.append(Fact("contact", at.person | {"kind": "village", "name": values["neighbour"]}))
    if values.get("signed_on") or values.get("agreed_to"):
        signed = values.get("signed_on")
        facts.append(
            Fact(
                "agreement",
                at.person
                | given(kind="support", signed_on=signed, from_on=signed)
                | _term(values.get("agreed_to")),
            )
        )
    return facts


def children_in(text: str | None) -> list[dict[str, str]] | None:
    """`朱杰军(江苏务工);朱涛(合肥务工)` as rows of name and place."""
    if not text:
        return None
    found = []
    for part in re.split(r"[;；、,，\n]+", text):
        named = re.fullmatch(r"\s*([^()（）]+?)\s*(?:[(（](.*?)[)）])?\s*", part)
        if named:
            found.append({"name": named[1]} | ({"place": named[2]} if named[2] else {}))
    return found


def child_kind(text: str | None) -> str:
    """The code of 儿童类别; whatever is none of the others is a need (困境)."""
    words = {"事实无人抚养": "child_unsupported", "孤儿": "child_orphan", "留守": "child_left_behind"}
    return code_of(words, text) or "child_hardship"


_ALLOWANCES = {"child_orphan": "orphan", "child_unsupported": "unsupported"}
_SUPPORT = {"全额": "full", "补差": "top_up", "差额": "top_up"}


def child(values: Values, at: At) -> list[Fact]:
    """A child of the register, its allowance, and the carer with the four declarations."""
    kind, support = child_kind(values.get("kind")), code_of(_SUPPORT, values.get("support"))
    facts = [
        Fact(
            "child",
            at.person
            | given(
                kinds=[kind],
                support=support,
                **_parent(values, "father"),
                **_parent(values, "mother"),
                living_written=cut(values.get("living"), 32),
                school_written=cut(values.get("school"), 64),
                exempt=cut(values.get("exempt"), 64),
                risk=code_of(RISKS, values.get("risk")),
                listed_visit_on=values.get("visited_on"),
                details={f"written_{kind}": values["kind"]} if values.get("kind") else None,
            ),
        )
    ]
    if values.get("start") and kind in _ALLOWANCES:
        facts.append(
            Fact(
                "enrolment",
                at.person
                | _term_of(values)
                | given(programme=_ALLOWANCES[kind], band=support),
            )
        )
    if any(values.get(name) for name in ("carer", "carer_id", "agreed_from", "agreed_to")):
        facts.append(Fact("agreement", at.person | {"kind": "guardianship"} | carer_of(values, at) | _bars(values)))
    return facts


def _parent(values: Values, which: str) -> dict[str, Any]:
    return given(
        **{
            f"{which}_name": values.get(which),
            f"{which}_number": values.get(f"{which}_id"),
            f"{which}_state": cut(values.get(f"{which}_status"), 24),
            f"{which}_since": values.get(f"{which}_since"),
            f"{which}_back_on": values.get(f"{which}_back"),
        }
    )


def _bars(values: Values) -> dict[str, bool]:
    return {f"bar_{at}": values[f"declared_{at}"] for at in range(1, 5) if values.get(f"declared_{at}") is not None}


def carer_of(values: Values, at: At) -> dict[str, Any]:
    """Who cares, and from when to when."""
    return given(
        from_on=values.get("agreed_from"),
        to_on=values.get("agreed_to"),
        carer_name=values.get("carer"),
        carer_relation=cut(values.get("carer_relation"), 24),
        carer_number=values.get("carer_id"),
        carer_phone=values.get("carer_phone"),
        carer_person_id=at.known(values.get("carer_id")),
    )


def _term_of(values: Values) -> dict[str, Any]:
    """From when to when somebody holds a programme; a month without payment ends it."""
    stop = values.get("stop")
    return {"from_month": values.get("start") or "", "state": "stopped" if stop else "active"} | given(
        to_month=stop, stop_reason=cut(values.get("stop_reason"), 120)
    )


def child_marks(values: Values, at: At) -> list[Mark]:
    """A child of the register carries its kind."""
    return [Mark(child_kind(values.get("kind")))]


_SIX = {name: name for name in ("eats", "dresses", "toilet", "walks", "bathes")} | {"gets_up": "bed"}


def _over(values: Values, at: At) -> bool:
    """Whether a row of the destitute says that it is over: by its month, or by the sheet on which it stands."""
    return bool(values.get("stop")) or "终止" in at.sheet or "停" in at.sheet


def destitute(values: Values, at: At) -> list[Fact]:
    """A destitute person: the register, the entitlement, the assessment, the carer."""
    six = {name: values[field] for name, field in _SIX.items() if values.get(field) is not None}
    assessed = values.get("assessed_on")
    facts = [
        Fact(
            "hardship",
            at.person
            | given(
                support=code_of(FORMS, values.get("form")),
                wish=code_of(WISHES, values.get("wish")),
                asked_on=values.get("asked_on"),
                **six,
                assessed_on=assessed,
                grade_written=cut(values.get("grade"), 24),
                listed_visit_on=values.get("visited_on"),
            ),
        ),
        Fact(
            "enrolment",
            at.person
            | _term_of(values)
            | {"programme": "tekun"}
            | ({"state": "stopped"} if _over(values, at) else {}),
        ),
    ]
    if assessed and len(six) == len(_SIX):
        facts.append(Fact("assessment", at.person | six | {"on": assessed}))
    if any(values.get(name) for name in ("carer", "carer_id", "agreed_from", "agreed_to")):
        facts.append(Fact("agreement", at.person | {"kind": "care"} | carer_of(values, at)))
    return facts


def destitute_marks(values: Values, at: At) -> list[Mark]:
    """特困 while it lasts, and 分散 where the person lives at home."""
    begun, over, ended = first_day(values.get("start")), _over(values, at), last_day_before(values.get("stop"))
    home = code_of(FORMS, values.get("form")) == "home"
    return [Mark("tekun", begun, ended, over), Mark("tekun_home", begun, ended, over or not home)]


def disabled(values: Values, at: At) -> list[Fact]:
    """A certificate."""
    long = values.get("valid_to") == LONG
    return [
        Fact(
            "disability",
            at.person
            | given(
                number=values.get("certificate"),
                category=code_of(CATEGORIES, values.get("category")),
                grade=code_of(GRADES, values.get("grade")),
                category_written=cut(values.get("category"), 24),
                grade_written=cut(values.get("grade"), 24),
                issued_on=values.get("issued_on"),
                valid_to=None if long else values.get("valid_to"),
                open_ended=True if long else None,
                care_needed=values.get("care"),
                injury_care=values.get("injury_care"),
                details=beside(values, "phone") or None,
            ),
        )
    ]


def disabled_marks(values: Values, at: At) -> list[Mark]:
    """残疾人, and 重度 by the grade."""
    grade, issued = code_of(GRADES, values.get("grade")), values.get("issued_on")
    severe = [Mark("disabled_severe", issued, over=grade not in SEVERE)] if grade else []
    return [Mark("disabled", issued), *severe]


TAKERS = (
    Taker("elders", PERSON, elder, lambda values, at: [Mark("elder_left_behind")]),
    Taker("children", PERSON, child, child_marks, others=("carer_id",)),
    Taker("tekun_people", PERSON, destitute, destitute_marks, others=("carer_id",)),
    Taker("disability_certificates", PERSON, disabled, disabled_marks),
)
