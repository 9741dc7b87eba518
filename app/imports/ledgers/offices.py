"""Lists of other offices that are compared with ours: vehicles, businesses, pupils, medical insurance."""

# One line is one column of a table; broken lines would hide it.
# ruff: noqa: E501
# fmt: off

from app.imports.ledgers import Column, Ledger, Shape
from app.imports.ledgers.common import ID, NAME, PHONE, SERIAL, SEX, TOWN, VILLAGE

_OWNER = Column("name", "name", "姓名 车主 车主姓名 所有人 机动车所有人", r"(本人|机动车|车辆)?(所有人|车主|车主姓名|所有人姓名|姓名)", longest=64)
_PERSON = Column("name", "name", "姓名 法定代表人 负责人 经营者 经营者姓名 法人姓名", r"(法定代表人|法人|负责人|经营者|投资人|股东)(姓名|名称)?|姓名", longest=64)

VEHICLES = Ledger("vehicles", "机动车登记名单", ("机动车", "车辆"), (
    Shape("vehicles", (
        SERIAL, TOWN, VILLAGE, _OWNER, ID,
        Column("plate", "code", "号牌号码 车牌号 车牌号码 车牌", r"(机动车|车辆)?(号牌|车牌)(号码?)?"),
        Column("kind", "text", "车辆类型 车型 号牌种类", r"(车辆|机动车|号牌)(类型|种类|类别)"),
        Column("brand", "text", "车辆品牌 品牌型号 品牌 中文品牌", r"(中文|车辆)?品牌(型号)?"),
        Column("on", "date", "初次登记日期 登记日期 购置日期", r"(初次|首次)?(登记|注册|购置|购买)(日期|时间)"),
        Column("price", "money", "购置价格 车价 价格", r"(购置|车辆|购车|开票)?(价格|价款|车价|金额)"),
        Column("use", "text", "使用性质", r"使用(性质|用途)"),
        Column("state", "text", "机动车状态 车辆状态 状态", r"(机动车|车辆)?状态"),
    ), needs=frozenset({"id", "name", "plate"})),
))

BUSINESSES = Ledger("businesses", "经营主体登记名单", ("工商", "市场主体", "经营主体", "个体工商户"), (
    Shape("businesses", (
        SERIAL, TOWN, VILLAGE, _PERSON,
        Column("id", "id", "身份证号 身份证号码 法定代表人身份证号 经营者身份证号 证件号码", r"(法定代表人|法人|负责人|经营者|投资人|股东|本人)?(居民)?(身份证件?|公民身份|证件)(号码?|证号)"),
        Column("licence", "code", "统一社会信用代码 注册号 统一代码", r"(统一社会)?信用(代码|编号|号)|注册号(码)?|营业执照(号|注册号|编号)"),
        Column("company", "text", "企业名称 字号名称 市场主体名称 单位名称", r"(企业|字号|市场主体|经营主体|公司|单位|个体户)(名称|全称)"),
        Column("role", "text", "担任职务 职务 身份", r"(担任)?(职务|身份|角色)"),
        Column("capital", "money", "注册资本 注册资金 出资额", r"(注册|认缴)?(资本|资金|出资额)"),
        Column("on", "date", "成立日期 登记日期 注册日期", r"(成立|登记|注册|核准)(日期|时间)"),
        Column("state", "text", "登记状态 经营状态 状态", r"(登记|经营|存续|企业)?状态"),
    ), needs=frozenset({"id", "name", "company"})),
))

SCHOOLS = Ledger("schools", "在校学生名单", ("学生", "学籍", "在校"), (
    Shape("schools", (
        SERIAL, TOWN, VILLAGE, NAME, SEX, ID,
        Column("school", "text", "学校 学校名称 就读学校", r"(就读|所在|学籍)?学校(名称)?"),
        Column("grade", "text", "年级 年级班级 班级", r"(就读)?(年级|班级|年级班级)(名称)?"),
        Column("number", "code", "学籍号 全国学籍号", r"(全国)?学籍(号|号码|编号)"),
        Column("on", "date", "入学日期 入学年月", r"入学(日期|时间|年月)"),
        Column("to", "date", "离校日期 毕业日期", r"(离校|毕业|退学|辍学)(日期|时间)"),
        Column("state", "text", "学籍状态 就读状态 在校状态", r"(学籍|就读|在校|学生)(状态|情况)"),
        PHONE,
    ), needs=frozenset({"id", "name", "school"})),
))

INSURANCE = Ledger("insurance", "医疗保险参保名单", ("医保", "医疗保险", "参保"), (
    Shape("insurance", (
        SERIAL, TOWN, VILLAGE, NAME, SEX, ID,
        Column("year", "text", "参保年度 年度 缴费年度", r"(参保|缴费|医保|待遇)年度"),
        Column("kind", "text", "参保类型 险种 险种类型", r"(参保|险种)(类型|类别|名称)?|险种"),
        Column("aided", "text", "资助类别 人员类别 资助参保类别", r"(资助|参保资助|资助参保|人员)(类别|类型|身份|对象)"),
        Column("paid", "money", "个人缴费金额 缴费金额", r"(个人)?(实际)?缴费(金额|额)"),
        Column("on", "date", "参保日期 缴费日期", r"(参保|缴费|到账)(日期|时间)"),
        Column("state", "text", "参保状态 缴费状态 状态", r"(参保|缴费|医保)(状态|情况)"),
    ), needs=frozenset({"id", "name", "state"})),
))

LEDGERS = (VEHICLES, BUSINESSES, SCHOOLS, INSURANCE)
