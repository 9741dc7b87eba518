"""The parameters that ship: dated values with their source; a county changes them in the office face.

`[K]` values of domain.md are defaults to confirm with the county, never constants in rules.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.settings import packs


@dataclass(frozen=True)
class Default:
    """One parameter as shipped: its key, value, first day, source and the words shown in the office."""

    key: str
    value: Any
    label: str
    source: str
    from_on: date = date(2020, 1, 1)


SYSTEM = (
    Default("hotline", {"name": "县民政局值班电话", "number": ""}, "县里的求助电话", "县民政局"),
    Default("hotline_child", {"name": "未保热线", "number": "12345"}, "未成年人保护热线", "县民政局"),
    Default("held_days", 14, "等待另一条记录几天后请镇里看", "入户通设计"),
    Default("device_enrolment", "login", "手机登记：login 登录就登记，code 要一次性登记码", "县民政局"),
    Default("device_code_hours", 24, "登记码几小时内有效", "入户通设计"),
    Default("sealed_mb_per_day", 300, "一部手机一天最多代送多少 MB 封好的记录", "入户通设计"),
    Default("sealed_per_minute", 240, "一部手机的记录一分钟最多代送几次", "入户通设计"),
    Default("sealed_per_minute_address", 6000, "一个地址一分钟最多代送几次（一个村常共用一个）", "入户通设计"),
    Default("keep_days", 30, "手机上已收到的记录保留几天", "入户通设计"),
    Default("phone_lock_minutes", 30, "手机放着不动几分钟后锁上", "GB/T 22239-2019 8.1.4.1 [D]"),
    Default("phone_days_without_sync", 14, "手机几天没连上县里就清掉钥匙", "入户通设计"),
    Default("photo_part_days", 30, "没传完的照片几天没人接着传就不留了", "入户通设计"),
    Default("recovery_hours", 72, "忘记密码的请求几小时内办", "入户通设计"),
    Default("phone_clock_minutes", 30, "手机时间差多少分钟就问一问", "入户通设计"),
    Default("far_from_home_m", 1000, "离家多少米就问一问", "入户通设计"),
    Default("exif_hours", 24, "照片时间与走访差多少小时就问一问", "入户通设计"),
    Default("notice", {"on": False, "kind": "wecom", "url": ""}, "通知：企业微信或短信网关", "县民政局"),
    Default(
        "second_factor", {"roles": ["town_approver", "admin"]}, "登录时还要验证码的角色", "GB/T 22239-2019 8.1.4.1"
    ),
    Default("password.length", 10, "密码最少几位", "GB/T 22239-2019 8.1.4.1 [D]"),
    Default("password.kinds", 3, "密码里小写、大写、数字、符号要有几种", "GB/T 22239-2019 8.1.4.1 [D]"),
    Default("password.days", 90, "密码用几天要换（10000 就是不用换）", "GB/T 22239-2019 8.1.4.1 [D]"),
    Default("password.history", 5, "最近几个用过的密码不能再用", "GB/T 22239-2019 8.1.4.1 [D]"),
    Default("lock.failures", 5, "密码错几次就锁", "GB/T 22239-2019 8.1.4.1 [D]"),
    Default("lock.minutes", 15, "第一次锁几分钟，以后每次加倍", "GB/T 22239-2019 8.1.4.1 [D]"),
    Default("lock.longest_hours", 24, "最长锁几小时", "GB/T 22239-2019 8.1.4.1 [D]"),
    Default("rate.push", 1200, "一部手机一分钟最多上传几次", "入户通设计"),
    Default("rate.pull", 1200, "一部手机一分钟最多更新几次", "入户通设计"),
    Default("rate.upload", 12_000, "一部手机一分钟最多传几块照片", "入户通设计"),
    Default("rate.export", 12, "一个账号一分钟最多导出几次", "入户通设计"),
    Default("rate.unmask", 60, "一个账号一分钟最多看几次全号", "入户通设计"),
    Default("rate.office", 1200, "办公页一分钟最多点几下", "入户通设计"),
    Default("quota.commands", 200, "一个账号一天最多传多少文字，MB", "入户通设计"),
    Default("quota.photos", 3000, "一个账号一天最多传多少照片，MB", "入户通设计"),
    Default("quota.tables", 1000, "一个账号一天最多传多少表格，MB", "入户通设计"),
    Default("export.rows", 50_000, "一次导出最多几行", "入户通设计"),
    Default("export.keep_hours", 24, "导出的文件留几小时", "入户通设计"),
    Default("audit_keep_months", 36, "操作日志保留多少个月（至少 12）", "网络安全法 第二十一条（三）不少于六个月"),
    Default("break_glass_hours", 3, "紧急查看别处农户，一次几小时", "入户通设计"),
    Default("safe_to", {"at": None}, "备份已覆盖到的时间", "ruhutong backup"),
)
"""How the system itself behaves; what the programmes ask stands in the packs."""
POLICY = tuple(
    Default(one["key"], one["value"], one["label"], one["source"], one["from"]) for one in packs.entries()
)
DEFAULTS = (*SYSTEM, *POLICY)
"""Everything that ships. A key may come several times, each from another day on."""
FLOOD_KEYS = tuple(one.key for one in DEFAULTS if one.key.startswith(("rate.", "quota.")))
"""How often and how much, looked at by `app.limits`."""
SECRET_KEYS = ("notice",)
"""Parameters that hold a secret (the key in a webhook's address): sealed in the database."""
PHONE_KEYS = ("hotline", "hotline_child", "keep_days", "phone_lock_minutes", "phone_days_without_sync")
"""Parameters that go down to the phones as pull type `setting`."""


def shipped(key: str, on: date) -> Default:
    """What ships for a key on a day; before its first day, its first."""
    dated = [one for one in DEFAULTS if one.key == key]
    return max((one for one in dated if one.from_on <= on), key=lambda one: one.from_on, default=dated[0])


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
