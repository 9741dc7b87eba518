"""The parameters that ship: dated values with their source; a county changes them in the office face.

`[K]` values of domain.md are defaults to confirm with the county, never constants in rules.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Default:
    """One parameter as shipped: its key, value, first day, source and the words shown in the office."""

    key: str
    value: Any
    label: str
    source: str
    from_on: date = date(2020, 1, 1)


DEFAULTS = (
    Default("hotline", {"name": "县民政局值班电话", "number": ""}, "县里的求助电话", "县民政局"),
    Default("hotline_child", {"name": "未保热线", "number": "12345"}, "未成年人保护热线", "县民政局"),
    Default("visit_days.elder_high", 7, "失能或独居高龄老人，几天看一次", "探访关爱分级 [D], 民发〔2022〕73号"),
    Default("visit_days.elder", 30, "其他特殊困难老人，几天看一次", "民发〔2022〕73号 月探访率 100%"),
    Default("visit_days.elder_left_behind", 90, "其他留守老人，几天看一次", "民发〔2017〕193号 [D]"),
    Default("visit_days.child_high", 7, "高风险儿童，几天看一次", "民发〔2019〕34号 [D]"),
    Default("visit_days.child", 30, "留守、困境儿童，几天看一次", "民发〔2019〕34号 [D]"),
    Default("visit_days.hardship", 30, "特困、重残，几天看一次", "特困人员供养 [D]"),
    Default("visit_days.paired_watched", 30, "未脱贫、监测户，几天走一次", "结对帮扶 [K]"),
    Default("visit_days.paired", 90, "其他户，几天走一次", "结对帮扶 [K]"),
    Default("age.elder", 60, "老年人从几岁算起", "老年人权益保障法 第二条"),
    Default("age.old", 80, "高龄从几岁算起", "老年人权益保障法 第三十三条"),
    Default("age.child", 18, "未成年人到几岁", "未成年人保护法 第二条"),
    Default("age.left_behind_child", 16, "农村留守儿童到几岁", "国发〔2016〕13号"),
    Default("held_days", 14, "等待另一条记录几天后请镇里看", "入户通设计"),
    Default("keep_days", 30, "手机上已收到的记录保留几天", "入户通设计"),
    Default("phone_clock_minutes", 30, "手机时间差多少分钟就问一问", "入户通设计"),
    Default("far_from_home_m", 1000, "离家多少米就问一问", "入户通设计"),
    Default("exif_hours", 24, "照片时间与走访差多少小时就问一问", "入户通设计"),
    Default("notice", {"on": False, "kind": "wecom", "url": ""}, "通知：企业微信或短信网关", "县民政局"),
    Default("safe_to", {"at": None}, "备份已覆盖到的时间", "ruhutong backup"),
)
PHONE_KEYS = ("hotline", "hotline_child", "keep_days")
"""Parameters that go down to the phones as pull type `setting`."""


def in_force(rows: list[tuple[str, date, date | None, Any]], area: str, on: date) -> Any | None:
    """The value in force for an area on a day: the nearest area wins, then the latest beginning.

    Args:
        rows: (area prefix, first day, last day or None, value).
        area: a division code of any length.
        on: the day.
    """
    fitting = [
        (len(prefix), start, value)
        for prefix, start, end, value in rows
        if area.startswith(prefix) and start <= on and (end is None or on <= end)
    ]
    return max(fitting, key=lambda one: one[:2])[2] if fitting else None
