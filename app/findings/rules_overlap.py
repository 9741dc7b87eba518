"""R04–R08: the same person drawing what excludes each other, or drawing twice."""

from collections.abc import Iterator

import polars as pl

from app.findings.rules import ORANGE, PROGRAMMES, RED, Hit, rule
from app.findings.rules_common import active, child_benefits, destitute, held, ordered
from app.findings.schemas import Frames


@rule(
    "R04", "特困与低保重复", RED,
    plain="又是特困，又算在低保里",
    what="同一个人又是特困，又算在低保里。",
    why="特困供养和低保只能享受一种。",
    basis="民发〔2021〕43号；民发〔2021〕57号",
    todo="核对身份证号，从低保里减去这个人。",
    params=("R04_only_counted_members",), programme="dibao",
    needs=(destitute, "enrolments"),
)  # fmt: skip
def destitute_in_dibao(frames: Frames) -> Iterator[Hit]:
    """Active destitute and in a 低保 certificate in force."""
    if frames.params["R04_only_counted_members"]:
        members = active(frames, "dibao")
    else:
        members = frames["enrolments"].filter(pl.col("active") & (pl.col("programme") == "dibao"))
    rows = members.join(destitute(frames).select("person_id"), on="person_id").join(
        frames["homes"].select("household_id", "code"), on="household_id", how="left"
    )
    for one in rows.iter_rows(named=True):
        yield Hit(one["person_id"], {"household": one["code"], "dibao_no": one["certificate"]})


@rule(
    "R05", "特困与两补重复", RED,
    plain="是特困，还领着残疾人补贴",
    what="特困人员还在领残疾人补贴。",
    why="特困供养里已经包含，不能再领残疾人两项补贴。",
    basis="国发〔2015〕52号 残疾人两项补贴",
    todo="从下月起停发残疾人补贴，多发的追回。",
    params=("R05_kinds",), programme="disability",
    needs=(destitute, held("disability_living", "disability_care")),
)  # fmt: skip
def destitute_with_subsidy(frames: Frames) -> Iterator[Hit]:
    """Active destitute with a disability subsidy in force."""
    rows = active(frames, "disability_living", "disability_care").join(
        destitute(frames).select("person_id"), on="person_id"
    )
    for (person,), group in rows.group_by("person_id"):
        kinds = ordered(PROGRAMMES[code] for code in group["programme"])
        kinds = [word for word in kinds if word in frames.params["R05_kinds"]]
        if kinds:
            yield Hit(str(person), {"kinds": kinds})


def _child_kind(programme: str) -> str:
    return PROGRAMMES[programme]


@rule(
    "R06", "孤儿、事无与生活补贴重复", ORANGE,
    plain="孩子的补贴和残疾人补贴领重了",
    what="孤儿或全额的事实无人抚养儿童，还在领残疾人生活补贴。",
    why="领了孤儿或全额事无补贴，就不再领困难残疾人生活补贴；护理补贴可以领。",
    basis="民发〔2019〕62号；国发〔2015〕52号",
    todo="停发生活补贴，或者请乡镇按补差重新算。",
    params=("R06_child_kinds",), programme="child",
    needs=(held("disability_living"), child_benefits),
)  # fmt: skip
def child_with_living_subsidy(frames: Frames) -> Iterator[Hit]:
    """An orphan, or an unsupported child paid in full, with the living subsidy in force."""
    living = active(frames, "disability_living").select("person_id").unique()
    wanted = frames.params["R06_child_kinds"]
    for one in child_benefits(frames).join(living, on="person_id").iter_rows(named=True):
        kind = _child_kind(one["programme"])
        spelt = f"{kind}(全额)" if one["support"] == "full" else f"{kind}(补差)"
        if kind in wanted or spelt in wanted:
            yield Hit(one["person_id"], {"child_kind": kind})


@rule(
    "R07", "特困与孤儿、事无重复", RED,
    plain="特困和孩子的补贴领重了",
    what="孩子又按特困供养，又领孤儿或事实无人抚养儿童补贴。",
    why="选了孤儿、事无保障，就不再纳入特困。",
    basis="民发〔2021〕43号 第九条",
    todo="问清家里选哪一种，停掉另一种。",
    params=("R07_child_kinds",), programme="child",
    needs=(destitute, child_benefits),
)  # fmt: skip
def destitute_child_twice(frames: Frames) -> Iterator[Hit]:
    """Active destitute and an orphan's or unsupported child's allowance."""
    rows = child_benefits(frames).join(destitute(frames).select("person_id"), on="person_id")
    for one in rows.iter_rows(named=True):
        kind = _child_kind(one["programme"])
        if kind in frames.params["R07_child_kinds"]:
            yield Hit(one["person_id"], {"child_kind": kind})


@rule(
    "R08", "同人多头、同卡多人", RED,
    plain="领了两份，或者账号和别人家一样",
    what="同一个人在一个项目里有两份，或者一个账号给好几户人领钱。",
    why="一人一份；钱要进本人的账户，代管要有协议。",
    basis="民发〔2021〕57号 第二十六条",
    todo="核对是不是同一个人、账号是谁的，补代领协议或改正。",
    params=("R08_people_per_account",), programme="all", whole=("account",),
    needs=("enrolments",),
)  # fmt: skip
def twice_in_one_programme(frames: Frames) -> Iterator[Hit]:
    """Two certificates in one programme, or an account shared by more homes than allowed."""
    counted = frames["enrolments"].filter(pl.col("active") & pl.col("counted"))
    twice = counted.group_by("person_id", "programme").agg(rows=pl.len(), numbers=pl.col("certificate").unique().sort())
    for one in twice.filter(pl.col("rows") > 1).iter_rows(named=True):
        facts = {"why": "同人多头", "programme": PROGRAMMES[one["programme"]], "records": one["rows"]}
        yield Hit(one["person_id"], facts, period=one["programme"])
    if not frames.whole:
        return
    shared = (
        counted.filter(pl.col("account").is_not_null()).group_by("account")
        .agg(homes=pl.col("household_id").n_unique(), person_id=pl.col("person_id").min())
        .filter(pl.col("homes") > frames.params["R08_people_per_account"])
    )  # fmt: skip
    for one in shared.iter_rows(named=True):
        yield Hit(one["person_id"], {"why": "同一账号多户领取", "homes": one["homes"]}, period="account")


RULES = (destitute_in_dibao, destitute_with_subsidy, child_with_living_subsidy, destitute_child_twice,
         twice_in_one_programme)  # fmt: skip
