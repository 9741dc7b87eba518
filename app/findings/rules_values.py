"""Where a rule's values come from: a programme's own policy value where there is one, else a reading of the rule.

One value has one key, so that what the county changes for a programme, the comparison follows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.households.tags import ATTRIBUTES

PREFIX = "rules."
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """The policy values that a rule's value is made of."""

    keys: tuple[str, ...]
    make: Callable[[Values], Any]


def _same(key: str) -> Source:
    return Source((key,), lambda known: known[key])


def _bands(known: Values) -> dict[str, list[int]]:
    first, second, third = known["age.old"], known["age.old_2"], known["age.old_3"]
    return {f"{first}-{second - 1}": [first, second - 1], f"{second}-{third - 1}": [second, third - 1],
            f"{third}+": [third, 200]}  # fmt: skip


def _visit_days(known: Values) -> dict[str, Any]:
    def days(name: str) -> int:
        return known[f"visit_days.{name}"]

    paired = {"watched": days("paired_watched"), "out_of_poverty": days("paired")}
    return {
        "留守老人": {"失能或独居高龄": days("elder_high"), "其他特殊困难": days("elder"),
                     "一般留守": days("elder_left_behind")},
        "儿童": {"红": days("child_high"), "黄": days("child"), "蓝": days("child_low"), "绿": days("child_low")},
        "分散特困": days("hardship"),
        "结对": {word: paired[code] for word, code in ATTRIBUTES.items() if code in paired},
    }  # fmt: skip


_VISITS = ("elder_high", "elder", "elder_left_behind", "child_high", "child", "child_low", "hardship",
           "paired_watched", "paired")  # fmt: skip
SOURCES: dict[str, Source] = {
    "R03_months": _same("dibao.death_check_months"),
    "R03_reminder_months": _same("dibao.death_check_remind_months"),
    "R09_age": _same("age.old"),
    "R09_grace_months": _same("old.grace_months"),
    "R09_reminder_months_before": _same("old.remind_months"),
    "R10_bands": Source(("age.old", "age.old_2", "age.old_3"), _bands),
    "R11_grades": _same("disability.care_grades"),
    "R11_mental_grades": _same("disability.care_mental_grades"),
    "R11_excludes_work_injury_care": _same("disability.injury_stops_care"),
    "R12_jdlk_tags": _same("disability.living_attributes"),
    "R12_excludes_work_injury_care": _same("disability.injury_stops_living"),
    "R13_reminder_days": _same("disability.remind_days"),
    "R13_grace_months": _same("disability.stop_months"),
    "R18_months": _same("dibao.review_months"),
    "R18_reminder_days": _same("dibao.review_remind_days"),
    "R19_age": _same("age.elder"),
    "R19_child_age": _same("hardship.child_below"),
    "R22_age_below": _same("age.left_behind_child"),
    "R23_age_below": _same("guardianship.alone_age"),
    "R23_unattended_below": _same("guardianship.watch_age"),
    "R24_carer_age": _same("guardianship.carer_age"),
    "R24_max_children": _same("guardianship.carer_children"),
    "R24_child_age_below": _same("guardianship.alone_age"),
    "R25_lost_contact_months": _same("child.lost_months"),
    "R25_child_age_below": _same("age.child"),
    "R26_age": _same("age.child"),
    "R26_review_days_after_contact": _same("child.back_days"),
    "R27_days": _same("guardianship.contact_days"),
    "R27_yellow_days": _same("child.contact_late_days"),
    "R28_age": _same("age.schooling"),
    "R29_days": Source(tuple(f"visit_days.{name}" for name in _VISITS), _visit_days),
    "R29_red_over": _same("visit.late_times"),
    "R30_unverified_days": _same("contact.valid_days"),
    "R31_days": _same("agreement.urge_days"),
    "R32_reminder_days": _same("care.agreement_remind_days"),
    "R32_carer_max_age": Source(("care.carer_age",), lambda known: known["care.carer_age"][1]),
    "R33_grace_days": _same("hardship.care_fee_grace_days"),
    "care_fee_month": _same("hardship.care_fee_fen"),
    "R35_tell_days": _same("petition.tell_days"),
    "R35_tell_warn": _same("petition.tell_remind_days"),
    "R35_done_days": _same("petition.close_days"),
    "R35_done_warn": _same("petition.close_remind_days"),
    "R35_extension_days": _same("petition.extend_days"),
    "R36_months": _same("hardship.review_months"),
    "R36_workdays": _same("hardship.change_days"),
    "R38_min_rate": _same("hardship.institution_share"),
    "R39_workdays": _same("aid.papers_days"),
    "R40_handlers": _same("petty.handlers"),
    "R40_low_share": _same("petty.refill_share"),
    "R40_limit_fen": Source(
        ("aid.township_times", "dibao.month_fen"), lambda known: known["aid.township_times"] * known["dibao.month_fen"]
    ),
    "R41_times": _same("aid.same_reason_times"),
    "R41_limit_fen": Source(
        ("aid.year_times", "dibao.month_fen"), lambda known: known["aid.year_times"] * known["dibao.month_fen"]
    ),
    "R43_days": _same("dibao.notice_days"),
    "R44_cutoff_day": _same("pay.by_day"),
    "R46_replace_days": _same("pairing.replace_days"),
    "R46_max_households": _same("pairing.most_homes"),
    "R50_parent_gap_years": _same("age.parent_gap"),
}


def source(name: str) -> Source:
    """Where a value comes from."""
    return SOURCES.get(name) or _same(PREFIX + name)


def worked_out(names: tuple[str, ...], known: Values) -> dict[str, Any]:
    """A rule's values by name, out of the policy values by key."""
    return {name: source(name).make(known) for name in names}


@cache
def keys(names: tuple[str, ...]) -> tuple[str, ...]:
    """Every policy value needed."""
    return tuple(sorted({key for name in names for key in source(name).keys}))
