"""The words of the register: tags, ways of living, states of health, relations; codes with their Chinese labels."""

TAGS: dict[str, str] = {
    "elder_alone": "独居老人",
    "elder_left_behind": "留守老人",
    "elder_empty_nest": "空巢老人",
    "elder_childless": "孤寡老人",
    "elder_disabled": "失能老人",
    "elder_old": "高龄老人",
    "child_left_behind": "留守儿童",
    "child_hardship": "困境儿童",
    "child_orphan": "孤儿",
    "child_unsupported": "事实无人抚养儿童",
    "dibao": "低保",
    "dibao_edge": "低保边缘",
    "heavy_spending": "刚性支出困难",
    "tekun": "特困",
    "tekun_home": "分散特困",
    "disabled": "残疾人",
    "disabled_severe": "重度残疾人",
    "disability_living": "残疾人生活补贴",
    "disability_care": "残疾人护理补贴",
    "serious_illness": "大病",
    "old_allowance": "高龄津贴",
}
"""What marks a person for a time (`person_tag.tag`)."""

ATTRIBUTES: dict[str, str] = {
    "建档立卡-未脱贫": "watched",
    "已脱贫-享受政策": "out_of_poverty",
    "脱贫不稳定户": "watched",
    "边缘易致贫户": "watched",
    "突发严重困难户": "watched",
    "低保边缘": "dibao_edge",
    "刚性支出困难": "heavy_spending",
    "一般户": "",
}
"""户属性 as the county writes it, and the tag of the home that follows from it (domain §0.2)."""

HOUSEHOLD_TAGS: dict[str, str] = {
    "watched": "监测户",
    "out_of_poverty": "脱贫户",
    "dibao_edge": "低保边缘户",
    "heavy_spending": "支出困难户",
}

LIVING: dict[str, str] = {
    "alone": "独居",
    "spouse": "与配偶同住",
    "children": "与子女同住",
    "family": "与家人同住",
    "grandchildren": "与孙辈同住",
    "grandparents": "与祖父母同住",
    "away": "外出",
    "boarding": "寄宿",
    "facility": "住养老院",
    "others": "与亲戚邻居住",
}
HEALTH: dict[str, str] = {
    "healthy": "健康",
    "chronic": "长期慢性病",
    "serious": "大病",
    "disabled": "残疾",
}
SEX: dict[int, str] = {0: "", 1: "男", 2: "女", 9: ""}
"""GB/T 2261.1."""

CONTACT_KINDS: dict[str, str] = {"emergency": "紧急联系人", "village": "村里联系人", "carer": "照看的人"}
RELATION_KINDS: dict[str, str] = {
    "spouse_of": "配偶",
    "child_of": "子女",
    "parent_of": "父母",
    "grandchild_of": "孙辈",
    "grandparent_of": "祖父母",
    "sibling_of": "兄弟姐妹",
    "guardian_of": "监护人",
    "carer_of": "照看的人",
}
HEADS = frozenset({"户主", "本人", "本人或户主"})


def _code(words: dict[str, str], text: str | None) -> str | None:
    """The code of a label, also of a shortened one (`与子女`); what has none stays as it was written."""
    if not text or text in words:
        return text or None
    exact = next((code for code, label in words.items() if label == text), None)
    short = next((code for code, label in words.items() if len(text) > 1 and label.startswith(text)), None)
    return exact or short or text


def living_code(text: str | None) -> str | None:
    """`独居` → `alone`; an unknown word stays as written."""
    return _code(LIVING, text)


def health_code(text: str | None) -> str | None:
    """`长期慢性病` → `chronic`; an unknown word stays as written."""
    return _code(HEALTH, text)


def label(words: dict[str, str], code: str | None) -> str:
    """The Chinese label of a code; a code without one is shown as it is."""
    return words.get(code, code) if code else ""


def household_tags(attribute: str | None) -> list[str]:
    """The tags of a home that follow from its 户属性."""
    code = ATTRIBUTES.get(attribute or "", "")
    return [code] if code else []
