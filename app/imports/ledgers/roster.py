"""户籍人口花名册: every household and person, one sheet a village, and a sheet of division codes."""

# One line is one column of a table; broken lines would hide it.
# ruff: noqa: E501
# fmt: off

from app.imports.ledgers import Column, Ledger, Shape
from app.imports.ledgers.common import HOUSEHOLD, ID, NAME, PHONE, SERIAL, SEX, VILLAGE

PEOPLE = Shape(
    "people",
    (
        SERIAL,
        VILLAGE,
        Column("group", "group", "组 组别 村民组 村民小组 小组 所在组", r"(所在|所属)?(村民|居民)?小?组(别|名|名称)?", longest=16),
        HOUSEHOLD,
        Column("attribute", "text", "户属性 农户属性 户类型 农户类型 户类别 脱贫属性", r"(农户|家庭|户|脱贫|监测)(户)?(属性|类型|类别|性质)",
               scope="household", longest=32),
        Column("head", "name", "户主 户主姓名", r"(户主|家庭户主)(姓名|名字)?"),
        Column("relation", "text", "与户主关系 家庭关系 与户主的关系 成员关系 关系", r"(与|和)?(户主|家庭)?之?的?关系(称谓)?", longest=16),
        NAME,
        SEX,
        ID,
        Column("registered", "text", "户籍 户籍地 户籍所在地 户口所在地 户籍类型", r"(户籍|户口)(地|所在地|地址|性质|情况|类型|归属)?"),
        PHONE,
        Column("health", "text", "健康状况 身体状况 健康情况 身体情况", r"(健康|身体)(状况|情况|状态)", longest=32),
        Column("labour", "text", "劳动能力 劳动力状况 劳动技能 劳动力", r"劳动(力|能力|技能)?(状况|情况|类型)?"),
        Column("living", "text", "居住状况 居住情况 居住方式", r"居住(状况|情况|方式|形式|状态)", longest=32),
        Column("work", "text", "外出务工 外出务工情况 务工情况 务工状况 务工地点", r"(外出)?(务工|就业|打工)(情况|状况|地点|区域|去向)?", longest=120),
        Column("special", "text", "特殊类别 人员类别 特殊人群类别 特殊人群", r"(特殊|人员|特殊人员|特殊人群|困难)(类别|类型|情况)"),
        Column("checked_on", "date", "最近排查日期 排查日期 排查时间 最近排查时间", r"(最近|上次|末次)?(一次)?(排查|核查|摸排)(日期|时间)", scope="household"),
        Column("checked_result", "text", "排查结论 排查结果 不符合原因 排查情况", r"(排查|核查|摸排)(结论|结果|情况|意见)|不符合(的)?原因",
               scope="household", longest=120),
    ),
    needs=frozenset({"id", "name", "household"}),
)

DIVISIONS = Shape(
    "divisions",
    (
        Column("town", "text", "乡镇 乡镇名称 镇 乡镇街道", r"(所属|所在)?(乡镇|镇|乡)(街道)?(名称)?"),
        Column("town_code", "code", "乡镇代码 乡镇编码 镇代码", r"(乡镇|镇|乡)(街道)?(区划)?(代码|编码|编号)"),
        Column("village", "text", "村 村名 村名称 行政村 村(居)", r"(行政)?(村|村居|村委会|社区)(名|名称)?"),
        Column("village_code", "code", "村代码 村编码 区划代码 统计用区划代码", r"(行政)?(村|村居|社区)?(区划|统计用区划)?(代码|编码|编号)"),
    ),
    needs=frozenset({"village", "village_code"}),
    subject=None,
    marks=("village_code",),
    reference=True,
)

ROSTER = Ledger("roster", "户籍人口花名册", ("花名册", "户籍人口", "人口花名册"), (PEOPLE, DIVISIONS))
