"""Whether an agreement stands, what it lacks, and what an inspection asks for. Pure: days are parameters."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

KINDS = {"support": "赡养协议", "care": "委托照料服务协议", "guardianship": "委托监护责任确认书"}
RESULTS = {"good": "履行得好", "fair": "一般", "not_kept": "没有履行"}
"""What a look at whether an agreement is kept comes to."""
STATES = {"valid": "有效", "ending": "快到期", "expired": "已到期", "ended": "已解除", "unsigned": "还没签"}
BARS = {
    "bar_1": "做过性侵害、虐待、遗弃、拐卖、暴力伤害这类事",
    "bar_2": "吸毒、酗酒、赌博",
    "bar_3": "拒绝照看过孩子，或长时间不尽照看的责任",
    "bar_4": "有别的不适合照看孩子的情形",
}
"""The four statutory declarations of who is entrusted with a child (未成年人保护法 第二十二条)."""
ROLES = {
    "elder": "老人", "supporter": "赡养人", "town": "乡镇", "carer": "照料人", "person": "本人", "village": "村委会",
    "witness": "见证人", "entruster": "委托人", "child": "孩子", "officer": "儿童主任",
}  # fmt: skip
SIGNED = {"self": "本人签", "phone": "电话，有录音编号", "video": "视频，有录像编号", "proxy": "别人代签", "": "还没签"}
"""How a party signed; one who is far away by the number of the recorded call (domain §2.6)."""
TERMS: dict[str, dict[str, str]] = {
    "support": {
        "living": "怎么住", "rotation": "轮换周期", "cash": "每年现金", "grain": "每年粮食", "oil": "每年油",
        "fuel": "每年燃料", "pocket": "每月零用钱", "medical": "医疗费怎么分", "nursing": "生病谁照顾",
        "visits": "多久看望一次", "calls": "多久打一次电话", "field": "责任田谁种", "house": "住房和修缮",
        "funeral": "后事怎么办",
    },
    "care": {
        "grade": "自理等级", "services": "照料哪些事", "frequency": "多久照料一次", "pay": "照料护理费",
        "account": "怎么发", "breach": "违约和解除",
    },
    "guardianship": {
        "why": "为什么托人照看", "money": "生活费多少", "money_how": "生活费怎么给", "contact": "多久联系一次",
        "health": "受托人身体", "disability": "受托人残疾", "education": "受托人文化",
        "children": "受托人现在照看几个孩子", "wish": "孩子的意愿听了没有",
    },
}  # fmt: skip
"""What was agreed, by the fields of the forms (domain §2 forms 3, 4, 6)."""


@dataclass(frozen=True)
class Standing:
    """How an agreement stands on a day, and in words."""

    code: str
    words: str

    @property
    def holds(self) -> bool:
        """Whether it can be relied on."""
        return self.code in ("valid", "ending")


def standing(row: Any, on: date, remind_days: int) -> Standing:
    """Whether an agreement holds on a day.

    Args:
        row: the agreement (`signed_on, to_on, open_ended, ended_on, ended_why`).
        on: the day.
        remind_days: so many days before its end it is time to renew it.
    """
    if row.ended_on and row.ended_on <= on:
        return Standing("ended", f"{row.ended_on.isoformat()} 解除{'：' + row.ended_why if row.ended_why else ''}")
    if row.to_on and row.to_on < on:
        return Standing("expired", f"{row.to_on.isoformat()} 到期")
    if row.signed_on is None and row.from_on is None:
        return Standing("unsigned", "还没签")
    if row.to_on and row.to_on <= on + timedelta(days=remind_days):
        return Standing("ending", f"{row.to_on.isoformat()} 到期，还有 {(row.to_on - on).days} 天")
    return Standing("valid", "长期" if row.open_ended or not row.to_on else f"到 {row.to_on.isoformat()}")


def begins(row: Any) -> date | None:
    """From when on an agreement counts, as far as anybody wrote it down."""
    return row.from_on or row.signed_on


def runs_until(row: Any, day: date) -> bool:
    """Whether an agreement, once begun, by itself lasts to a day."""
    return row.to_on is None or row.to_on >= day


def holds(row: Any, on: date) -> bool:
    """Whether an agreement can be relied on, on a day; `standing_service.holds` says the same in a query."""
    return standing(row, on, 0).holds and (row.from_on is None or row.from_on <= on)


def bar_present(bars: Sequence[bool | None]) -> bool | None:
    """Whether one of the four bars is present; None while not all have been asked and none is known."""
    if any(bars):
        return True
    return None if any(one is None for one in bars) else False


def missing(row: Any) -> list[str]:
    """What an agreement of its kind still lacks, in words."""
    found = []
    if row.signed_on is None:
        found.append("签订日期")
    if not row.to_on and not row.open_ended:
        found.append("期限")
    roles = {one.get("role") for one in row.parties}
    if row.kind == "support":
        found += ["赡养人"] if "supporter" not in roles else []
        found += ["见证人"] if not roles & {"village", "witness"} else []
    if row.kind == "guardianship":
        found += ["受托人"] if not row.carer_name else []
        bars = (row.bar_1, row.bar_2, row.bar_3, row.bar_4)
        found += ["四项声明"] if any(one is None for one in bars) else []
    if row.kind == "care":
        found += ["照料人"] if not row.carer_name else []
    return found + [f"{name}的签名" for name in unsigned(row)]


def unsigned(row: Any) -> list[str]:
    """Who still has to sign, by name."""
    return [
        str(one.get("name") or ROLES.get(str(one.get("role")), "")) for one in signed_parties(row)
        if not one.get("signed") and one.get("role") not in ("witness", "village", "officer")
    ]  # fmt: skip


def by_screen(row: Any) -> bool:
    """Whether the day of signing is one that a signature on the screen gave, also one that holds no more."""
    days = {one["drawn"]["on"] for one in row.parties if one.get("drawn")}
    return row.signed_on is not None and row.signed_on.isoformat() in days


_AGREED = (
    "from_on", "to_on", "open_ended", "carer_name", "carer_relation", "carer_number", *BARS, "terms",
)  # fmt: skip


def agreed(row: Any) -> str:
    """The digest of what was agreed and by whom; a signature on the screen holds for nothing else."""
    said = {name: getattr(row, name) for name in _AGREED}
    said["parties"] = [[one.get("role"), one.get("name"), one.get("relation")] for one in row.parties]
    return hashlib.sha256(json.dumps(said, default=str, sort_keys=True).encode()).hexdigest()


def signed_parties(row: Any) -> list[dict[str, Any]]:
    """The parties with how each signed. What was drawn on the screen counts only while the agreement says the same:
    a list that is read in may change it without anybody correcting it here."""
    now = agreed(row) if any(one.get("drawn") for one in row.parties) else ""
    return [_signed(one, now) for one in row.parties]


def _signed(party: Mapping[str, Any], now: str) -> dict[str, Any]:
    drawn = party.get("drawn")
    if not drawn or drawn["of"] != now:
        return {name: value for name, value in party.items() if name != "drawn"}
    return as_drawn(party, drawn)


def signed_words(party: Mapping[str, Any]) -> str:
    """How a party signed, with what goes with it: the recorded call, or whose hand it was and why."""
    how, record, drawn = SIGNED.get(party.get("signed") or "", ""), party.get("record"), party.get("drawn")
    words = f"{how}：{record}" if record else how
    if not drawn:
        return words
    because = f"（{drawn['why']}）" if drawn.get("why") else ""
    return f"{words}{because}，{drawn['on']} 签在屏幕上"


def as_drawn(party: Mapping[str, Any], drawn: Mapping[str, Any]) -> dict[str, Any]:
    """A party that signed on the screen, by its own hand or by another's."""
    hand = " ".join(filter(None, (drawn.get("proxy"), drawn.get("relation"))))
    return {**party, "signed": drawn["by"], "record": hand or None}


def urge_by(on: date, result: str, urged_on: date | None, urge_days: int) -> date | None:
    """By when somebody who does not keep an agreement must be urged; None where nothing is asked."""
    return on + timedelta(days=urge_days) if result == "not_kept" and urged_on is None else None
