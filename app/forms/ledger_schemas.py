"""The ledger fields that an answer may fill: their types, their names in words, and the registers that show them.

Fields of a home lie in `household.ledger` (`household.*`, `pairing.*`), all others in `person.ledger`, each as
`{value, at, by, visit, known, others}`. A choice is kept as the code of its option (`service.field_words` says it in
words), except where the type is text.
"""

_HOME = {
    "food": "吃", "clothes": "穿", "schooling": "上学", "doctor": "看病", "housing": "住房", "water": "喝水",
    "paid": "补贴到账",
}  # fmt: skip

FIELDS: dict[str, tuple[str, str]] = {
    **{f"household.{item}": ("choice", words) for item, words in _HOME.items()},
    "household.event": ("choices", "出了什么事"),
    "household.event_who": ("person", "出事的是谁"),
    "person.living": ("choice", "和谁住"),
    "person.self_care": ("choice", "自理能力"),
    "person.medicine": ("choice", "用药"),
    "person.difficulties": ("choices", "主要困难"),
    "person.health": ("choice", "健康"),
    "person.carer": ("choice", "谁在照看"),
    "person.parents_contact": ("choice", "和父母联系"),
    "person.parents_place": ("text", "父母在哪里"),
    "person.alone": ("choice", "一个人在家"),
    "person.school_state": ("choice", "上学情况"),
    "person.school": ("text", "学校和年级"),
    "person.hazards": ("choices", "身边的危险"),
    "person.event": ("choices", "出了什么事"),
    "elder.children_home": ("choice", "儿女多久回来"),
    "elder.support_kept": ("choice", "赡养协议兑现"),
    "elder.illness": ("text", "老毛病"),
    "elder.raises": ("integer", "带几个孙辈"),
    "elder.needs": ("choices", "想要什么帮助"),
    "child.bars": ("choice", "照看的人有没有不能照看的情形"),
    "child.carer_health": ("choice", "照看的人身体"),
    "child.carer_children": ("integer", "照看几个孩子"),
    "child.paper": ("choice", "委托书"),
    "child.told": ("choices", "外出告诉了谁"),
    "child.parent_came": ("choice", "爸妈多久没回来"),
    "child.wish": ("text", "孩子的想法"),
    "hardship.cannot": ("choices", "哪几样自己做不了"),
    "hardship.wish": ("choice", "去养老院的意愿"),
    "hardship.carer_came": ("choice", "照料的人多久来"),
    "hardship.care_kept": ("choice", "照料协议兑现"),
    "disability.care": ("choice", "平时谁照顾"),
    "disability.device": ("choice", "辅具"),
    "disability.allowance": ("choice", "残疾补贴到账"),
    "pairing.measures": ("choice", "帮扶措施进展"),
    "pairing.income": ("choice", "收入变化"),
    "pairing.difficulty": ("text", "新的难处"),
    "pairing.satisfied": ("choice", "满不满意"),
    "pairing.keep_duty": ("yesno", "摘帽不摘责任"),
    "pairing.keep_policy": ("yesno", "摘帽不摘政策"),
    "pairing.keep_help": ("yesno", "摘帽不摘帮扶"),
    "pairing.keep_watch": ("yesno", "摘帽不摘监管"),
    **{
        f"contact.{kind}.{part}": (written, words)
        for kind in ("emergency", "village", "carer")
        for part, written, words in (
            ("name", "text", "姓名"), ("relation", "text", "关系"), ("phone", "phone", "电话"),
            ("confirmed", "yesno", "打得通"),
        )
    },
}  # fmt: skip
"""Field → the type of the question that may fill it, and its name in words.

`hardship.cannot` holds the codes of the six indicators that a person cannot do alone (`SELF_CARE`), or `none`.
"""

SELF_CARE = ("eats", "dresses", "gets_up", "toilet", "walks", "bathes")
"""自主吃饭, 穿衣, 上下床, 如厕, 室内行走, 洗澡 (特困人员认定办法 第二十一条)."""

OF_HOME = ("household.", "pairing.")
"""How fields begin that lie in the ledger of a home."""

REGISTERS: dict[str, tuple[str, ...]] = {
    "elder": ("living", "self_care", "medicine", "difficulties", "health", "event"),
    "child": (
        "carer", "parents_contact", "parents_place", "alone", "school_state", "school", "hazards", "health", "event",
    ),
    "hardship": ("living", "self_care", "medicine", "difficulties", "health", "event"),
    "disability": ("living", "self_care", "health", "event"),
    "pairing": (*_HOME, "event", "event_who"),
}  # fmt: skip
"""Fields beside its own (`elder.*` …) that a register shows: `person.*`, of the pairing register `household.*`."""


def shown_in(register: str) -> dict[str, str]:
    """The ledger fields of a register, by the plain names under which its rows show them."""
    shared = "household" if register == "pairing" else "person"
    plain = {name: f"{shared}.{name}" for name in REGISTERS[register]}
    return plain | {field.partition(".")[2]: field for field in FIELDS if field.startswith(f"{register}.")}
