"""R09–R16: people who should have something and do not, or lost it; certificates that run out."""

from collections.abc import Iterator
from datetime import date

import polars as pl

from app.findings.rules import HOUSEHOLD, ORANGE, RED, REMINDER, SOON, YELLOW, Hit, rule
from app.findings.rules_common import (
    INTELLECT,
    MIND,
    SEVERE,
    active,
    child_benefits,
    dead,
    destitute,
    held,
    living,
    month,
    once,
    only_of,
    ordered,
    period_months,
    shifted,
    text,
    valid_certificates,
    without,
)
from app.findings.schemas import Frames


def birthday(born: date, years: int) -> date:
    """The day on which somebody completes so many years; born on 29 February, 1 March of a common year."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


@rule(
    "R09", "高龄应补未补", ORANGE,
    plain="该领高龄津贴了，还没领",
    what="满80岁了，还没有领高龄津贴。",
    why="高龄津贴从满80岁的当月起算，该补的要补上。",
    basis="老年人权益保障法 第三十三条；县高龄津贴办法",
    todo="问老人要不要领，帮他申请，从够岁数的当月补起。",
    params=("R09_age", "R09_grace_months", "R09_reminder_months_before", "R09_needs_hukou",
            "tekun_with_gaoling_allowed"),
    programme="old_allowance", gap=True,
    needs=("people",),
)  # fmt: skip
def old_without_allowance(frames: Frames) -> Iterator[Hit]:
    """Eighty, registered here, alive, no allowance a month after the month it is due; and those about to be."""
    params, as_of = frames.params, frames.as_of
    rows = living(frames).filter(pl.col("born_on").is_not_null() & (pl.col("age") >= params["R09_age"] - 1))
    if params["R09_needs_hukou"] == "本县":
        rows = rows.filter(pl.col("registered_here"))
    if not params["tekun_with_gaoling_allowed"]:
        rows = without(rows, destitute(frames))
    for one in without(rows, active(frames, "old_allowance")).iter_rows(named=True):
        turns = birthday(one["born_on"], params["R09_age"])
        if turns <= as_of:
            if shifted(month(turns), params["R09_grace_months"]) <= month(as_of):
                yield Hit(one["person_id"], {"due_month": month(turns)})
        elif turns <= _later(as_of, params["R09_reminder_months_before"]):
            yield Hit(one["person_id"], {"turns_80": text(turns)}, kind=REMINDER, period=SOON)


def _later(day: date, months: int) -> date:
    """The same day of a later month, or its last."""
    return pl.select(pl.lit(day).dt.offset_by(f"{months}mo")).item()


@rule(
    "R10", "高龄档次错误", ORANGE,
    plain="年纪到了，高龄津贴还没涨",
    what="过了90岁或100岁生日，津贴档次没有调。",
    why="档次跟着年龄走，少发的要补。",
    basis="县高龄津贴办法",
    todo="按年龄改档次，补发差额。",
    params=("R10_bands", "R10_grace_months"), programme="old_allowance", gap=True,
    needs=(held("old_allowance"),),
)  # fmt: skip
def wrong_band(frames: Frames) -> Iterator[Hit]:
    """The band is neither that of the age today nor, in the month of the birthday, of the age at its end."""
    bands = frames.params["R10_bands"]
    grace = frames.params["R10_grace_months"]
    rows = active(frames, "old_allowance").join(
        living(frames).filter(pl.col("born_on").is_not_null()).select("person_id", "born_on", "age"), on="person_id"
    ).filter(pl.col("band").is_not_null())  # fmt: skip
    for one in rows.iter_rows(named=True):
        should = _band(bands, one["age"])
        fitting = {should, _band(bands, _age_at_end(one["born_on"], month(frames.as_of)))}
        fitting |= {_band(bands, _age_at_end(one["born_on"], shifted(month(frames.as_of), -back)))
                    for back in range(1, grace + 1)}  # fmt: skip
        if one["band"] not in fitting:
            yield Hit(one["person_id"], {"age": one["age"], "band": one["band"], "should_be": should})


def _band(bands: dict[str, list[int]], age: int) -> str | None:
    return next((name for name, (low, high) in bands.items() if low <= age <= high), None)


def _age_at_end(born: date, of: str) -> int:
    """Completed years on the last day of a month."""
    return int(of[:4]) - born.year - (int(of[5:7]) < born.month)


def _without_excluded(frames: Frames, rows: pl.DataFrame, kind: str, code: str) -> pl.DataFrame:
    """Holders who do not draw the subsidy, are not destitute and draw no care money for an injury at work."""
    rows = without(without(rows, active(frames, kind)), destitute(frames))
    if frames.params[f"{code}_excludes_work_injury_care"]:
        rows = rows.filter(~pl.col("injury_care").fill_null(False))
    return rows


@rule(
    "R11", "护理补贴应补未补", ORANGE,
    plain="该有残疾人护理补贴，还没领",
    what="重度残疾、需要长期照护，没有领护理补贴。",
    why="一、二级残疾人需要长期照护的，都应当领。",
    basis="国发〔2015〕52号 残疾人两项补贴",
    todo="问清有没有领别的护理费，帮他申请。",
    params=("R11_grades", "R11_mental_grades", "R11_excludes_work_injury_care"),
    programme="disability", gap=True,
    needs=(valid_certificates,),
)  # fmt: skip
def no_care_subsidy(frames: Frames) -> Iterator[Hit]:
    """A certificate in force of a grade that counts, care needed for six months, nothing drawn, nothing excluded."""
    counts = pl.col("grade").is_in(frames.params["R11_grades"])
    counts |= pl.col("category").is_in([INTELLECT, MIND]) & pl.col("grade").is_in(frames.params["R11_mental_grades"])
    rows = valid_certificates(frames).filter(counts & pl.col("care_needed"))
    for one in _without_excluded(frames, rows, "disability_care", "R11").iter_rows(named=True):
        yield Hit(one["person_id"], {"grade": one["grade"], "expiry": text(one["valid_to"])})


@rule(
    "R12", "生活补贴应补未补", ORANGE,
    plain="该有残疾人生活补贴，还没领",
    what="困难家庭的残疾人，没有领生活补贴。",
    why="低保、建档立卡家庭的持证残疾人都应当领。",
    basis="国发〔2015〕52号；安徽省残疾人两项补贴办法",
    todo="问清家里情况，帮他申请。",
    params=("R12_jdlk_tags", "R12_excludes_work_injury_care"),
    programme="disability", gap=True,
    needs=(valid_certificates,),
)  # fmt: skip
def no_living_subsidy(frames: Frames) -> Iterator[Hit]:
    """A certificate in force, 低保 or 建档立卡, nothing drawn, nothing excluded."""
    params = frames.params
    rows = _without_excluded(frames, valid_certificates(frames), "disability_living", "R12")
    full = child_benefits(frames).filter(
        (pl.col("programme") == "orphan") | (pl.col("support").fill_null("full") == "full")
    )
    poor = frames["homes"].filter(pl.col("attribute").is_in(params["R12_jdlk_tags"])).select("household_id")
    dibao = active(frames, "dibao").select("person_id").unique()
    rows = (
        without(rows, full)
        .join(dibao.with_columns(dibao=pl.lit("低保")), on="person_id", how="left")
        .join(poor.with_columns(poor=pl.lit("建档立卡")), on="household_id", how="left")
    )
    for one in rows.iter_rows(named=True):
        because = ordered([one["dibao"], one["poor"]])
        if because:
            yield Hit(one["person_id"], {"because": because})


@rule(
    "R13", "残疾证到期、失效", ORANGE,
    plain="残疾证到期了，要换证",
    what="残疾证过期了还在发补贴，或者快要到期。",
    why="证过期的下一个月起不该再发；提前半年提醒换证，补贴不断。",
    basis="残疾人两项补贴 动态管理",
    todo="带着去残联换证；过期还在发的，先停再补。",
    params=("R13_reminder_days", "R13_grace_months"), programme="disability",
    needs=("certificates",),
)  # fmt: skip
def certificate_runs_out(frames: Frames) -> Iterator[Hit]:
    """Paid for a month more than one after that of expiry; and certificates that expire within half a year."""
    dated = frames["certificates"].filter(pl.col("valid_to").is_not_null() & ~pl.col("open_ended").fill_null(False))
    soon = (pl.col("valid_to") - frames.as_of).dt.total_days()
    for one in without(dated, dead(frames)).filter(
        (soon >= 0) & (soon <= frames.params["R13_reminder_days"])
    ).iter_rows(named=True):  # fmt: skip
        yield Hit(one["person_id"], {"expiry": text(one["valid_to"])}, kind=REMINDER, period=SOON)
    grace = f"{frames.params['R13_grace_months']}mo"
    limit = pl.col("valid_to").dt.month_start().dt.offset_by(grace).dt.strftime("%Y-%m")
    rows = (
        frames["payments"].filter(pl.col("ok") & pl.col("programme").is_in(["disability_living", "disability_care"]))
        .join(dated.filter(pl.col("valid_to") < frames.as_of).select("person_id", "valid_to"), on="person_id")
        .filter(period_months() > limit)
        .group_by("person_id", "programme", "valid_to").agg(paid=pl.col("period").unique().sort())
    )  # fmt: skip
    for one in rows.iter_rows(named=True):
        kind = {"disability_living": "生活补贴", "disability_care": "护理补贴"}[one["programme"]]
        facts = {"kind": kind, "expiry": text(one["valid_to"]), "paid": one["paid"]}
        yield Hit(one["person_id"], facts, period=one["programme"])


@rule(
    "R14", "残疾证号与身份证不符", YELLOW,
    plain="残疾证和身份证对不上",
    what="残疾证号和身份证号、等级对不上。",
    why="证号里就写着身份证号、类别和等级，对不上多半是抄错了。",
    basis="GB/T 26341-2010 残疾人证号编码",
    todo="看残疾证原件，改正号码或等级。",
    params=("R14_types", "R14_grades"), programme="disability",
    needs=("certificates",),
)  # fmt: skip
def number_contradicts(frames: Frames) -> Iterator[Hit]:
    """The first eighteen are not the ID number, the category or grade is none, the grade is not the one listed."""
    (first, last), (low, high) = frames.params["R14_types"], frames.params["R14_grades"]
    category, grade = pl.col("category_in_number"), pl.col("grade_in_number")
    bad_category = ~category.is_between(first, last).fill_null(False)
    bad_grade = ~grade.is_between(low, high).fill_null(False)
    rows = frames["certificates"].filter(pl.col("number_fits").is_not_null()).with_columns(
        form=~pl.col("number_fits"),
        head=pl.col("number_fits") & ~pl.col("head_fits"),
        category_bad=pl.col("number_fits") & bad_category,
        grade_bad=pl.col("number_fits") & bad_grade,
        grade_other=pl.col("number_fits") & ~bad_grade & pl.col("grade").is_not_null() & (pl.col("grade") != grade),
    )  # fmt: skip
    words = {"form": "证号位数不对", "head": "前18位与身份证号不符", "category_bad": "类别无效",
             "grade_bad": "等级无效", "grade_other": "等级与证号不符"}  # fmt: skip
    for one in rows.filter(pl.any_horizontal(list(words))).iter_rows(named=True):
        yield Hit(one["person_id"], {"problem": ordered(word for name, word in words.items() if one[name])})


def _ill(frames: Frames) -> pl.DataFrame:
    """household_id, because: of each who lives and is severely disabled or seriously ill."""

    def make() -> pl.DataFrame:
        alive = living(frames)
        severe = only_of(alive, frames["certificates"].filter(pl.col("grade").is_in(SEVERE)))
        ill = alive.filter(pl.col("health").is_in(["serious", "大病"]))
        return pl.concat([
            severe.select("household_id", because=pl.lit("重残")), ill.select("household_id", because=pl.lit("大病")),
        ])  # fmt: skip

    return once(frames, "ill", make)


@rule(
    "R15", "疑似漏保", ORANGE,
    plain="家里有难处，还没有领到救助",
    what="这一户有困难，没有人享受低保、特困、孤儿或事无，近90天也没有排查结论。",
    why="应保尽保：困难的一户都不能漏。",
    basis="民发〔2022〕83号；社会救助暂行办法",
    todo="入户看一次：符合的帮着申请，不符合的写下原因。",
    params=("R15_tags", "R15_screening_days", "R15_person_triggers"), programme="dibao", gap=True,
    needs=("homes",),
)  # fmt: skip
def perhaps_left_out(frames: Frames) -> Iterator[Hit]:
    """A home with a tag or a person that speaks for need, nobody of it covered, no conclusion in ninety days."""
    params = frames.params
    since = (pl.lit(frames.as_of) - pl.col("checked_on")).dt.total_days()
    looked = frames["homes"].filter(
        (pl.col("checked_result").fill_null("") != "") & (since <= params["R15_screening_days"])
    )
    alive = without(living(frames), looked, "household_id")
    if alive.is_empty():
        return
    tagged = frames["homes"].filter(pl.col("attribute").is_in(params["R15_tags"]))
    lonely = frames["tags"].filter(pl.col("tag") == "elder_childless")
    reasons = pl.concat([
        only_of(tagged, alive, "household_id").select("household_id", because=pl.col("attribute")),
        _ill(frames),
        only_of(alive, lonely).select("household_id", because=pl.lit("孤寡老人")),
    ])  # fmt: skip
    wanted = [*params["R15_tags"], *params["R15_person_triggers"]]
    rows = without(reasons.filter(pl.col("because").is_in(wanted)), looked, "household_id")
    if rows.is_empty():
        return
    covered = pl.concat([
        active(frames, "dibao").select("person_id"), destitute(frames).select("person_id"),
        child_benefits(frames).select("person_id"),
    ])  # fmt: skip
    rows = without(rows, only_of(alive, covered), "household_id")
    for (home,), group in rows.group_by("household_id"):
        yield Hit(str(home), {"because": ordered(group["because"])}, HOUSEHOLD)


@rule(
    "R16", "疑似脱保", RED,
    plain="低保停了，家里还难",
    what="低保停了不到一年，没有渐退，家里还有重残、大病或新的困难。",
    why="该保的不能一停了之。",
    basis="民发〔2022〕83号 渐退期；低保专项治理",
    todo="到家里再看一次，确实难的，帮着再申请。",
    params=("R16_months", "R16_quiet_reasons"), programme="dibao", gap=True,
    needs=("enrolments",),
)  # fmt: skip
def perhaps_dropped(frames: Frames) -> Iterator[Hit]:
    """Stopped within a year without easing, while the home shows need and nobody of it is covered."""
    since = shifted(month(frames.as_of), -frames.params["R16_months"])
    quiet = frames.params["R16_quiet_reasons"]
    stopped = frames["enrolments"].filter(
        (pl.col("programme") == "dibao") & (pl.col("state") == "stopped") & (pl.col("to_month") > since)
        & ~pl.col("stop_reason").fill_null("").is_in(quiet)
    )  # fmt: skip
    if stopped.is_empty():
        return
    trouble = frames["issues"].filter((pl.col("state") == "open") & (pl.col("programme") == "hardship"))
    reasons = pl.concat([_ill(frames), trouble.select("household_id", because=pl.lit("新的困难"))])
    covered = pl.concat([active(frames, "dibao").select("household_id"), destitute(frames).select("household_id")])
    rows = without(reasons.join(stopped.select("household_id", "to_month", "stop_reason"), on="household_id"), covered,
                   "household_id")  # fmt: skip
    for (home,), group in rows.group_by("household_id"):
        facts = {"stopped": group["to_month"].max(), "because": ordered(group["because"])}
        yield Hit(str(home), facts, HOUSEHOLD)


RULES = (old_without_allowance, wrong_band, no_care_subsidy, no_living_subsidy, certificate_runs_out,
         number_contradicts, perhaps_left_out, perhaps_dropped)  # fmt: skip
