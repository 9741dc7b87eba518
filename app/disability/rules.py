"""Disability certificates and the two allowances (残疾人两项补贴, 国发〔2015〕52号). Pure: days, policy are parameters.

The number of a certificate is the 18 characters of the ID number, one digit 类别 (1 to 7), one digit 等级 (1 to 4), and
B with a digit on a reissue (GB/T 26341-2010).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from app.households.rules import normal_id

CATEGORIES: dict[int, str] = {1: "视力", 2: "听力", 3: "言语", 4: "肢体", 5: "智力", 6: "精神", 7: "多重"}
GRADES: dict[int, str] = {1: "一级", 2: "二级", 3: "三级", 4: "四级"}
MULTIPLE = 7
"""多重: which kinds and how severe each is must be known beside it, for rules ask for the kind."""
MODES: dict[str, str] = {
    "institution": "机构集中照护", "day": "日间照料", "neighbour": "邻里照护", "at_home": "居家上门",
}  # fmt: skip
PROBLEMS: dict[str, str] = {
    "no_number": "没有残疾证号",
    "length": "证号位数不对：身份证 18 位加类别、等级各 1 位",
    "not_the_id": "证号前 18 位和身份证号不一样",
    "category": "类别那一位要是 1 到 7",
    "grade": "等级那一位要是 1 到 4",
    "category_differs": "证号里的类别和登记的不一样",
    "grade_differs": "证号里的等级和登记的不一样",
    "kinds_missing": "多重残疾要写清每一类的等级",
}
"""What is wrong with a certificate, as a sentence."""
_NUMBER = re.compile(r"(?P<id>\d{17}[\dX])(?P<category>\d)(?P<grade>\d)(?:B(?P<reissue>\d))?")


@dataclass(frozen=True)
class Number:
    """What a certificate's number says; `problem` is a key of `PROBLEMS` where it says nothing that can be."""

    id_number: str = ""
    category: int | None = None
    grade: int | None = None
    reissue: int = 0
    problem: str | None = None


def read_number(text: str | None) -> Number:
    """The parts of a certificate's number, as written with spaces, wide digits or a small x; never refuses."""
    plain = normal_id(text or "")
    if not plain:
        return Number(problem="no_number")
    found = _NUMBER.fullmatch(plain)
    if found is None:
        return Number(problem="length")
    category, grade = int(found["category"]), int(found["grade"])
    problem = "category" if category not in CATEGORIES else "grade" if grade not in GRADES else None
    return Number(
        found["id"], category if category in CATEGORIES else None, grade if grade in GRADES else None,
        int(found["reissue"] or 0), problem,
    )  # fmt: skip


def problems(
    number: str | None, id_number: str | None, category: int | None, grade: int | None, kinds: Mapping[str, Any]
) -> list[str]:
    """What is wrong with a certificate, as codes of `PROBLEMS`.

    Args:
        id_number: the person's, where it is known.
        category, grade: as registered beside the number.
        kinds: of 多重: category → grade.
    """
    said, found = read_number(number), []
    if said.problem:
        found.append(said.problem)
    if said.id_number and id_number and said.id_number != normal_id(id_number):
        found.append("not_the_id")
    if category and said.category and category != said.category:
        found.append("category_differs")
    if grade and said.grade and grade != said.grade:
        found.append("grade_differs")
    if (category or said.category) == MULTIPLE and not kinds_of(kinds):
        found.append("kinds_missing")
    return found


def kinds_of(given: Mapping[str, Any] | None) -> dict[int, int]:
    """Category → grade of a 多重 certificate, what makes no sense left out."""
    found = {}
    for key, value in (given or {}).items():
        if str(key).isdigit() and str(value).isdigit() and int(key) in CATEGORIES and int(value) in GRADES:
            found[int(key)] = int(value)
    found.pop(MULTIPLE, None)
    return found


VALID, ENDING, ENDED, UNKNOWN = "valid", "ending", "expired", "unknown"
STATES: dict[str, str] = {VALID: "有效", ENDING: "快到期", ENDED: "已过期", UNKNOWN: "没写有效期"}


def state(valid_to: date | None, open_ended: bool, on: date, remind_days: int) -> str:
    """Whether a certificate holds on a day; `valid_to` is its last day, 长期 has none."""
    if open_ended:
        return VALID
    if valid_to is None:
        return UNKNOWN
    if valid_to < on:
        return ENDED
    return ENDING if (valid_to - on).days <= remind_days else VALID


def remind_on(valid_to: date | None, open_ended: bool, remind_days: int) -> date | None:
    """The day from which the holder is told that the certificate ends; None for 长期 and unknown."""
    return None if open_ended or valid_to is None else valid_to - timedelta(days=remind_days)


@dataclass(frozen=True)
class Policy:
    """What decides about the two allowances (domain §1.5), as the parameters give it.

    `care_grades`: the grades that get the care allowance, `mental_grades` further ones of 智力 and 精神;
    `attributes` the 户属性 that get the living allowance, too; `injury_stops_*`: whether a care fee for an injury
    at work excludes from it (工伤生活护理费).
    """

    care_grades: frozenset[int]
    mental_grades: frozenset[int]
    care_months: int
    attributes: frozenset[str]
    injury_stops_living: bool
    injury_stops_care: bool

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> "Policy":
        """As the parameters give it."""
        return cls(
            frozenset(found["disability.care_grades"]), frozenset(found["disability.care_mental_grades"]),
            found["disability.care_months"], frozenset(found["disability.living_attributes"]),
            found["disability.injury_stops_living"], found["disability.injury_stops_care"],
        )  # fmt: skip


POLICY_KEYS = (
    "disability.care_grades", "disability.care_mental_grades", "disability.care_months",
    "disability.living_attributes", "disability.injury_stops_living", "disability.injury_stops_care",
)  # fmt: skip


@dataclass(frozen=True)
class Holder:
    """Who holds a certificate, as far as the allowances ask. `programmes`: what the person draws now.

    `fully`: the children's allowance (事实无人抚养) is drawn in full, not as a top-up.
    """

    category: int | None
    grade: int | None
    valid: bool
    programmes: frozenset[str] = frozenset()
    attribute: str = ""
    care_needed: bool | None = None
    injury_care: bool | None = None
    kinds: Mapping[int, int] = field(default_factory=dict)
    fully: bool = True
    alive: bool = True


LIVING, CARE = "living", "care"
ALLOWANCES: dict[str, str] = {LIVING: "困难残疾人生活补贴", CARE: "重度残疾人护理补贴"}
PROGRAMME = {LIVING: "disability_living", CARE: "disability_care"}
ENTITLED, EXCLUDED, NOT_MEANT, UNSURE = "entitled", "excluded", "not_meant", "unsure"


@dataclass(frozen=True)
class Claim:
    """How one allowance stands: `right` as the rules say, `drawn` as the lists say, `why` in words."""

    right: str
    drawn: bool
    why: str

    @property
    def missing(self) -> bool:
        """应补未补: entitled and not drawn."""
        return self.right == ENTITLED and not self.drawn

    @property
    def too_much(self) -> bool:
        """Drawn although the rules exclude it or do not mean this person."""
        return self.drawn and self.right in {EXCLUDED, NOT_MEANT}

    @property
    def words(self) -> str:
        """该领，在领; 该领，没领; 不能领，在领 …"""
        right = {ENTITLED: "该领", EXCLUDED: "不能领", NOT_MEANT: "不在范围", UNSURE: "要核实"}[self.right]
        return f"{right}，{'在领' if self.drawn else '没领'}"


def _shut(one: Holder) -> str | None:
    if not one.alive:
        return "人已去世"
    if not one.valid:
        return "残疾证没有或已过期"
    return "是特困人员，两项都不领" if "tekun" in one.programmes else None


def living(one: Holder, policy: Policy) -> Claim:
    """困难残疾人生活补贴: a certificate, and 低保 or another need the county names; not beside what excludes it."""
    drawn = PROGRAMME[LIVING] in one.programmes
    why = _shut(one)
    if why is None and one.injury_care and policy.injury_stops_living:
        why = "领工伤生活护理费"
    if why is None and "orphan" in one.programmes:
        why = "领孤儿基本生活费"
    if why is None and "unsupported" in one.programmes and one.fully:
        why = "全额领事实无人抚养儿童补贴"
    if why:
        return Claim(EXCLUDED, drawn, why)
    if "dibao" in one.programmes:
        return Claim(ENTITLED, drawn, "有残疾证，在低保")
    if one.attribute in policy.attributes:
        return Claim(ENTITLED, drawn, f"有残疾证，{one.attribute}")
    return Claim(NOT_MEANT, drawn, "不在低保，户属性也不在范围")


def severe(one: Holder, policy: Policy) -> bool:
    """Whether the grade, or that of one of several kinds, is one that the care allowance names."""
    graded = {**one.kinds}
    if one.category and one.grade:
        graded.setdefault(one.category, one.grade)
    mental = {5, 6}  # 智力, 精神 (GB/T 26341-2010)
    return any(
        grade in policy.care_grades or (kind in mental and grade in policy.mental_grades)
        for kind, grade in graded.items()
    )


def care(one: Holder, policy: Policy) -> Claim:
    """重度残疾人护理补贴: a severe grade and need of care for long; not beside what excludes it."""
    drawn = PROGRAMME[CARE] in one.programmes
    why = _shut(one)
    if why is None and one.injury_care and policy.injury_stops_care:
        why = "领工伤生活护理费"
    if why:
        return Claim(EXCLUDED, drawn, why)
    if not severe(one, policy):
        return Claim(NOT_MEANT, drawn, "等级不在护理补贴范围")
    if one.care_needed is None:
        return Claim(UNSURE, drawn, f"是否要照护 {policy.care_months} 个月以上，还没写")
    if not one.care_needed:
        return Claim(NOT_MEANT, drawn, f"不需要照护 {policy.care_months} 个月以上")
    return Claim(ENTITLED, drawn, "重度残疾，要长期照护")


def claims(one: Holder, policy: Policy) -> dict[str, Claim]:
    """Both allowances."""
    return {LIVING: living(one, policy), CARE: care(one, policy)}


def tags_for(category: int | None, grade: int | None, kinds: Mapping[int, int], policy: Policy) -> set[str]:
    """The marks that the holder of a certificate carries."""
    holder = Holder(category, grade, True, kinds=kinds)
    return {"disabled", "disabled_severe"} if severe(holder, policy) else {"disabled"}


def mask_number(number: str | None) -> str:
    """A certificate's number as it is shown: the ID number behind its mask, category and grade open."""
    plain = normal_id(number or "")
    return f"{plain[:6]}********{plain[14:]}" if len(plain) >= 20 else "*" * min(len(plain), 8)


def kind_words(category: int | None, grade: int | None, kinds: Mapping[int, int] | Sequence[Any] = ()) -> str:
    """`肢体二级`; `多重一级（肢体一级、智力二级）`."""
    plain = f"{CATEGORIES.get(category or 0, '')}{GRADES.get(grade or 0, '')}"
    each = [f"{CATEGORIES[kind]}{GRADES[one]}" for kind, one in sorted(dict(kinds).items())] if kinds else []
    return f"{plain}（{'、'.join(each)}）" if each else plain
