"""R34, R35, R42, R43, R49: petitions, applications, public notices, rectifications; two of them stop a record."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl

from app.findings.rules import ACCUSATION, ORANGE, RED, REMINDER, SOON, Hit, of_record, rule
from app.findings.rules_days import workdays_between
from app.findings.schemas import Frames

_CHILDREN = frozenset({"orphan", "unsupported", "child_hardship", "孤儿", "事实无人抚养儿童", "困境儿童"})
_BARE = re.compile(r"(?<!\d)(\d{17}[\dXx]|\d{15}|1[3-9]\d{9}|\d{16,19})(?!\d)")
"""An ID number, a telephone or an account that nobody masked."""


SHORT, OF_CHILDREN, BARE = "公示不足{days}天", "孤儿、事无、困境儿童不公示", "公示里有没遮住的身份证号、电话或账号"


def leads_to_accused(category: str, accused: Collection[str], assignee: str | None) -> str | None:
    """R34, asked before a petition is saved: why it must not go to this person, or None.

    Args:
        accused: user ids of those complained about and of the heads of their units.
    """
    if category == ACCUSATION and assignee and assignee in accused:
        return "检举控告件不能转给被检举的人或他的单位负责人，请另选承办人。"
    return None


@rule(
    "R34", "举报件流转给被举报人", RED,
    what="检举控告件要转给被检举的人。",
    why="检举材料不得给被检举的人和单位。",
    basis="信访工作条例",
    todo="换一个承办人。",
    programme="petition", blocks=True, field=False,
    needs=("petitions",),
)  # fmt: skip
def petition_to_accused(frames: Frames) -> Iterator[Hit]:
    """The same question of petitions that were written down elsewhere."""
    for one in frames["petitions"].iter_rows(named=True):
        if leads_to_accused(one["category"] or "", one["accused"] or (), one["assignee"]):
            yield of_record(one, one["petition_id"], {})


@rule(
    "R35", "信访逾期", RED,
    what="信访件过了15天没有告知，或者过了60天没有办结。",
    why="件件有回复是法定的。",
    basis="信访工作条例 第二十二、三十四条",
    todo="马上告知、办结；要延期的写理由、经负责人批准。",
    params=("R35_tell_days", "R35_tell_warn", "R35_done_days", "R35_done_warn", "R35_extension_days"),
    programme="petition", field=False,
    needs=("petitions",),
)  # fmt: skip
def petition_late(frames: Frames) -> Iterator[Hit]:
    """Not told in fifteen days, not done in sixty or, properly extended, ninety; warned some days before."""
    for one in frames["petitions"].iter_rows(named=True):
        for period, hit in _late(one, frames):
            yield of_record(one, one["petition_id"], hit[0], kind=hit[1], period=period)


def _late(one: Mapping[str, Any], frames: Frames) -> Iterator[tuple[str, tuple[dict[str, Any], str]]]:
    params, as_of = frames.params, frames.as_of
    if one["received_on"] and not one["told_on"] and not one["done_on"]:
        yield from _clock("未告知", one["received_on"], params["R35_tell_days"], params["R35_tell_warn"], as_of)
    if one["extended"] and not (one["extended_by"] and one["extended_why"]):
        yield "extension", ({"why": "延期没有批准人或理由"}, "finding")
    if one["accepted_on"] and not one["done_on"]:
        more = params["R35_extension_days"] if one["extended"] else 0
        yield from _clock("未办结", one["accepted_on"], params["R35_done_days"] + more,
                          params["R35_done_warn"] + more, as_of)  # fmt: skip


def _clock(
    why: str, since: date, days: int, warn: int, as_of: date
) -> Iterator[tuple[str, tuple[dict[str, Any], str]]]:
    passed = (as_of - since).days
    facts = {"why": why, "due": (since + timedelta(days=days)).isoformat()}
    if passed > days:
        yield why, (facts, "finding")
    elif passed >= warn:
        yield f"{SOON} {why}", (facts, REMINDER)


@rule(
    "R42", "审批超时", ORANGE,
    what="申请在一个环节停得太久。",
    why="每个环节都有时限，群众在等。",
    basis="民发〔2021〕57号；社会救助改革完善意见",
    todo="马上办这个环节；要补正的一次说清。",
    params=("R42_warn_share",), programme="all", field=False,
    needs=("applications",),
)  # fmt: skip
def stage_too_long(frames: Frames) -> Iterator[Hit]:
    """The clock of a stage has run out; a reminder when four fifths are gone."""
    rows = frames["applications"].filter(
        (pl.col("state") == "open") & pl.col("stage_since").is_not_null() & pl.col("stage_days").is_not_null()
    )
    for one in rows.iter_rows(named=True):
        since, days = one["stage_since"], one["stage_days"]
        passed = workdays_between(since, frames.as_of) if one["working_days"] else (frames.as_of - since).days
        facts = {"stage": one["stage"], "days": passed, "limit": days}
        if passed > days:
            yield of_record(one, one["application_id"], facts, period=one["stage"])
        elif passed >= days * frames.params["R42_warn_share"]:
            period = f"{SOON} {one['stage']}"[:32]
            yield of_record(one, one["application_id"], facts, kind=REMINDER, period=period)


def notice_faults(programme: str, from_on: date | None, to_on: date | None, text: str, days: int) -> list[str]:
    """R43, asked before a public notice is saved: what is wrong with it, empty where nothing is.

    Args:
        days: how many days it must hang.
    """
    faults = []
    if from_on is None or to_on is None or (to_on - from_on).days < days:
        faults.append(SHORT.format(days=days))
    if programme in _CHILDREN:
        faults.append(OF_CHILDREN)
    if _BARE.search(text or ""):
        faults.append(BARE)
    return faults


@rule(
    "R43", "公示不足7天、公示了儿童", RED,
    what="公示时间不够，公示了儿童，或者露出了号码。",
    why="公示保公平，也要保护人。",
    basis="民发〔2021〕57号 第十九条；未成年人保护法 第一百零三条",
    todo="撤下来改好，重新公示，天数要够。",
    params=("R43_days",), programme="all", blocks=True, field=False,
    needs=("notices",),
)  # fmt: skip
def notice_wrong(frames: Frames) -> Iterator[Hit]:
    """The same question of notices that were written down elsewhere."""
    for one in frames["notices"].iter_rows(named=True):
        faults = notice_faults(one["programme"] or "", one["from_on"], one["to_on"], one["text"] or "",
                               frames.params["R43_days"])  # fmt: skip
        if faults:
            yield of_record(one, one["notice_id"], {"why": sorted(faults)})


@rule(
    "R49", "整改逾期", RED,
    what="整改过了期限还没有销号，或者销号没有佐证和验收人。",
    why="问题要改到底。",
    basis="巡视巡察整改",
    todo="抓紧整改；补佐证，请验收人签字。",
    programme="rectification", field=False,
    needs=("rectifications",),
)  # fmt: skip
def rectification_late(frames: Frames) -> Iterator[Hit]:
    """Past its day and neither closed nor kept for good; closed without evidence or somebody who accepted it."""
    rows = frames["rectifications"].with_columns(
        late=(pl.col("due_on") < frames.as_of) & ~pl.col("state").is_in(["已销号", "长期坚持"]),
        bare=(pl.col("state") == "已销号")
        & (~pl.col("evidence").fill_null(False) | (pl.col("accepted_by").fill_null("") == "")),
    )
    for one in rows.filter(pl.col("late") | pl.col("bare")).iter_rows(named=True):
        why = "逾期未销号" if one["late"] else "销号缺佐证或验收人"
        yield of_record(one, one["rectification_id"], {"why": why})


RULES = (petition_to_accused, petition_late, stage_too_long, notice_wrong, rectification_late)
