"""R17–R21, R51: how 低保 is kept: reviews, stops in one stroke, property, relatives, people in custody."""

from collections.abc import Iterator

import polars as pl

from app.findings.rules import DIVISION, HOUSEHOLD, ORANGE, RED, REMINDER, SOON, YELLOW, Hit, of_record, rule
from app.findings.rules_common import (
    INTELLECT,
    MIND,
    active,
    dead,
    destitute,
    held,
    in_custody,
    living,
    month,
    shifted,
    text,
    without,
)
from app.findings.schemas import Frames


@rule(
    "R17", "疑似一刀切", ORANGE,
    what="一个村同一个月停了好几户，理由一模一样。",
    why="停保要一户一户看，不能一刀切。",
    basis="低保专项治理",
    todo="县里抽查这几户，看停得对不对。",
    params=("R17_least", "R17_months"), programme="dibao", whole=("*",), field=False,
    needs=("enrolments",),
)  # fmt: skip
def stopped_in_one_stroke(frames: Frames) -> Iterator[Hit]:
    """So many certificates of one village ended in one month for one reason in the same words."""
    since = shifted(month(frames.as_of), -frames.params["R17_months"])
    rows = (
        frames["enrolments"]
        .filter((pl.col("programme") == "dibao") & (pl.col("state") == "stopped") & (pl.col("to_month") > since)
                & (pl.col("stop_reason").fill_null("") != ""))
        .unique("certificate").group_by("division", "to_month", "stop_reason").agg(homes=pl.len())
        .filter(pl.col("homes") >= frames.params["R17_least"])
    )  # fmt: skip
    for one in rows.sort("homes", descending=True).iter_rows(named=True):
        facts = {"month": one["to_month"], "reason": one["stop_reason"], "homes": one["homes"]}
        yield Hit(one["division"], facts, DIVISION, period=one["to_month"])


@rule(
    "R18", "低保复核到期", ORANGE,
    plain="低保到日子了，该再看一次",
    what="低保复核到期了还没有做。",
    why="按类别定期复核，才能有进有出。",
    basis="民发〔2021〕57号 第三十一条",
    todo="到家里再看一次，写下是哪天看的。",
    params=("R18_months", "R18_reminder_days"), programme="dibao",
    needs=(held("dibao"),),
)  # fmt: skip
def review_due(frames: Frames) -> Iterator[Hit]:
    """Later than the last review and the months of the class; a reminder thirty days before."""
    rows = (
        active(frames, "dibao").filter(pl.col("reviewed_on").is_not_null() & pl.col("band").is_not_null())
        .sort("person_id").unique("certificate", keep="first", maintain_order=True)
    )  # fmt: skip
    several = rows["household_id"].value_counts().filter(pl.col("count") > 1)["household_id"].to_list()
    for band, months in frames.params["R18_months"].items():
        due = rows.filter(pl.col("band") == band).with_columns(due=pl.col("reviewed_on").dt.offset_by(f"{months}mo"))
        for one in due.iter_rows(named=True):
            number = one["certificate"][:24] if one["household_id"] in several else ""
            left = (one["due"] - frames.as_of).days
            facts = {"review_class": band, "reviewed": text(one["reviewed_on"]), "due": text(one["due"])}
            if left < 0:
                yield Hit(one["household_id"], facts, HOUSEHOLD, period=number)
            elif left <= frames.params["R18_reminder_days"]:
                period = f"{SOON} {number}".strip()
                yield Hit(one["household_id"], {"due": text(one["due"])}, HOUSEHOLD, kind=REMINDER, period=period)


@rule(
    "R19", "低保应转特困", YELLOW,
    plain="一个人过，也许够得上特困",
    what="单人低保户，没有劳动能力，也没有能赡养的人。",
    why="符合特困条件的，按特困供养更有保障。",
    basis="民发〔2021〕43号",
    todo="问本人愿不愿意，帮他申请特困。",
    params=("R19_age", "R19_child_age"), programme="tekun",
    needs=(held("dibao"),),
)  # fmt: skip
def should_be_destitute(frames: Frames) -> Iterator[Hit]:
    """The only counted member of a home of one, unable to work, known to have nobody who could support them."""
    params = frames.params
    lonely = pl.concat([
        frames["tags"].filter(pl.col("tag") == "elder_childless").select("person_id"),
        frames["elders"].filter(pl.col("children_count") == 0).select("person_id"),
    ])  # fmt: skip
    if lonely.is_empty():
        return
    alone = living(frames).group_by("household_id").agg(size=pl.len()).filter(pl.col("size") == 1)
    grade, category = pl.col("grade"), pl.col("category")
    unable = frames["certificates"].filter(
        (category.is_in([INTELLECT, MIND]) & grade.is_in([1, 2, 3])) | ((category == 4) & grade.is_in([1, 2]))
        | ((category == 1) & (grade == 1))
    ).select("person_id", unable=pl.lit(True))  # fmt: skip
    rows = (
        without(active(frames, "dibao").select("person_id"), destitute(frames))
        .join(living(frames).select("person_id", "household_id", "age"), on="person_id")
        .join(alone, on="household_id", how="semi").join(lonely, on="person_id", how="semi")
        .join(unable, on="person_id", how="left")
        .filter((pl.col("age") >= params["R19_age"]) | (pl.col("age") < params["R19_child_age"])
                | pl.col("unable").fill_null(False))
    )  # fmt: skip
    for one in rows.iter_rows(named=True):
        yield Hit(one["person_id"], {"age": one["age"]})


@rule(
    "R20", "收入、财产疑点", ORANGE,
    plain="名下查到车，或者办过营业执照",
    what="在保的人名下查到车辆或工商登记。",
    why="要核实是不是还符合条件。",
    basis="民发〔2021〕57号 家庭经济状况核对",
    todo="问清情况：是真的，请乡镇重新算；不是，写下来。",
    params=("R20_lists",), programme="dibao",
    needs=("listed", "enrolments"),
)  # fmt: skip
def property_in_doubt(frames: Frames) -> Iterator[Hit]:
    """A counted member of 低保 or a destitute person stands in a list of vehicles or businesses."""
    words = frames.params["R20_lists"]
    rows = (
        frames["listed"].filter(pl.col("list").is_in(list(words)))
        .join(active(frames, "dibao", "tekun").select("person_id").unique(), on="person_id")
    )  # fmt: skip
    for (person,), group in without(rows, dead(frames)).group_by("person_id"):
        yield Hit(str(person), {"lists": sorted({words[code] for code in group["list"]})})


@rule(
    "R21", "近亲属未备案", RED,
    plain="和干部是近亲，还没有报上去",
    what="申请人是经办人或村干部的近亲属，没有备案。",
    why="近亲属要单独登记，县里百分之百入户。",
    basis="民发〔2021〕57号 第十一条、第二十条",
    todo="告诉乡镇补登记，报县里来家里看。",
    programme="dibao",
    needs=("applications",),
)  # fmt: skip
def relative_not_filed(frames: Frames) -> Iterator[Hit]:
    """An application declared a relative's, without the filing."""
    rows = frames["applications"].filter(pl.col("relative") & ~pl.col("relative_filed").fill_null(False))
    for one in rows.iter_rows(named=True):
        yield of_record(one, one["application_id"], {"programme": one["programme"]})


@rule(
    "R51", "服刑、戒毒仍计入低保", ORANGE,
    plain="人在服刑或戒毒，还算在低保里",
    what="正在服刑或强制戒毒的人，还算在低保人口里。",
    why="服刑、强戒期间不算共同生活成员。",
    basis="民发〔2021〕57号 第七条",
    todo="从保障人口里减去，出来以后再算。",
    programme="dibao",
    needs=("custody", held("dibao")),
)  # fmt: skip
def custody_in_dibao(frames: Frames) -> Iterator[Hit]:
    """A counted member who is in prison or compulsory rehabilitation on the day."""
    members = active(frames, "dibao").join(
        frames["people"].select("person_id", "id_index"), on="person_id", how="left"
    ).join(in_custody(frames).select("id_index", "kind", "to_on"), on="id_index")  # fmt: skip
    for one in members.iter_rows(named=True):
        facts = {"dibao_no": one["certificate"], "kind": one["kind"], "until": text(one["to_on"])}
        yield Hit(one["person_id"], facts)


RULES = (stopped_in_one_stroke, review_due, should_be_destitute, property_in_doubt, relative_not_filed,
         custody_in_dibao)  # fmt: skip
