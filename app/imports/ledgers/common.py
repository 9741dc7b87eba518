"""Columns that many ledgers share, and patterns for headers that each office words in its own way."""

# One line is one column of a table; broken lines would hide it.
# ruff: noqa: E501
# fmt: off

from app.imports.ledgers import Column

ID_PATTERN = r"(本人|居民|公民|成员|家庭成员|对象|人员|个人)?(二代)?(居民)?(身份证|身份证件|公民身份|证件)(证号|号码?|编号)?"
NAME_PATTERN = r"(本人|成员|家庭成员|家庭人员|对象|人员|保障对象|补贴对象)?(姓名|名字)"
VILLAGE_PATTERN = r"(所在|所属|户籍所在)?(行政)?(村|村居|村名|村名称|村委会|村社区|社区|村级)"

SERIAL = Column("serial", "text", "序号 编号 序 号 NO", r"(序|编)号?")
VILLAGE = Column("village", "text", "村 所在村 行政村 村(居) 村居 所属村", VILLAGE_PATTERN, scope="village", longest=64)
TOWN = Column("town", "text", "乡镇 所属乡镇 所在乡镇 镇 乡(镇) 乡镇街道", r"(所在|所属)?(乡镇|镇|乡|乡镇街道|镇街)(名称)?", scope="village")
HOUSEHOLD = Column("household", "code", "户编号 户号 家庭编号 户编码 家庭编码 户口编号", r"(农户|家庭|户)(编号|编码|号|代码|序号)", longest=32)
ID = Column("id", "id", "身份证号 身份证号码 公民身份号码 身份证件号码 身份证 证件号码 居民身份证号", ID_PATTERN)
NAME = Column("name", "name", "姓名 对象姓名", NAME_PATTERN, longest=64)
SEX = Column("sex", "text", "性别")
PHONE = Column("phone", "phone", "联系电话 电话 手机号码 手机号 手机 电话号码 联系方式 本人电话", r"(本人|联系|家庭)?(人)?(手机|电话|联系方式)(号码?)?", longest=32)
AMOUNT = Column("amount", "money", "金额 发放金额 月保障金额 补贴金额 补助金额 保障金额", r"(月|每月|发放|实发|应发|补贴|补助|保障|津贴|救助)*(金额|标准|资金)")
START = Column("start", "month", "起发年月 起始年月 开始年月 享受起始年月 起始月份", r"(享受|发放)?(起发|起始|开始|起)(年月|月份|时间)")
STOP = Column("stop", "month", "停发年月 停止年月 终止年月 停发月份", r"(享受|发放)?(停发|停止|终止|截止|止)(年月|月份|时间)")
STOP_REASON = Column("stop_reason", "text", "减员原因 停发原因 停止原因 终止原因", r"(减员|停发|停止|终止|退出)(原因|事由)")
VISITED = Column("visited_on", "date", "最近走访日期 上次走访时间 最近探视日期 最近走访时间 走访日期", r"(最近|上次|末次|近期)?(一次)?(走访|探视|探访|入户)(日期|时间)")
VISIT_MODE = Column("visit_mode", "text", "探访方式 走访方式", r"(走访|探访|入户)(方式|形式)")
PAID_ON = Column("paid_on", "date", "打卡日期 发放时间 发放日期 打卡时间", r"(打卡|发放|支付|到账|拨付)(日期|时间)")
PAID = Column("paid", "text", "打卡结果 发放结果 发放状态 打卡状态", r"(打卡|发放|支付)(结果|状态|情况)")
