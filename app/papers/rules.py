"""The forms there are, the words they may hold, who signed for whom. Pure: days and rows are parameters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.agreements.rules import ROLES, SIGNED


@dataclass(frozen=True)
class Form:
    """One paper form.

    Args:
        name: as the command line and addresses know it.
        number: its place in domain §2.
        about: person or household.
        register: whose people it fits: elder, child, hardship, disability, or empty.
        agreement: the kind of agreement that it prints.
        full: whether the law asks for whole ID numbers on it.
        child: whether it holds a child's record, so that a reason is asked for.
    """

    name: str
    number: int
    title: str
    about: str
    register: str = ""
    agreement: str = ""
    full: bool = False
    child: bool = False


FORMS: dict[str, Form] = {
    one.name: one
    for one in (
        Form("elder", 1, "农村留守老人信息登记表", "person", "elder"),
        Form("contacts", 2, "老人联系人登记表", "person", "elder", full=True),
        Form("support", 3, "赡养协议书", "person", "elder", "support"),
        Form("care", 4, "分散供养特困人员委托照料服务协议", "person", "hardship", "care", full=True),
        Form("child", 5, "农村留守儿童、困境儿童信息台账", "person", "child", "guardianship", child=True),
        Form("guardianship", 6, "农村留守儿童委托监护责任确认书", "person", "child", "guardianship", True, True),
        Form("visit", 7, "入户走访记录表", "household"),
        Form("dibao", 8, "最低生活保障入户调查表", "household", full=True),
        Form("aid", 9, "临时救助申请审批表", "household", full=True),
        Form("disability", 10, "残疾人两项补贴申请审批表", "person", "disability", full=True),
        Form("petition", 11, "信访登记表", "household"),
        Form("rectification", 12, "问题整改台账", "household"),
    )
}
NOBODY = {
    "elder": "这一户没有在册的老人。先在老人台账里登记。",
    "child": "这一户没有在册的孩子。先在儿童台账里登记。",
    "hardship": "这一户没有在册的特困人员。",
    "disability": "这一户没有登记残疾证的人。",
}

_WORDS = """
县 乡镇 村 地方 村民组 户编号 户主 户属性 人口数 地址 打印日期 打印人 水印
来源走访 走访日期 走访时间 走访人 走访编号 走访方式 见到谁 下次走访 走访小结 结对责任人 责任人单位 责任人电话
姓名 性别 出生日期 年龄 民族 婚姻 文化程度 政治面貌 户籍地 现居地 电话 健康状况 身份证号 劳动能力 自理能力 务工地
银行账号 与户主关系 享受政策 残疾证号 残疾类别 残疾等级 残疾证发证 残疾证有效期 长期照护 工伤护理费 两项补贴
居住状况 子女数 慢病 用药 代养孙辈 六项自理 主要困难 需求 风险等级 探访频次 关爱责任人 儿女返家
供养形式 集中意愿 供养机构 照料护理费 评估日期
协议编号 签订日期 起始日期 终止日期 期限 协议状态 签名说明
受托人 受托人关系 受托人电话 受托人身份证号 声明一 声明二 声明三 声明四
儿童类别 保障方式 学校 就学情况 父亲姓名 父亲状况 父亲身份证号 母亲姓名 母亲状况 母亲身份证号 亲子联系 父母在哪
实际照看人 独自在家 安全隐患 儿童意愿 学校告知日期 村委告知日期 父母联系日期
"""
FIELDS: tuple[str, ...] = tuple(_WORDS.split())
"""What a template may name as {{ 姓名 }}."""
LISTS: dict[str, tuple[str, ...]] = {
    name: tuple(words.split())
    for name, words in {
        "成员": "序号 姓名 关系 性别 年龄 身份证号 健康 残疾 务工 政策",
        "子女": "序号 姓名 关系 外出地 外出起始 电话 返家 赡养能力",
        "联系人": "序号 类别 姓名 关系 电话 现住地 赡养人 核实日期 核实结果 有效至",
        "当事人": "身份 姓名 关系 电话 住址",
        "条款": "项目 内容",
        "检查": "日期 结果 问题 督促",
        "签名": "身份 姓名 怎么签 编号 签名 日期",
        "六项": "项目 情况",
        "走访内容": "项目 内容",
        "困难": "序号 内容 部门 状态",
        "补贴": "名称 档次 金额 起 止 状态",
    }.items()
}
"""What a template may go through as {%tr for 行 in 子女 %}, with the parts of a line: {{ 行.姓名 }}."""
ROWS_AT_LEAST = {"子女": 4, "联系人": 4, "成员": 6, "检查": 4, "困难": 3, "走访内容": 1, "签名": 3, "补贴": 1}
"""So many lines a table has at least: the rest is for the pen."""


def blanks() -> dict[str, Any]:
    """Every word a template may use, with nothing in it."""
    return {name: "" for name in FIELDS} | {name: [] for name in LISTS}


def sample() -> dict[str, Any]:
    """Every word a template may use, with something in it, to try a template."""
    rows = {name: [{part: f"{part}{n}" for part in parts} for n in (1, 2)] for name, parts in LISTS.items()}
    return {name: f"（{name}）" for name in FIELDS} | rows


def filled_up(found: Mapping[str, Any]) -> dict[str, Any]:
    """The same with empty lines added where the form leaves room for the pen."""
    whole = dict(found)
    for name, least in ROWS_AT_LEAST.items():
        rows = list(whole[name])
        empty = dict.fromkeys(LISTS[name], "")
        whole[name] = rows + [dict(empty) for _ in range(least - len(rows))]
    return whole


def day_words(day: date | None) -> str:
    """2026-03-05 → `2026 年 3 月 5 日`."""
    return f"{day.year} 年 {day.month} 月 {day.day} 日" if day else ""


def yes_no(value: bool | None, yes: str = "是", no: str = "否") -> str:
    """`☑是　□否`; both open where nobody has said."""
    return f"{'☑' if value else '□'}{yes}　{'☑' if value is False else '□'}{no}"


def ticks(options: Mapping[str, str] | Sequence[str], chosen: Iterable[str] | str | None) -> str:
    """`□独居　☑与配偶同住`; what is not among the options stands behind them."""
    given = [chosen] if isinstance(chosen, str) else list(chosen or ())
    words = options if isinstance(options, Mapping) else {one: one for one in options}
    found = [f"{'☑' if code in given or label in given else '□'}{label}" for code, label in words.items()]
    known = {*words, *words.values()}
    return "　".join(found + [f"☑{one}" for one in given if one and one not in known])


def money(fen: int | None) -> str:
    """`1,200 元`, `80.50 元`."""
    if fen is None:
        return ""
    whole, rest = divmod(fen, 100)
    return f"{whole:,}.{rest:02} 元" if rest else f"{whole:,} 元"


@dataclass(frozen=True)
class Picture:
    """A picture on a form, and how large it is drawn there."""

    data: bytes
    width_mm: float
    height_mm: float


SIGNATURE_MM = (30.0, 12.0)
"""The room for a signature in its line."""


def picture(data: bytes, width: int, height: int, room: tuple[float, float] = SIGNATURE_MM) -> Picture:
    """A picture of so many pixels, as large as it can be in its room."""
    scale = min(room[0] / width, room[1] / height)
    return Picture(data, width * scale, height * scale)


def signature(party: Mapping[str, Any]) -> dict[str, str]:
    """How one party has signed, and for whom: never a name alone that hides whose hand it was.

    `签名` and `日期` stay empty for the pen but where something was drawn on the screen.
    """
    drawn = party.get("drawn") or {}
    role = ROLES.get(str(party.get("role")), str(party.get("role") or ""))
    name, how, note = str(party.get("name") or ""), str(party.get("signed") or ""), str(party.get("record") or "")
    if how == "proxy":
        words = f"由 {note or '（没写是谁）'} 代 {name} 签" + (f"：{drawn['why']}" if drawn.get("why") else "")
    elif how in ("phone", "video"):
        words = f"本人，{'电话' if how == 'phone' else '视频'}确认"
    elif how == "self":
        words = "本人签"
    else:
        words = "还没签，请当面签在右边" if not how else SIGNED.get(how, how)
    number = f"{'录音' if how == 'phone' else '录像'}编号 {note or '没写'}" if how in ("phone", "video") else ""
    relation = str(party.get("relation") or "")
    signed_on = date.fromisoformat(drawn["on"]) if drawn else None
    return {
        "身份": f"{role}（{relation}）" if relation else role, "姓名": name,
        "怎么签": f"{words}（在屏幕上）" if drawn else words, "编号": number, "签名": "", "日期": day_words(signed_on),
    }  # fmt: skip


def who_signed(parties: Sequence[Mapping[str, Any]]) -> str:
    """Who signed for whom, in one sentence, as it stands on paper; `agreements.rules.signed_words` is the screen's."""
    if not parties:
        return "还没有人签。代别人签的，要写明是谁代谁签。"
    told = [signature(one) for one in parties]
    each = [f"{one['身份']} {one['姓名']}：" + "，".join(filter(None, (one["怎么签"], one["编号"]))) for one in told]
    return "；".join(each)


def watermark(who: str, on: date) -> str:
    """The line on everything that leaves the system."""
    return f"仅限民政救助使用　{who}　{on.isoformat()}"
