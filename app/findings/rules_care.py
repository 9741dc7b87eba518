"""R29–R33, R36–R38: who is visited, which agreements stand, how the destitute are cared for."""

from collections.abc import Iterator
from datetime import date, timedelta

import polars as pl

from app.findings.rules import DIVISION, HOUSEHOLD, ORANGE, PERSON, RED, REMINDER, SOON, YELLOW, Hit, rule
from app.findings.rules_common import (
    SIX,
    dead,
    destitute,
    first_month,
    known_period,
    once,
    ordered,
    pairs_now,
    text,
    without,
    yuan,
)
from app.findings.schemas import Frames
from app.workdays import workdays_later

ABLE, PARTLY, WHOLLY = "具备生活自理能力", "部分丧失生活自理能力", "完全丧失生活自理能力"
GRADES = ((0, ABLE), (3, PARTLY), (6, WHOLLY))
"""特困人员认定办法 第二十二条: so many of the six that cannot be done, at most."""
_FEES = {ABLE: "able", PARTLY: "partly", WHOLLY: "unable"}
TIERS = {"high": "失能或独居高龄", "need": "其他特殊困难", "left_behind": "一般留守"}
RISKS = {"red": "红", "yellow": "黄", "blue": "蓝", "green": "绿"}


def graded() -> pl.Expr:
    """The grade of self-care by the six indicators; none where one is not known."""
    return (
        pl.when(pl.col("failed") == 0).then(pl.lit(ABLE)).when(pl.col("failed") <= 3).then(pl.lit(PARTLY))
        .when(pl.col("failed") <= 6).then(pl.lit(WHOLLY))
    )  # fmt: skip


def _at_home(frames: Frames) -> pl.DataFrame:
    return destitute(frames).filter(pl.col("support") == "home")


@rule(
    "R29", "走访逾期", YELLOW,
    plain="好久没人去看了",
    what="好久没有人去看了。",
    why="按类别多久要看一次，是怕没人照应的时候出事。",
    basis="民发〔2022〕73号；民发〔2019〕34号；结对帮扶",
    todo="去看一次，或者先打个电话；去不了的请邻居或村里补位。",
    params=("R29_days", "R29_red_over"), programme="visits",
)  # fmt: skip
def nobody_came(frames: Frames) -> Iterator[Hit]:
    """The last valid contact and the days of the tier have passed; twice the days are grave."""
    days = frames.params["R29_days"]
    over = frames.params["R29_red_over"]
    parts = [part(frames, days) for name, part in _PARTS.items() if not frames[name].is_empty()]
    if not parts:
        return
    for one in pl.concat(parts).filter(pl.col("past") > pl.col("every")).iter_rows(named=True):
        facts = {"object": one["object"], "every_days": one["every"], "last": text(one["last"])}
        severity = RED if one["past"] > over * one["every"] else YELLOW
        yield Hit(one["subject"], facts, one["about"], severity=severity, period=_OBJECTS[one["object"]])


_OBJECTS = {"留守老人": "elder", "儿童": "child", "分散特困": "tekun_home", "结对": "pairing"}


def _objects(frames: Frames, rows: pl.DataFrame, word: str, every: pl.Expr, about: str = PERSON) -> pl.DataFrame:
    """Who is to be visited how often, when that was (the later of the listed visit and the home's), days past since."""
    homes = once(frames, "visited", lambda: frames["homes"].select("household_id", "attribute", "last_visit_on"))
    last = pl.max_horizontal("listed_visit_on", "last_visit_on")
    return rows.join(homes, on="household_id", how="left").select(
        subject=pl.col(f"{about}_id"), about=pl.lit(about), object=pl.lit(word), every=every, last=last,
        past=(pl.lit(frames.as_of) - last).dt.total_days(),
    )  # fmt: skip


def _elders(frames: Frames, days: dict) -> pl.DataFrame:
    every = {code: days["留守老人"][word] for code, word in TIERS.items()}
    tier = pl.col("tier").replace_strict(every, default=None, return_dtype=pl.Int64)
    return _objects(frames, without(frames["elders"], dead(frames)), "留守老人", tier)


def _young(frames: Frames, days: dict) -> pl.DataFrame:
    every = {code: days["儿童"][word] for code, word in RISKS.items()}
    risk = pl.col("risk").replace_strict(every, default=None, return_dtype=pl.Int64)
    return _objects(frames, without(frames["children"], dead(frames)), "儿童", risk)


def _destitute(frames: Frames, days: dict) -> pl.DataFrame:
    return _objects(frames, _at_home(frames), "分散特困", pl.lit(days["分散特困"], pl.Int64))


def _paired(frames: Frames, days: dict) -> pl.DataFrame:
    """Homes that have an official now, by what they are; the newest pairing's list counts."""
    now = pairs_now(frames).group_by("household_id").agg(pl.col("listed_visit_on").max())
    every = pl.col("attribute").replace_strict(days["结对"], default=None, return_dtype=pl.Int64)
    return _objects(frames, now, "结对", every, HOUSEHOLD)


_PARTS = {"elders": _elders, "children": _young, "destitute": _destitute, "pairs": _paired}


def support_agreements(frames: Frames) -> pl.DataFrame:
    """Signed support agreements, the one that runs longest for each elder."""
    return (
        frames["agreements"].filter(
            (pl.col("kind") == "support")
            & (pl.any_horizontal(pl.col(name).is_not_null() for name in ("signed_on", "from_on", "to_on"))
               | pl.col("open_ended").fill_null(False)))
        .sort("open_ended", "to_on", descending=True, nulls_last=True)
        .unique("person_id", keep="first", maintain_order=True)
    )  # fmt: skip


@rule(
    "R30", "老人无赡养协议、联系人", YELLOW,
    plain="赡养协议没签好，或者找不到联系人",
    what="留守老人没有赡养协议、协议过期，或者没有能打通的紧急联系人。",
    why="出了事要找得到人，子女的责任要写清楚。",
    basis="老年人权益保障法 第二十条；民发〔2017〕193号",
    todo="打电话核实联系人，请子女来签协议。",
    params=("R30_unverified_days", "R30_suppress_when_no_children"), programme="elder",
    needs=("elders",),
)  # fmt: skip
def nobody_bound(frames: Frames) -> Iterator[Hit]:
    """No agreement or an expired one, no emergency contact or one not verified; not where there are no children."""
    rows = without(frames["elders"], dead(frames))
    if frames.params["R30_suppress_when_no_children"]:
        rows = rows.filter(pl.col("children_count").is_null() | (pl.col("children_count") > 0))
    calls = frames["contacts"].filter(pl.col("kind") == "emergency").group_by("person_id").agg(
        verified=pl.col("confirmed_on").max(), contacts=pl.len()
    )  # fmt: skip
    bound = support_agreements(frames).select("person_id", "to_on", "open_ended", bound=pl.lit(True))
    rows = rows.join(calls, on="person_id", how="left").join(bound, on="person_id", how="left")
    days = frames.params["R30_unverified_days"]
    for one in rows.iter_rows(named=True):
        why = []
        if not one["bound"]:
            why.append("无赡养协议")
        elif not one["open_ended"] and one["to_on"] is not None and one["to_on"] < frames.as_of:
            why.append("赡养协议过期")
        if not one["contacts"]:
            why.append("无紧急联系人")
        elif one["verified"] is None or (frames.as_of - one["verified"]).days > days:
            why.append(f"联系电话超{days}天未核实")
        if why:
            yield Hit(one["person_id"], {"why": ordered(why)})


@rule(
    "R31", "赡养协议未履行", ORANGE,
    plain="儿女没按协议做",
    what="检查时子女没有按协议做，过了15天也没有督促。",
    why="签了就要做到，村里要催。",
    basis="老年人权益保障法 第二十条",
    todo="给子女打电话督促，写下怎么说的。",
    params=("R31_days",), programme="elder",
    needs=("inspections",),
)  # fmt: skip
def agreement_not_kept(frames: Frames) -> Iterator[Hit]:
    """The newest inspection says not kept, and nobody urged within so many days."""
    last = frames["inspections"].sort("on").unique("agreement_id", keep="last", maintain_order=True)
    due = pl.col("on").dt.offset_by(f"{frames.params['R31_days']}d")
    rows = last.filter(
        (pl.col("result") == "not_kept") & pl.col("urged_on").is_null() & (due < frames.as_of)
    ).join(frames["agreements"].filter(pl.col("kind") == "support"), on="agreement_id")  # fmt: skip
    for one in without(rows, dead(frames)).iter_rows(named=True):
        yield Hit(one["person_id"], {"inspected": text(one["on"])})


@rule(
    "R32", "委托照料协议缺失、到期", ORANGE,
    plain="照料协议没有签，或者到期了",
    what="分散供养的特困人员没有照料协议、协议过期，或者照料人年纪大了。",
    why="分散供养要有人签字照料。",
    basis="安徽省分散供养特困人员照料服务指引",
    todo="请照料人来重新签协议；照料人不合适的换人。",
    params=("R32_reminder_days", "R32_carer_max_age"), programme="tekun",
    needs=(destitute,),
)  # fmt: skip
def no_care_agreement(frames: Frames) -> Iterator[Hit]:
    """At home without an agreement in force; its carer above the age; a reminder thirty days before its end."""
    params, as_of = frames.params, frames.as_of
    papers = (
        frames["agreements"].filter(
            (pl.col("kind") == "care")
            & (pl.any_horizontal(pl.col(name).is_not_null() for name in ("signed_on", "from_on", "to_on"))
               | pl.col("open_ended").fill_null(False)))
        .sort("open_ended", "to_on", descending=True, nulls_last=True)
        .unique("person_id", keep="first", maintain_order=True)
        .select("person_id", "to_on", "open_ended", "carer_born_on", bound=pl.lit(True))
    )  # fmt: skip
    oldest = as_of.year - params["R32_carer_max_age"] - 1, as_of.month, as_of.day
    for one in _at_home(frames).join(papers, on="person_id", how="left").iter_rows(named=True):
        left = None if one["to_on"] is None or one["open_ended"] else (one["to_on"] - as_of).days
        born: date | None = one["carer_born_on"]
        if not one["bound"]:
            yield Hit(one["person_id"], {"why": "无照料协议"})
        elif left is not None and left < 0:
            yield Hit(one["person_id"], {"why": "照料协议过期"})
        elif born is not None and (born.year, born.month, born.day) <= oldest:
            yield Hit(one["person_id"], {"why": f"照料人超过{params['R32_carer_max_age']}岁"}, severity=YELLOW)
        if left is not None and 0 <= left <= params["R32_reminder_days"]:
            yield Hit(one["person_id"], {"ends": text(one["to_on"])}, kind=REMINDER, period=SOON)


def quarters_due(frames: Frames, grace: int) -> list[str]:
    """Quarters that ended so many days ago, from the first of which a payment is known."""
    first = known_period(frames, "care_fee", "first")
    if first is None:
        return []
    return [name for name in _quarters(first, frames.as_of) if _end(name) + timedelta(days=grace) <= frames.as_of]


def _quarters(first: str, until: date) -> Iterator[str]:
    year, number = int(first[:4]), int(first[5])
    while (year, number) <= (until.year, (until.month + 2) // 3):
        yield f"{year}Q{number}"
        year, number = (year, number + 1) if number < 4 else (year + 1, 1)


def _end(quarter: str) -> date:
    year, number = int(quarter[:4]), int(quarter[5])
    return date(year + number // 4, number * 3 % 12 + 1, 1) - timedelta(days=1)


@rule(
    "R33", "照料护理补贴季度未发", RED,
    plain="上个季度的照料费没发对",
    what="上个季度的照料护理补贴没有发，或者发的钱不对。",
    why="照料护理补贴按季发给照料人，等级不同钱数不同。",
    basis="安徽省分散供养特困人员照料服务指引",
    todo="查没发的原因，补发；钱数不对的按等级改。",
    params=("R33_grace_days", "R33_only_full_quarters_enrolled", "care_fee_month"), programme="tekun",
    needs=(destitute, "periods"),
)  # fmt: skip
def care_fee_missing(frames: Frames) -> Iterator[Hit]:
    """A quarter that is due, enrolled throughout, without a payment that arrived, or of another amount."""
    params = frames.params
    times = frames["enrolments"].filter(pl.col("active") & (pl.col("programme") == "tekun")).group_by("person_id").agg(
        from_month=pl.col("from_month").min()
    )  # fmt: skip
    month = params["care_fee_month"]
    fees = {grade: 3 * month[code] for grade, code in _FEES.items() if code in month}
    people = (
        _at_home(frames).select("person_id", due=graded().replace_strict(fees, default=None, return_dtype=pl.Int64))
        .join(times, on="person_id", how="left")
    )  # fmt: skip
    quarters = [(quarter, first_month(quarter)) for quarter in quarters_due(frames, params["R33_grace_days"])]
    rows = people.join(pl.DataFrame(quarters, schema={"period": pl.String, "begins": pl.String}, orient="row"),
                       how="cross")  # fmt: skip
    if params["R33_only_full_quarters_enrolled"]:
        rows = rows.filter(pl.col("from_month").fill_null("") <= pl.col("begins"))
    sums = frames["payments"].filter((pl.col("programme") == "care_fee") & pl.col("ok")).group_by(
        "person_id", "period"
    ).agg(paid=pl.col("amount_fen").sum())  # fmt: skip
    rows = rows.join(sums, on=["person_id", "period"], how="left")
    for one in rows.filter(pl.col("paid").is_null() | (pl.col("paid") != pl.col("due"))).iter_rows(named=True):
        quarter = one["period"]
        if one["paid"] is None:
            yield Hit(one["person_id"], {"quarter": quarter, "why": "未发"}, period=quarter)
        else:
            facts = {"quarter": quarter, "why": "金额不符", "paid": yuan(one["paid"]), "due": yuan(one["due"])}
            yield Hit(one["person_id"], facts, severity=ORANGE, period=quarter)


@rule(
    "R36", "自理评估到期、变更未复核", ORANGE,
    plain="自己能做什么，该重新看了",
    what="自理能力评估超过一年没有做，或者走访看到变了，过了时限没有复核。",
    why="身体会变，护理费要跟着等级走。",
    basis="民发〔2021〕43号 第二十三条",
    todo="吃饭、穿衣这六项重新看一遍，写下来。",
    params=("R36_months", "R36_workdays"), programme="tekun",
    needs=(destitute,),
)  # fmt: skip
def assessment_old(frames: Frames) -> Iterator[Hit]:
    """The last assessment lies more than a year back; a visit since comes to another grade and nobody looked anew."""
    limit = pl.col("assessed_on").dt.offset_by(f"{frames.params['R36_months']}mo")
    for one in destitute(frames).filter(limit < frames.as_of).iter_rows(named=True):
        yield Hit(one["person_id"], {"assessed": text(one["assessed_on"])})
    told = frames["told"].filter(pl.col("cannot").is_not_null()).select("person_id", "cannot", "cannot_on")
    rows = destitute(frames).filter((limit >= frames.as_of) | limit.is_null()).join(told, on="person_id")
    seen = rows.with_columns(
        was=graded(), failed=pl.col("cannot").list.set_intersection(list(SIX)).list.len().cast(pl.Int64)
    ).with_columns(now=graded())
    for one in seen.filter(
        pl.col("was").is_not_null() & (pl.col("was") != pl.col("now"))
        & (pl.col("assessed_on").is_null() | (pl.col("assessed_on") < pl.col("cannot_on")))
    ).iter_rows(named=True):  # fmt: skip
        if workdays_later(one["cannot_on"], frames.params["R36_workdays"]) < frames.as_of:
            yield Hit(one["person_id"], {"why": f"走访看到是{one['now']}", "since": text(one["cannot_on"])})


def grade_of_words(words: str | None) -> str | None:
    """The grade that somebody typed, by its several names."""
    said = (words or "").strip()
    if not said:
        return None
    names = ((WHOLLY, ("完全丧失", "全护理", "全失能")), (PARTLY, ("部分丧失", "半护理", "半失能", "半自理")),
             (ABLE, ("具备", "全自理", "能自理", "自理")))  # fmt: skip
    whole = "失能" if said == "失能" else ""
    return WHOLLY if whole else next((grade for grade, known in names if any(word in said for word in known)), said)


@rule(
    "R37", "自理等级与指标不一致", YELLOW,
    plain="自己能做什么，前后写得不一样",
    what="填的自理等级和六项指标对不上。",
    why="等级由六项算出来，不能自己填。",
    basis="民发〔2021〕43号 第二十一、二十二条",
    todo="按六项改过来；六项写错了的，再看一遍。",
    programme="tekun",
    needs=(destitute,),
)  # fmt: skip
def grade_contradicts(frames: Frames) -> Iterator[Hit]:
    """The typed grade is not what the six indicators say."""
    rows = destitute(frames).with_columns(derived=graded()).filter(
        pl.col("derived").is_not_null() & (pl.col("grade_written").fill_null("") != "")
    )
    for one in rows.iter_rows(named=True):
        if grade_of_words(one["grade_written"]) != one["derived"]:
            yield Hit(one["person_id"], {"typed": one["grade_written"], "derived": one["derived"]})


@rule(
    "R38", "集中供养率不足", ORANGE,
    plain="想去养老院，还在家里",
    what="失能、半失能特困人员集中供养不到一半，或者愿意集中的完全失能老人还在家里。",
    why="有意愿的完全失能特困人员要全部集中，集中供养率不低于一半。",
    basis="县兜底保障实施方案；民发〔2021〕43号",
    todo="和本人、养老院商量，安排床位。",
    params=("R38_min_rate", "R38_levels"), programme="tekun", whole=("rate",),
    needs=(destitute,),
)  # fmt: skip
def too_few_in_homes(frames: Frames) -> Iterator[Hit]:
    """The rate of a county or township below the aim; and each who is helpless, willing and at home."""
    rows = destitute(frames)
    wishes = frames["told"].select("person_id", told="wish").filter(pl.col("told") != "not_asked")
    asked = rows.join(wishes, on="person_id", how="left").with_columns(wish=pl.coalesce("told", "wish"))
    for one in asked.filter(
        (pl.col("failed") >= 4) & (pl.col("wish") == "willing") & (pl.col("support") == "home")
    ).iter_rows(named=True):  # fmt: skip
        yield Hit(one["person_id"], {"why": "完全丧失自理且愿意集中, 仍为分散供养"})
    if not frames.whole:
        return
    lengths = {"county": 6, "township": 9}
    for level in frames.params["R38_levels"]:
        for one in rates(rows, lengths[level]).iter_rows(named=True):
            must = must_move(one["weak"], one["in_homes"], frames.params["R38_min_rate"])
            if must > 0:
                facts = {"level": level, "weak": one["weak"], "in_homes": one["in_homes"], "must_move": must}
                yield Hit(one["area"], facts, DIVISION, period="rate")


def rates(rows: pl.DataFrame, length: int) -> pl.DataFrame:
    """area, weak, in_homes: how many of the destitute need care, and how many of them live in institutions."""
    return (
        rows.filter(pl.col("failed") >= 1).group_by(area=pl.col("division").str.slice(0, length))
        .agg(weak=pl.len(), in_homes=(pl.col("support") == "institution").sum()).sort("area")
    )  # fmt: skip


def must_move(weak: int, in_homes: int, rate: float) -> int:
    """How many more must live in institutions to reach the rate."""
    return max(0, -int(-(weak * rate) // 1) - in_homes)


RULES = (nobody_came, nobody_bound, agreement_not_kept, no_care_agreement, care_fee_missing, assessment_old,
         grade_contradicts, too_few_in_homes)  # fmt: skip
