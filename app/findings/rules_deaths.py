"""R01–R03: money that goes on after a death."""

from collections.abc import Iterator

import polars as pl

from app.findings.rules import ORANGE, PROGRAMMES, RED, REMINDER, SOON, Hit, rule
from app.findings.rules_common import active, dead, held, month, once, period_months, text
from app.findings.schemas import Frames


def _paid_after(frames: Frames) -> pl.DataFrame:
    """person_id, programme (the care fee as the destitute's), dead_on, paid: the periods after the month of death."""

    def make() -> pl.DataFrame:
        gone = dead(frames).with_columns(month=pl.col("dead_on").dt.strftime("%Y-%m"))
        paid = frames["payments"].filter(pl.col("ok"))
        own = paid.filter(pl.col("programme") != "dibao").join(gone, on="person_id")
        members = (
            frames["enrolments"].filter((pl.col("programme") == "dibao") & pl.col("counted"))
            .select("person_id", "certificate").unique().join(gone, on="person_id")
        )  # fmt: skip
        home = paid.filter(pl.col("programme") == "dibao").drop("person_id").join(members, on="certificate")
        columns = ["person_id", "programme", "period", "dead_on", "month"]
        after = pl.concat([own.select(columns), home.select(columns)]).filter(period_months() > pl.col("month"))
        return (
            after.with_columns(programme=pl.col("programme").replace("care_fee", "tekun"))
            .group_by("person_id", "programme", "dead_on").agg(paid=pl.col("period").unique().sort())
        )  # fmt: skip

    return once(frames, "paid after death", make)


@rule(
    "R01", "死亡仍领取", RED,
    plain="人已经不在了，补助还在发",
    what="人已经去世，下个月起还有补助打进来。",
    why="去世当月还可以发，次月起就不该再发；多发的钱要追回。",
    basis="社会救助暂行办法 第十三条；民发〔2021〕57号 第三十二条",
    todo="核对去世日期，停发，把多发的月份算清楚追回。",
    params=("R01_R02",), programme="all",
    needs=("payments", dead),
)  # fmt: skip
def paid_after_death(frames: Frames) -> Iterator[Hit]:
    """A payment that arrived for a period after the month of death."""
    programmes = frames.params["R01_R02"]["programmes"]
    for one in _paid_after(frames).iter_rows(named=True):
        if PROGRAMMES[one["programme"]] in programmes:
            facts = {"programme": PROGRAMMES[one["programme"]], "death_date": text(one["dead_on"]), "paid": one["paid"]}
            yield Hit(one["person_id"], facts, period=one["programme"])


@rule(
    "R02", "死亡未停发", RED,
    plain="人已经不在了，补助还没停",
    what="人已经去世，名册上还没有停。",
    why="不停，下个月就会多发。",
    basis="社会救助暂行办法 第十三条；民发〔2021〕57号 第三十二条",
    todo="核对去世日期，从下个月起停发。",
    params=("R01_R02",), programme="all",
    needs=("enrolments", dead),
)  # fmt: skip
def not_stopped_after_death(frames: Frames) -> Iterator[Hit]:
    """A death of an earlier month, nothing paid since, and the enrolment does not end with the month after it."""
    wanted = frames.params["R01_R02"]["programmes"]
    gone = dead(frames).with_columns(month=pl.col("dead_on").dt.strftime("%Y-%m")).filter(
        pl.col("month") < month(frames.as_of)
    )
    open_now = active(frames, *(code for code, word in PROGRAMMES.items() if word in wanted and code != "care_fee"))
    unpaid = open_now.join(gone, on="person_id").join(_paid_after(frames), on=["person_id", "programme"], how="anti")
    for one in unpaid.unique(["person_id", "programme"]).iter_rows(named=True):
        facts = {"programme": PROGRAMMES[one["programme"]], "death_date": text(one["dead_on"])}
        yield Hit(one["person_id"], facts, period=one["programme"])


@rule(
    "R03", "低保户成员死亡超期未核查", ORANGE,
    plain="家里有人去世，低保还没去核过",
    what="低保户里有人去世，三个月了还没有核查过。",
    why="人少了，保障金额要跟着变。",
    basis="民发〔2022〕83号：自死亡之日起3个月内核查并办结",
    todo="到家里看一次，该减的减，该停的停。",
    params=("R03_months", "R03_reminder_months"), programme="dibao",
    needs=(dead, held("dibao")),
)  # fmt: skip
def death_not_looked_into(frames: Frames) -> Iterator[Hit]:
    """A counted member died, and the certificate was not reviewed since."""
    rows = (
        active(frames, "dibao").join(dead(frames), on="person_id")
        .filter(pl.col("reviewed_on").is_null() | (pl.col("reviewed_on") < pl.col("dead_on")))
        .with_columns(
            due=pl.col("dead_on").dt.offset_by(f"{frames.params['R03_months']}mo"),
            warn=pl.col("dead_on").dt.offset_by(f"{frames.params['R03_reminder_months']}mo"),
        )
    )  # fmt: skip
    for one in rows.iter_rows(named=True):
        facts = {"death_date": text(one["dead_on"]), "due": text(one["due"])}
        if one["due"] < frames.as_of:
            yield Hit(one["person_id"], facts)
        elif one["warn"] <= frames.as_of:
            yield Hit(one["person_id"], facts, kind=REMINDER, period=SOON)


RULES = (paid_after_death, not_stopped_after_death, death_not_looked_into)
