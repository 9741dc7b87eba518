"""R22–R28: children: who looks after them, whether that person may, what they are due, whether they go to school."""

import re
from collections.abc import Iterator

import polars as pl

from app.findings.rules import BLUE, ORANGE, RED, YELLOW, Hit, rule
from app.findings.rules_common import (
    INTELLECT,
    MIND,
    SEVERE,
    child_benefits,
    dead,
    destitute,
    in_custody,
    living,
    once,
    ordered,
    severe,
    text,
    without,
)
from app.findings.rules_missing import birthday
from app.findings.schemas import Frames

LEFT_BEHIND = "child_left_behind"
_AT_SCHOOL = re.compile(r"在校|在读|寄宿|幼儿园|小学|初中|高中|中专|中职|职高|大专|本科|大学")
_LOST = re.compile(r"失联|失踪|下落不明")
_BARS = ["bar_1", "bar_2", "bar_3", "bar_4"]
_STATES = {
    "死亡": r"死亡|去世|已故", "服刑在押": r"服刑|在押", "强制隔离戒毒": r"强制.*戒毒|强戒",
    "重残": r"重残|重度残疾", "重病": r"重病|大病", "被撤销监护资格": r"撤销监护", "被遣送": r"遣送|驱逐",
}  # fmt: skip
"""How a parent stands, and the words of a register that say so."""


SCHOOL_TOLD = {"day": "在校", "boarding": "在校住校", "left": "失学", "finished": "毕业"}
"""What a visit says of school, in the register's words; a child too young for it leaves them as they are."""


def children(frames: Frames) -> pl.DataFrame:
    """Children of the register who live, with their age and what visits found last; of school a visit says more."""

    def make() -> pl.DataFrame:
        alive = living(frames).select("person_id", "age", "born_on")
        told = frames["told"].drop("living", "wish", "cannot", "cannot_on")
        seen = pl.col("school_state").replace_strict(SCHOOL_TOLD, default=None, return_dtype=pl.String)
        rows = frames["children"].join(alive, on="person_id").join(told, on="person_id", how="left")
        return rows.with_columns(school=pl.coalesce(seen, "school"))

    return once(frames, "children now", make)


def guardianships(frames: Frames) -> pl.DataFrame:
    """The newest entrusted guardianship of each child."""
    return once(
        frames,
        "guardianships",
        lambda: frames["agreements"].filter(pl.col("kind") == "guardianship")
        .sort("to_on", "agreement_id").unique("person_id", keep="last", maintain_order=True),
    )  # fmt: skip


@rule(
    "R22", "儿童无有效监护", RED,
    plain="孩子没有靠得住的人照看",
    what="留守儿童没有可靠的人照看：没有受托人，没有确认书，过期了，或者声明没填。",
    why="未满16岁不能没有人监护。",
    basis="未成年人保护法 第二十二条；国发〔2016〕13号",
    todo="联系父母确定受托人，签好委托监护责任确认书。",
    params=("R22_age_below",), programme="child",
    needs=("children",),
)  # fmt: skip
def no_guardian(frames: Frames) -> Iterator[Hit]:
    """A left-behind child without a carer, or whose confirmation is missing, expired or wholly undeclared."""
    rows = (
        children(frames).rename({"carer": "carer_told"})
        .filter((pl.col("age") < frames.params["R22_age_below"]) & pl.col("kinds").list.contains(LEFT_BEHIND))
        .join(guardianships(frames).drop("household_id", "division", "kind"), on="person_id", how="left")
        .with_columns(
            carer=pl.any_horizontal(
                pl.col(name).is_not_null() for name in ("carer_name", "carer_index", "carer_person_id")
            ),
            papers=pl.any_horizontal(pl.col(name).is_not_null() for name in ("signed_on", "from_on", "to_on"))
            | pl.col("open_ended").fill_null(False),
            ended=(pl.col("to_on") < frames.as_of) & ~pl.col("open_ended").fill_null(False),
            silent=pl.all_horizontal(pl.col(name).is_null() for name in _BARS),
        )
        .with_columns(
            why=pl.when(pl.col("carer_told") == "nobody").then(pl.lit("走访时没有人照看"))
            .when(~pl.col("carer")).then(pl.lit("无受托人"))
            .when(~pl.col("papers")).then(pl.lit("无确认书"))
            .when(pl.col("ended")).then(pl.lit("确认书过期"))
            .when(pl.col("silent")).then(pl.lit("四项声明未填"))
        )
    )  # fmt: skip
    for one in rows.filter(pl.col("why").is_not_null()).iter_rows(named=True):
        yield Hit(one["person_id"], {"why": one["why"]})


@rule(
    "R23", "未满16岁独居", RED,
    plain="孩子一个人住",
    what="孩子一个人住，晚上没有大人，或者不到8岁没有人看着。",
    why="未满16岁不得脱离监护单独生活，不满8岁不能离人，要马上报告。",
    basis="未成年人保护法 第二十一条、第十一条",
    todo="马上打110，同时报村委会和乡镇，联系父母回来。",
    params=("R23_age_below", "R23_unattended_below"), programme="child",
    needs=("people",),
)  # fmt: skip
def child_alone(frames: Frames) -> Iterator[Hit]:
    """Below sixteen and living alone, by the register or by a visit (nights too); below eight and at times alone."""
    params = frames.params
    columns = ["person_id", "age", "living"]
    young = without(living(frames).filter(pl.col("age") < params["R23_age_below"]), frames["children"]).select(columns)
    if not frames["children"].is_empty():
        listed = children(frames).filter(pl.col("age") < params["R23_age_below"])
        young = pl.concat([young, listed.select(columns)])
    if young.is_empty():
        return
    alone = pl.col("living").is_in(["alone", "独居"])
    visits = frames["told"].select("person_id", "alone", told="living")
    rows = young.join(visits, on="person_id", how="left")
    unattended = (pl.col("alone") == "sometimes") & (pl.col("age") < params["R23_unattended_below"])
    rows = rows.with_columns(
        why=pl.when(alone | (pl.col("told") == "alone")).then(pl.lit(""))
        .when(pl.col("alone") == "nights").then(pl.lit("走访时晚上也一个人"))
        .when(unattended).then(pl.lit("走访时有时没有人看着"))
    )  # fmt: skip
    for one in rows.filter(pl.col("why").is_not_null()).iter_rows(named=True):
        yield Hit(one["person_id"], {"age": one["age"]} | ({"why": one["why"]} if one["why"] else {}))


@rule(
    "R24", "受托人不宜", RED,
    plain="照看孩子的人不合适",
    what="照看孩子的人不合适：年纪太大、重残、失能、服刑戒毒、已去世、有禁止情形，或者照看的孩子太多。",
    why="受托人要有照护能力，不能有法律禁止的情形。",
    basis="未成年人保护法 第二十二条",
    todo="和父母商量换人，重新签确认书。",
    params=("R24_carer_age", "R24_max_children", "R24_age_only_severity", "R24_child_age_below"), programme="child",
    needs=("children",),
)  # fmt: skip
def unfit_carer(frames: Frames) -> Iterator[Hit]:
    """Anything that speaks against the carer, by lists, papers or the last visit; only the age is less grave."""
    params = frames.params
    young = children(frames).filter(pl.col("age") < params["R24_child_age_below"]).select(
        "person_id", "household_id", "bars", "carer_children"
    )  # fmt: skip
    rows = young.join(guardianships(frames).drop("household_id", "division"), on="person_id", how="left")
    counted = rows.filter(pl.col("carer_index").is_not_null()).group_by("carer_index").agg(cares_for=pl.len())
    facts = _about_carers(frames, rows.select("carer_index").unique())
    rows = rows.join(counted, on="carer_index", how="left").join(facts, on="carer_index", how="left")
    old = pl.lit(frames.as_of).dt.offset_by(f"-{params['R24_carer_age']}y")
    reasons = {
        "年龄≥70": pl.col("carer_born_on") <= old,
        "残疾": pl.col("disabled"), "完全丧失自理": pl.col("helpless"), "服刑戒毒": pl.col("held"),
        "已死亡": pl.col("gone"),
        "禁止情形": pl.any_horizontal(pl.col(name).fill_null(False) for name in _BARS)
        | pl.col("bars").is_in(["hurt", "vice", "neglect", "other"]).fill_null(False),
        "照料超过3人": pl.max_horizontal("cares_for", "carer_children") > params["R24_max_children"],
    }  # fmt: skip
    rows = rows.with_columns(**{f"_{number}": test.fill_null(False) for number, test in enumerate(reasons.values())})
    for one in rows.filter(pl.any_horizontal(f"_{at}" for at in range(len(reasons)))).iter_rows(named=True):
        why = ordered(word for at, word in enumerate(reasons) if one[f"_{at}"])
        age_only = len(why) == 1 and one["_0"]
        severity = {"橙": ORANGE, "红": RED, "黄": YELLOW}[params["R24_age_only_severity"]] if age_only else RED
        carer = {"carer": {"agreement": one["agreement_id"]}} if one["agreement_id"] else {}
        yield Hit(one["person_id"], carer | {"why": why}, severity=severity)


def _about_carers(frames: Frames, carers: pl.DataFrame) -> pl.DataFrame:
    """What the county's lists know of people by their number."""
    known = frames["people"].select("person_id", carer_index="id_index").drop_nulls()
    cards = frames["certificates"].join(known, on="person_id").filter(
        pl.col("grade").is_in(SEVERE) | pl.col("category").is_in([INTELLECT, MIND])
    )  # fmt: skip
    weak = pl.concat([
        frames["destitute"].filter(pl.col("active") & (pl.col("failed") >= 4)).select("person_id"),
        frames["elders"].filter(pl.col("self_care").fill_null("").str.contains("完全丧失")).select("person_id"),
    ]).join(known, on="person_id")  # fmt: skip
    gone = pl.concat([
        frames["deaths"].select(carer_index="id_index"), dead(frames).join(known, on="person_id").select("carer_index"),
    ])  # fmt: skip
    lists = {"disabled": cards, "helpless": weak, "gone": gone,
             "held": in_custody(frames).select(carer_index="id_index")}  # fmt: skip
    for name, found in lists.items():
        marks = found.select("carer_index").drop_nulls().unique().with_columns(pl.lit(True).alias(name))
        carers = carers.join(marks, on="carer_index", how="left")
    return carers


def _sides(frames: Frames) -> pl.DataFrame:
    """Both parents of each child, as the register writes them."""
    return pl.concat([
        children(frames).select(
            "person_id", parent=pl.lit(name), id_index=f"{name}_index",
            written=pl.col(f"{name}_state").fill_null(""), since=f"{name}_since", back=f"{name}_back_on",
        )
        for name in ("father", "mother")
    ])  # fmt: skip


def _with_lists(frames: Frames, sides: pl.DataFrame) -> pl.DataFrame:
    """With what other offices' lists say of that number: dead, held now, released, a severe disability."""
    numbers = frames["people"].select("person_id", "id_index").drop_nulls()
    gone = pl.concat([
        frames["deaths"].select("id_index"), dead(frames).join(numbers, on="person_id").select("id_index"),
    ]).unique().with_columns(gone=pl.lit(True))  # fmt: skip
    held = in_custody(frames).sort("kind").unique("id_index", keep="first", maintain_order=True)
    ended = frames["custody"].filter(pl.col("to_on") <= frames.as_of).group_by("id_index").agg(
        released=pl.col("to_on").max()
    )  # fmt: skip
    cards = frames["certificates"].filter(pl.col("valid") & severe()).select("id_index", card=pl.lit(True)).unique()
    for found in (gone, held.select("id_index", held="kind"), ended, cards):
        sides = sides.join(found, on="id_index", how="left")
    return sides


def _stand(frames: Frames, sides: pl.DataFrame) -> pl.DataFrame:
    """How each stands: the gravest first; a release in a list ends what the register still writes."""
    long_ago = pl.lit(frames.as_of).dt.offset_by(f"-{frames.params['R25_lost_contact_months']}mo")
    lost = (
        pl.col("written").str.contains(_LOST.pattern) & (pl.col("back").is_null() | (pl.col("back") > frames.as_of))
        & (pl.col("since").is_null() | (pl.col("since") <= long_ago))
    )  # fmt: skip
    out = pl.col("released").is_not_null() & pl.col("held").is_null()
    says = {word: pl.col("written").str.contains(pattern) for word, pattern in _STATES.items()}
    state = (
        pl.when(pl.col("gone").fill_null(False) | says["死亡"]).then(pl.lit("死亡"))
        .when(pl.col("held").is_not_null()).then(pl.col("held"))
        .when(says["服刑在押"] & ~out).then(pl.lit("服刑在押"))
        .when(says["强制隔离戒毒"] & ~out).then(pl.lit("强制隔离戒毒"))
        .when(pl.col("card").fill_null(False) | says["重残"]).then(pl.lit("重残"))
        .when(says["重病"]).then(pl.lit("重病"))
        .when(lost).then(pl.lit("失联"))
        .when(says["被撤销监护资格"]).then(pl.lit("被撤销监护资格"))
        .when(says["被遣送"]).then(pl.lit("被遣送"))
    )  # fmt: skip
    was_held = says["服刑在押"] | says["强制隔离戒毒"]
    return sides.with_columns(
        state=state, released=pl.when(out & was_held).then(pl.col("released")), was_drug=says["强制隔离戒毒"]
    )


def parents(frames: Frames) -> pl.DataFrame:
    """How each parent stands by all lists: person_id, parent, state, released (the day), back (the day).

    What a list of another office says counts before what the register has written: a release ends 服刑 there.
    """

    return once(frames, "parents", lambda: _stand(frames, _with_lists(frames, _sides(frames))))


@rule(
    "R25", "事无漏认", RED,
    plain="爸妈都管不了，孩子还没有补贴",
    what="父母都没法养孩子，孩子还没有纳入事实无人抚养儿童保障。",
    why="符合条件的要应保尽保。",
    basis="民发〔2019〕62号；民发〔2020〕125号",
    todo="帮孩子申请事实无人抚养儿童基本生活补贴，不公示。",
    params=("R25_lost_contact_months", "R25_child_age_below"), programme="child", gap=True,
    needs=("children",),
)  # fmt: skip
def unsupported_not_seen(frames: Frames) -> Iterator[Hit]:
    """Both parents cannot care, by any list; the child is a minor and draws none of the three."""
    young = children(frames).filter(pl.col("age") < frames.params["R25_child_age_below"]).select("person_id")
    young = without(without(young, child_benefits(frames)), destitute(frames))
    sides = parents(frames).filter(pl.col("state").is_not_null())
    both = (
        sides.filter(pl.col("parent") == "father").select("person_id", father="state")
        .join(sides.filter(pl.col("parent") == "mother").select("person_id", mother="state"), on="person_id")
        .join(young, on="person_id")
    )  # fmt: skip
    for one in both.iter_rows(named=True):
        yield Hit(one["person_id"], {"father": one["father"], "mother": one["mother"]})


@rule(
    "R26", "孤儿、事无应退", ORANGE,
    plain="孩子的补贴该停了",
    what="满18岁不再上学，父母出来了，或者联系上了，还在领补贴。",
    why="情况变了要复核，该退的退，家里有困难的转别的救助。",
    basis="民发〔2019〕62号",
    todo="上门看一次，该停的停，告诉家里还能申请什么。",
    params=("R26_age", "R26_review_days_after_contact"), programme="child",
    needs=("children",),
)  # fmt: skip
def allowance_should_end(frames: Frames) -> Iterator[Hit]:
    """Of age and not at school; a parent released; a lost parent heard of thirty days ago."""
    params, as_of = frames.params, frames.as_of
    held = child_benefits(frames).select("person_id", "programme").unique("person_id")
    kept = children(frames).join(held, on="person_id")
    grown: set[str] = set()
    for one in kept.filter(pl.col("age") >= params["R26_age"]).iter_rows(named=True):
        if not _AT_SCHOOL.search(one["school"] or ""):
            grown.add(one["person_id"])
            since = birthday(one["born_on"], params["R26_age"])
            yield Hit(one["person_id"], {"why": "年满18岁且不在读", "since": text(since)})
    without_parents = kept.filter(pl.col("programme") == "unsupported").select("person_id")
    for one in parents(frames).join(without_parents, on="person_id", how="semi").iter_rows(named=True):
        if one["person_id"] in grown:
            continue
        if one["released"] is not None:
            why = "父母解除强制隔离戒毒" if one["was_drug"] else "父母刑满释放"
            yield Hit(one["person_id"], {"why": why, "since": text(one["released"])})
        elif one["back"] is not None and (as_of - one["back"]).days > params["R26_review_days_after_contact"]:
            yield Hit(one["person_id"], {"why": "失联父母已恢复联系", "since": text(one["back"])})


SELDOM = {
    "monthly": (BLUE, "走访时每月才联系"), "rarely": (YELLOW, "走访时很少联系"), "none": (YELLOW, "走访时联系不上"),
}  # fmt: skip
"""What visits find of parents who do not call every week."""


@rule(
    "R27", "亲子联系不足", YELLOW,
    plain="爸妈好久没和孩子联系",
    what="父母好久没有和孩子联系了。",
    why="外出的父母每周至少要和孩子联系一次。",
    basis="未成年人保护法 第二十二条",
    todo="打电话给父母，提醒他们和孩子联系。",
    params=("R27_days", "R27_yellow_days", "R22_age_below"), programme="child",
    needs=("children",),
)  # fmt: skip
def parents_silent(frames: Frames) -> Iterator[Hit]:
    """The last contact of a left-behind child's parents lies more than a week (blue) or a month (yellow) back.

    A later visit counts: every week is a contact on its day; seldom or none is grave, every month is not enough.
    """
    rows = children(frames).filter(
        pl.col("kinds").list.contains(LEFT_BEHIND) & (pl.col("age") < frames.params["R22_age_below"])
    )
    for one in rows.iter_rows(named=True):
        last, seen = one["parent_contact_on"], one["contact_on"]
        if seen is not None and (last is None or last <= seen):
            if one["parents_contact"] in SELDOM:
                severity, why = SELDOM[one["parents_contact"]]
                yield Hit(one["person_id"], {"why": why, "since": text(seen)}, severity=severity)
                continue
            if one["parents_contact"] in ("together", "gone"):
                continue
            last = seen
        if last is None:
            continue
        days = (frames.as_of - last).days
        if days > frames.params["R27_days"]:
            severity = YELLOW if days > frames.params["R27_yellow_days"] else BLUE
            yield Hit(one["person_id"], {"last": text(last)}, severity=severity)


@rule(
    "R28", "义务教育辍学", RED,
    plain="孩子该上学，没去上",
    what="该上学的孩子没有上学，也没有批准缓学。",
    why="6到15岁都要接受义务教育。",
    basis="义务教育法 第十一条；控辍保学",
    todo="联系学校和家长，请孩子回来上学；因病的办缓学。",
    params=("R28_age",), programme="child",
    needs=("children",),
)  # fmt: skip
def out_of_school(frames: Frames) -> Iterator[Hit]:
    """Of school age, out of school or nothing known, and no exemption."""
    low, high = frames.params["R28_age"]
    status = pl.col("school").fill_null("").str.strip_chars()
    rows = children(frames).filter(
        pl.col("age").is_between(low, high) & ((status == "") | status.str.contains("失学|辍学"))
        & (pl.col("exempt").fill_null("") == "")
    ).with_columns(status=status)  # fmt: skip
    for one in rows.iter_rows(named=True):
        yield Hit(one["person_id"], {"age": one["age"], "status": one["status"]})


RULES = (no_guardian, child_alone, unfit_carer, unsupported_not_seen, allowance_should_end, parents_silent,
         out_of_school)  # fmt: skip
