"""The demo county: eight named villages of the plan, 400 households, 1,200 people who do not exist.

Every ID number lies in division 349927, which is assigned to nobody; phone numbers begin with 154.
The same seed always gives the same county, so that a second start changes nothing.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from stdnum.cn.ric import calc_check_digit

COUNTY = ("349927", "望安县")
TOWNSHIPS = (("349927100", "高士镇"), ("349927101", "赛口镇"))
VILLAGES = (
    ("349927100201", "毛安村"),
    ("349927100202", "黄河村"),
    ("349927100203", "龙口村"),
    ("349927100204", "花园村"),
    ("349927100205", "高士村"),
    ("349927100206", "新坝村"),
    ("349927100207", "官庄村"),
    ("349927101201", "红旗村"),
)
GROUPS = ("一组", "二组", "三组", "四组", "五组", "六组")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
MALE = "国建志文明永成德大世家广福春长庆平海宏光林荣贵友根生旺发富强军勇斌波超杰辉涛亮"
FEMALE = "秀桂玉凤兰英珍梅芳霞红娟美丽燕翠香月莲素云金菊花珠琴萍春淑惠巧霜秋雪"
CHILD = "浩宇子轩梓涵欣怡佳诺一晨雨桐可心睿思辰奕然嘉铭若溪语彤俊熙"
PLACES = ("宁波", "苏州", "合肥", "东莞", "上海", "昆山", "杭州", "义乌")


@dataclass
class DemoPerson:
    """A made-up person: `away` is where they work, `tags` as in the household room's list."""

    name: str
    id_number: str
    relation: str
    is_head: bool = False
    phone: str | None = None
    living: str | None = None
    health: str | None = None
    away: str | None = None
    tags: list[str] = field(default_factory=list)
    contact: tuple[str, str, str, str] | None = None


@dataclass
class DemoHousehold:
    """A made-up household of one village."""

    code: str
    division: str
    group: str
    door: str
    attribute: str
    people: list[DemoPerson]
    is_example: bool = False


class _Maker:
    """Draws names and numbers that do not repeat."""

    def __init__(self, today: date, seed: int) -> None:
        self.random = random.Random(seed)
        self.today = today
        self.serial: dict[tuple[date, int], int] = {}
        self.phones = 0

    def surname(self) -> str:
        return self.random.choice(SURNAMES)

    def name(self, surname: str, sex: int, age: int) -> str:
        letters = CHILD if age < 20 else (MALE if sex == 1 else FEMALE)
        return surname + "".join(self.random.sample(letters, self.random.choice((1, 2, 2, 2))))

    def born(self, age: int) -> date:
        return self.today - timedelta(days=int(age * 365.25) + self.random.randint(20, 330))

    def number(self, born: date, sex: int) -> str:
        taken = self.serial[(born, sex)] = self.serial.get((born, sex), -1) + 1
        digits = f"349927{born:%Y%m%d}{taken * 2 + (1 if sex == 1 else 0):03d}"
        return digits + calc_check_digit(digits + "0")  # it takes the whole number and looks at all but its last

    def phone(self) -> str:
        self.phones += 1
        return f"154{self.phones:08d}"

    def person(self, surname: str, sex: int, age: int, relation: str, **what: object) -> DemoPerson:
        return DemoPerson(
            name=self.name(surname, sex, age),
            id_number=self.number(self.born(age), sex),
            relation=relation,
            phone=self.phone() if age >= 16 else None,
            **what,
        )

    def supporter(self, surname: str, relation: str = "儿子") -> tuple[str, str, str, str]:
        sex = 2 if relation == "女儿" else 1
        return self.name(surname, sex, 45), relation, self.phone(), self.random.choice(PLACES)


def _elder_alone(m: _Maker) -> list[DemoPerson]:
    surname, age = m.surname(), m.random.randint(68, 91)
    tags = ["elder_left_behind", "elder_alone"] + (["old_allowance"] if age >= 80 else [])
    tags += ["tekun"] if m.random.random() < 0.15 else []
    sex = m.random.choice((1, 2, 2))
    return [
        m.person(
            surname,
            sex,
            age,
            "户主",
            living="独居",
            tags=tags,
            contact=m.supporter(surname),
            health="长期慢性病" if m.random.random() < 0.5 else "健康",
        )
    ]


def _elder_couple(m: _Maker) -> list[DemoPerson]:
    surname, age = m.surname(), m.random.randint(66, 84)
    tags = ["elder_left_behind"] + (["old_allowance"] if age >= 80 else [])
    contact = m.supporter(surname, m.random.choice(("儿子", "女儿")))
    return [
        m.person(surname, 1, age, "户主", living="与配偶", tags=list(tags), contact=contact),
        m.person(
            m.surname(),
            2,
            age - 2 if age != 81 else age,
            "配偶",
            living="与配偶",
            tags=["elder_left_behind"],
            contact=contact,
        ),
    ]


def _grandparents_with_child(m: _Maker) -> list[DemoPerson]:
    surname, age = m.surname(), m.random.randint(62, 73)
    child = m.person(
        surname,
        m.random.choice((1, 2)),
        m.random.randint(5, 14),
        "孙子女",
        living="与祖辈",
        tags=["child_left_behind"],
        contact=m.supporter(surname, "父亲"),
    )
    return [
        m.person(surname, 1, age, "户主", living="与孙辈"),
        m.person(m.surname(), 2, age - 2, "配偶", living="与孙辈"),
        child,
    ]


def _couple(m: _Maker, children: int, away: bool = False, old: bool = False) -> list[DemoPerson]:
    surname, age = m.surname(), m.random.randint(34, 46)
    people = [
        m.person(surname, 1, age, "户主", away=m.random.choice(PLACES) if away else None),
        m.person(m.surname(), 2, age - 1, "配偶"),
    ]
    people += [
        m.person(surname, m.random.choice((1, 2)), m.random.randint(6, 15) - 2 * n, "子女") for n in range(children)
    ]
    if old:
        years = m.random.randint(76, 88)
        people.append(
            m.person(
                m.surname(),
                2,
                years,
                "母亲",
                living="与子女",
                tags=["old_allowance"] if years >= 80 else [],
                contact=m.supporter(surname),
            )
        )
    return people


def _disabled_father(m: _Maker) -> list[DemoPerson]:
    people = _couple(m, 1, old=True)
    people[0].tags, people[0].health = ["disabled", "dibao"], "残疾"
    people[2].tags = ["child_hardship"]
    return people


def _single_mother(m: _Maker) -> list[DemoPerson]:
    surname = m.surname()
    kids = [
        m.person(surname, m.random.choice((1, 2)), m.random.randint(4, 15), "子女", tags=["child_hardship", "dibao"])
        for _ in range(2)
    ]
    return [m.person(m.surname(), 2, m.random.randint(33, 44), "户主", tags=["dibao"]), *kids]


def _elder_with_disabled_son(m: _Maker) -> list[DemoPerson]:
    surname = m.surname()
    mother = m.person(m.surname(), 2, m.random.randint(70, 82), "户主", living="与子女", contact=m.supporter(surname))
    mother.tags = ["dibao"]
    son = m.person(surname, 1, m.random.randint(38, 52), "儿子", tags=["disabled", "dibao"], health="残疾")
    return [mother, son]


def _example(m: _Maker) -> list[DemoPerson]:
    """The home that shows one entry for every ledger: a grandmother who is destitute, a left-behind grandson, a
    disabled uncle. What the register of the destitute and the disabled say of them is written by those rooms."""
    father = ("张建国", "父亲", m.phone(), "宁波")
    grandmother = DemoPerson(
        "汪玉兰", m.number(m.born(84), 2), "户主", phone=m.phone(), living="与孙辈", health="长期慢性病",
        tags=["elder_left_behind", "old_allowance"], contact=("张建国", "儿子", *father[2:]),
    )  # fmt: skip
    uncle = DemoPerson("张建平", m.number(m.born(46), 1), "儿子", phone=m.phone(), living="与家人同住", health="残疾")
    grandson = DemoPerson("张子轩", m.number(m.born(9), 1), "孙子女", living="与祖辈", tags=["child_left_behind"],
                          contact=father)  # fmt: skip
    return [grandmother, uncle, grandson]


def _place_of_example(made: Sequence[tuple[list[DemoPerson], str]]) -> int:
    """Which of the first homes (those of the paired official) the example takes the place of: one of three people."""
    return next(at for at, (people, _) in enumerate(made) if len(people) == 3)


def _templates(m: _Maker) -> list[tuple[list[DemoPerson], str]]:
    """Ten households, thirty people: what a village of left-behind families looks like."""
    return [
        (_elder_alone(m), "一般户"),
        (_elder_couple(m), "一般户"),
        (_grandparents_with_child(m), "已脱贫-享受政策"),
        (_couple(m, 1), "一般户"),
        (_couple(m, 2, away=True), "一般户"),
        (_couple(m, 2, old=True), "已脱贫-享受政策"),
        (_disabled_father(m), "脱贫不稳定户"),
        (_single_mother(m), "边缘易致贫户"),
        (_elder_with_disabled_son(m), "建档立卡-未脱贫"),
        (_couple(m, 1, away=True), "一般户"),
    ]


def households(
    today: date, seed: int = 349927, *, villages: Sequence[str] = tuple(code for code, _ in VILLAGES), homes: int = 50
) -> Iterator[DemoHousehold]:
    """The demo county's households, village by village, each with its head first; three people to a home on average.

    Args:
        today: the day the county is made for; ages are reckoned from it.
        seed: another seed gives another county.
        villages: the codes of its villages.
        homes: how many in each village, a multiple of ten; measurements ask for more than the demo has.
    """
    maker = _Maker(today, seed)
    a_group = max(9, -(-homes // len(GROUPS)))
    for place, code in enumerate(villages):
        made = [one for _ in range(homes // 10) for one in _templates(maker)]
        maker.random.shuffle(made)
        example = _place_of_example(made) if place == 0 else -1
        if place == 0:
            made[example] = (_example(maker), "建档立卡-未脱贫")
        for number, (people, attribute) in enumerate(made, start=1):
            people[0].is_head = True
            yield DemoHousehold(
                code=f"{code}{number:05d}",
                division=code,
                group=GROUPS[(number - 1) // a_group],
                door=str((number - 1) % a_group + 1),
                attribute=attribute,
                people=people,
                is_example=number - 1 == example,
            )
