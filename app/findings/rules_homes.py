"""R46–R48, R50, R52: officials, plans, the six items, the numbers themselves, the records themselves."""

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from app.findings.rules import BLUE, HOUSEHOLD, OFFICIAL, RED, YELLOW, Hit, rule
from app.findings.rules_common import living, ordered, pairs_now, text, without
from app.findings.schemas import Frames

_HEADS = ["户主", "本人", "本人或户主"]
_CHILDREN = ["子", "女", "儿子", "女儿", "长子", "次子", "三子", "四子", "长女", "次女", "三女", "四女",
             "独生子", "独生女"]  # fmt: skip
_PARENTS = ["父", "母", "父亲", "母亲"]
_WARNINGS = {
    "id_check": "身份证校验位错误", "id_date": "身份证日期无效", "id_future": "出生日期晚于今日",
    "id_old": "年龄超过120岁", "id_length": "身份证号位数错误", "id_characters": "身份证号有错字",
}  # fmt: skip


@rule(
    "R46", "结对空档", YELLOW,
    what="该有帮扶责任人的户没有人负责，或者一个人负责的户太多。",
    why="摘帽不摘责任，一户都不能没有人管。",
    basis="四个不摘；县结对帮扶办法",
    todo="尽快安排帮扶责任人；户太多的分给别人。",
    params=("R46_tags", "R46_replace_days", "R46_max_households"), programme="pairing", whole=("many",), field=False,
)  # fmt: skip
def nobody_responsible(frames: Frames) -> Iterator[Hit]:
    """A home that should have an official and has none; an official with too many homes."""
    params, as_of = frames.params, frames.as_of
    now = pairs_now(frames)
    tagged = frames["homes"].filter(pl.col("attribute").is_in(params["R46_tags"]))
    for one in _without_pairing(frames, without(tagged, now, "household_id")).iter_rows(named=True):
        if one["since"] is None:
            yield Hit(one["household_id"], {"why": "无帮扶责任人"}, HOUSEHOLD)
        elif one["since"] + timedelta(days=params["R46_replace_days"]) < as_of:
            why = f"责任人离任超过{params['R46_replace_days']}天未补"
            yield Hit(one["household_id"], {"why": why, "since": text(one["since"])}, HOUSEHOLD)
    if not frames.whole:
        return
    many = now.group_by("official_id").agg(homes=pl.col("household_id").n_unique())
    for one in many.filter(pl.col("homes") > params["R46_max_households"]).iter_rows(named=True):
        facts = {"why": f"结对户数超过{params['R46_max_households']}户", "households": one["homes"]}
        yield Hit(one["official_id"], facts, OFFICIAL, period="many")


def _without_pairing(frames: Frames, homes: pl.DataFrame) -> pl.DataFrame:
    """Of homes without a pairing those in which somebody lives, `since` when the last has ended."""
    if homes.is_empty():
        return homes
    begun = pl.col("from_on").is_null() | (pl.col("from_on") <= frames.as_of)
    ended = frames["pairs"].filter(begun & (pl.col("to_on") < frames.as_of)).group_by("household_id").agg(
        since=pl.col("to_on").max()
    )  # fmt: skip
    empty = frames["people"].group_by("household_id").agg(alive=pl.col("dead_on").is_null().any())
    rows = homes.join(empty, on="household_id", how="left").filter(pl.col("alive").fill_null(True))
    return rows.join(ended, on="household_id", how="left")


@rule(
    "R47", "一户一方案缺失、不符", YELLOW,
    plain="今年的帮扶方案没写好",
    what="这一户今年没有方案，有人没有措施，或者措施和原因对不上。",
    why="一户一方案、一人一措施，措施要对着原因来。",
    basis="县兜底保障实施方案；结对帮扶",
    todo="补方案，给每个人写一条措施。",
    params=("R47_tags", "R47_needs"), programme="pairing",
    needs=("planned",),
)  # fmt: skip
def plan_missing(frames: Frames) -> Iterator[Hit]:
    """In a township that keeps its plans here: none for the year, a person without a measure, a cause unanswered."""
    params, year = frames.params, frames.as_of.year
    plans = frames["plans"].filter(pl.col("year") == year)
    homes = frames["homes"].filter(pl.col("attribute").is_in(params["R47_tags"])).with_columns(
        area=pl.col("division").str.slice(0, 9)
    ).join(frames["planned"], on="area", how="semi")  # fmt: skip
    people = living(frames).join(homes, on="household_id", how="semi").group_by("household_id").agg("person_id")
    measures = frames["measures"].filter(pl.col("progress") != "stopped").group_by("household_id").agg(
        pl.col("person_id").alias("measured"), pl.col("kind").alias("kinds")
    )  # fmt: skip
    rows = (
        homes.join(people, on="household_id")
        .join(plans.select("household_id", "causes"), on="household_id", how="left")
        .join(measures, on="household_id", how="left")
    )  # fmt: skip
    for one in rows.iter_rows(named=True):
        why = []
        if one["causes"] is None:
            why.append("今年没有方案")
        else:
            if not set(one["person_id"]) <= set(one["measured"] or ()):
                why.append("有人没有措施")
            missing = [cause for cause in one["causes"] if params["R47_needs"].get(cause, "") not in
                       {"", *(one["kinds"] or ())}]  # fmt: skip
            why += [f"{cause}没有对应措施" for cause in missing]
        if why:
            yield Hit(one["household_id"], {"why": ordered(why)}, HOUSEHOLD, period=str(year))


@rule(
    "R48", "两不愁三保障未达标", RED,
    plain="吃穿、上学、看病、住房、喝水里有一样不行",
    what="吃、穿、上学、看病、住房、饮水里有一项不达标，还没有人在办。",
    why="两不愁三保障是底线。",
    basis="两不愁三保障；四个不摘",
    todo="马上登记问题，写明谁办、什么时候办完。",
    programme="pairing",
    needs=("items",),
)  # fmt: skip
def item_not_met(frames: Frames) -> Iterator[Hit]:
    """One of the six items is not met, and no open issue of that home speaks of it."""
    worked_on = frames["issues"].filter(pl.col("state") == "open").select("household_id").unique()
    rows = frames["items"].filter(pl.col("met") == "no").join(worked_on, on="household_id", how="anti")
    for (home,), group in rows.group_by("household_id"):
        yield Hit(str(home), {"items": ordered(group["item"])}, HOUSEHOLD)


@rule(
    "R50", "证件、逻辑错误", YELLOW,
    plain="号码、年龄这些写错了",
    what="号码、性别、年龄、电话或户主写错了。",
    why="号码错了，钱和救助都对不上人。",
    basis="GB 11643；建档要求",
    todo="看证件原件，改过来。",
    params=("R50_phone", "R50_parent_gap_years", "R50_parent_pairs"), programme="register",
    whole=("duplicate",),
    needs=("people",),
)  # fmt: skip
def numbers_wrong(frames: Frames) -> Iterator[Hit]:
    """What is wrong with a number, a sex, a telephone, the ages of parent and child, or a home without a head."""
    people, warning = frames["people"], pl.col("id_warning")
    wrong = people.select(
        "person_id", "id_warning", "sex_written", "phone",
        bad_id=warning.is_in(list(_WARNINGS)),
        unborn=(pl.col("born_on") > frames.as_of) & (warning.fill_null("") != "id_future"),
        bad_sex=pl.col("sex_written").fill_null("") != "",
        bad_phone=~pl.col("phone").str.contains(frames.params["R50_phone"]),
    ).filter(pl.any_horizontal("bad_id", "unborn", "bad_sex", "bad_phone"))  # fmt: skip
    for one in wrong.iter_rows(named=True):
        who = one["person_id"]
        if one["bad_id"]:
            yield Hit(who, {"why": _WARNINGS[one["id_warning"]]}, period=one["id_warning"])
        if one["unborn"]:
            yield Hit(who, {"why": _WARNINGS["id_future"]}, period="id_future")
        if one["bad_sex"]:
            yield Hit(who, {"why": "性别与身份证不符", "recorded": one["sex_written"]}, period="sex")
        if one["bad_phone"]:
            yield Hit(who, {"why": "电话号码格式错误", "phone": one["phone"]}, period="phone")
    if frames.whole:
        yield from _twice(people)
    yield from _ages(frames)
    yield from _headless(frames)


def _twice(people: pl.DataFrame) -> Iterator[Hit]:
    """Numbers that several people have."""
    twice = people.filter(pl.col("id_index").is_not_null()).group_by("id_index").agg("person_id").filter(
        pl.col("person_id").list.len() > 1
    )  # fmt: skip
    for one in twice.iter_rows(named=True):
        holders = sorted(one["person_id"])
        yield Hit(holders[0], {"why": "身份证号重复", "names": {"people": holders}}, period="duplicate")


def _ages(frames: Frames) -> Iterator[Hit]:
    """Children who would be younger than their parents by too little, among a head and children or parents."""
    gap = frames.params["R50_parent_gap_years"]
    pairs = frames.params["R50_parent_pairs"]
    people = frames["people"]
    heads = people.filter(pl.col("is_head"))
    found = []
    if "户主-子/女" in pairs:
        found.append((heads, people.filter(pl.col("relation").is_in(_CHILDREN))))
    if "父/母-户主" in pairs:
        found.append((people.filter(pl.col("relation").is_in(_PARENTS)), heads))
    for old, young in found:
        if old.is_empty() or young.is_empty():
            continue
        older = old.select("household_id", parent="person_id", parent_born="born_on")
        rows = older.join(young.select("household_id", "person_id", "born_on"), on="household_id")
        for one in rows.filter(pl.col("parent_born").dt.offset_by(f"{gap}y") > pl.col("born_on")).iter_rows(named=True):
            facts = {"why": f"父母子女年龄差不足{gap}岁", "parent": {"person": one["parent"]}}
            yield Hit(one["person_id"], facts, period=f"gap {one['parent'][-12:]}")


def _headless(frames: Frames) -> Iterator[Hit]:
    """Homes in which nobody is the head."""
    heads = frames["people"].group_by("household_id").agg(
        headed=(pl.col("is_head").fill_null(False) | pl.col("relation").is_in(_HEADS).fill_null(False)).any()
    )  # fmt: skip
    for one in heads.filter(~pl.col("headed")).iter_rows(named=True):
        yield Hit(one["household_id"], {"why": "无户主"}, HOUSEHOLD, period="head")


@rule(
    "R52", "记录真实性提示", BLUE,
    what="同一天好几户的话一模一样、一天走得太多、照片用了两次，或者照片日期差得远。",
    why="只是提醒写记录的人看一看，不是处分。",
    basis="入户通设计：先问本人",
    todo="看看是不是写错了，改一下或说一句。",
    params=("R52_same_words", "R52_visits_a_day", "R52_photo_days"), programme="visits", whole=("*",), field=False,
    needs=("visits",),
)  # fmt: skip
def record_to_look_at(frames: Frames) -> Iterator[Hit]:
    """The same words at several homes in a day, too many visits in a day, a photo twice, a photo of another day."""
    params = frames.params
    visits = frames["visits"]
    same = (
        visits.filter(pl.col("words").str.len_chars() > 0).group_by("author_id", "on", "words")
        .agg("visit_id", homes=pl.col("household_id").n_unique()).filter(pl.col("homes") >= params["R52_same_words"])
    )  # fmt: skip
    reasons = [same.explode("visit_id").select("visit_id", why=pl.lit("文字相同"))]
    busy = visits.group_by("author_id", "on").agg("visit_id").filter(
        pl.col("visit_id").list.len() > params["R52_visits_a_day"]
    )  # fmt: skip
    reasons.append(busy.select(pl.col("visit_id").list.last(), why=pl.lit("一天走访很多")))
    photos = visits.select("visit_id", photo="photos").explode("photo").drop_nulls()
    again = photos.filter(pl.len().over("photo") > 1)
    reasons.append(again.select("visit_id", why=pl.lit("照片重复使用")))
    far = visits.select("visit_id", "on", taken="photo_days").explode("taken").filter(
        (pl.col("taken") - pl.col("on")).dt.total_days().abs() > params["R52_photo_days"]
    )  # fmt: skip
    reasons.append(far.select("visit_id", why=pl.lit("照片日期不同")))
    whose = visits.select("visit_id", "household_id")
    for one in pl.concat(reasons).unique().join(whose, on="visit_id").group_by("visit_id", "household_id").agg(
        "why"
    ).iter_rows(named=True):  # fmt: skip
        yield Hit(one["visit_id"], {"why": ordered(one["why"])}, "record", household=one["household_id"])


RULES = (nobody_responsible, plan_missing, item_not_met, numbers_wrong, record_to_look_at)
