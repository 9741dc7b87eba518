"""The words of the log: what was done, and to what kind of thing. A code without words is shown as it is."""

ACTIONS = {
    "session.began": "登录", "session.ended": "退出", "session.refused": "没登录成",
    "account.created": "建账号", "account.changed": "改账号", "account.locked": "密码错多次，账号锁了",
    "account.unlocked": "解锁账号", "account.disabled": "停用账号", "account.enabled": "恢复账号",
    "account.password_changed": "改自己的密码", "account.password_reset": "重设密码",
    "account.factor_set": "设好验证器", "account.factor_cleared": "清掉验证器",
    "account.recovery_used": "用了一个备用码",
    "pairing.began": "结对", "pairing.ended": "结束结对", "pairing.reopened": "结对接着算",
    "paired_home.began": "给一户定责任人", "paired_home.ended": "责任人不再管这一户",
    "official.added": "登记责任人", "official.changed": "改责任人资料", "official.left": "责任人离开",
    "official.linked": "责任人对上账号", "plan.saved": "写一户一方案",
    "measure.added": "加帮扶措施", "measure.moved_on": "措施有进展", "measure.told_late": "措施的进展到得晚",
    "hardship.added": "列入特困名册", "hardship.changed": "改特困资料", "hardship.left": "移出特困名册",
    "hardship.assessed": "评估自理能力", "hardship.reviewed": "特困年审",
    "claim.added": "登记住院护理保险理赔", "claim.changed": "改理赔",
    "disability.added": "列入残疾人名册", "disability.changed": "改残疾人证", "disability.left": "移出残疾人名册",
    "care_service.added": "登记照护服务", "care_service.ended": "结束照护服务",
    "enrolment.added": "开始一项待遇", "enrolment.changed": "改一项待遇", "enrolment.stopped": "停一项待遇",
    "enrolment.reviewed": "复核低保",
    "household.added": "加农户", "household.changed": "改农户", "household.moved": "农户换村",
    "household.removed": "移出农户", "household.opened": "紧急查看别处的农户",
    "household.closed": "结束紧急查看", "household.opening_seen": "知道有人紧急查看",
    "household.ledger": "走访更新农户台账",
    "person.added": "加人", "person.changed": "改人员资料", "person.removed": "移出人员",
    "person.ledger": "走访更新人员台账", "person.tagged": "加标签", "person.untagged": "去标签",
    "person.unmasked": "看全号", "person.opened": "打开孩子的资料",
    "relation.added": "加亲属关系", "relation.removed": "去亲属关系",
    "contact.set": "改联系人", "contact.confirmed": "打电话核实联系人", "contact.removed": "去掉联系人",
    "contact.seen": "看联系人的号码",
    "agreement.added": "登记协议", "agreement.changed": "改协议", "agreement.ended": "解除协议",
    "agreement.inspected": "检查协议履行", "agreement.urged": "督促履行协议",
    "agreement.signed": "在屏幕上签协议",
    "elder.added": "登进老人名册", "elder.changed": "改老人资料", "elder.ended": "移出老人名册",
    "child.added": "登进儿童名册", "child.changed": "改儿童资料", "child.ended": "移出儿童名册",
    "case.reported": "报告孩子有危险", "case.step": "办孩子的事进一步", "case.seen": "看有危险的孩子的记录",
    "child.woman_surveyed": "留守妇女摸底",
    "elder.tier_set": "定老人的探访类别", "contact.ordered": "改联系人的先后",
    "visit.stored": "收到走访", "visit.orphaned": "收到走访，等镇里安置", "visit.placed": "安置走访",
    "visits.exported": "导出走访", "visit.proof": "取走访的证明", "record.checked": "核对全部记录",
    "audit.expired": "日志到期删去", "issue.added": "记下困难",
    "photo.received": "收到照片", "photo.child_seen": "看孩子的照片",
    "photo.part_forgotten": "没传完的照片不留了",
    "review.accepted": "审核：可以", "review.returned": "审核：退回", "review.withdrawn": "撤回审核",
    "review.answered": "回复退回的照片", "question.answered": "回答疑问",
    "command.held": "等另一条记录", "command.conflict": "和别人改的不一样", "command.orphaned": "不在范围，等安置",
    "command.placed": "安置记录", "conflict.arose": "两边说的不一样", "conflict.decided": "定下用哪一个",
    "device.chain": "手机里的记录接不上", "device.enrolled": "手机登记", "device.code_made": "发登记码",
    "sealed.kept": "封好的打不开，先留着", "sealed.rescued": "收下手机存出来的文件",
    "sealed.retried": "再打开封好的试试", "sealed.exported": "取走封好的文件",
    "device.revoked": "停用手机", "device.restored": "恢复手机",
    "import.received": "传上表格", "import.started": "开始导入", "import.done": "导入完成",
    "import.mapping": "说明一种表头", "unmatched.confirmed": "认定没对上的是谁", "unmatched.let_go": "没对上的不管了",
    "unmatched.taken_back": "收回认定",
    "import.undone": "撤销导入", "import.unreadable_downloaded": "下载读不出的行",
    "finding.closed": "办完一条发现", "finding.noted": "给发现记一笔", "application.begun": "开始申请",
    "petition.received": "登记信访件", "petition.assigned": "信访件交给人办", "petition.step": "信访件办一步",
    "petition.source": "补写信访件怎么来的",
    "petition.step_back": "信访件退回一步",
    "public_notice.posted": "贴公示", "public_notice.down": "撤下公示",
    "sample.drawn": "抽样", "sample.given": "安排谁去抽查", "sample.second": "抽查走访记下了",
    "sample.judged": "抽查定了结果", "sample.exported": "导出抽样记录",
    "form.published": "发布表", "parameter.set": "改参数", "notice.tried": "试发通知",
    "feedback.added": "提意见", "feedback.replied": "回复意见",
    "paper.printed": "打印表格", "paper.template_replaced": "换表格模板", "paper.template_reverted": "用回原来的模板",
    "ledger.exported": "导出台账", "ledger.reported": "记下已报送", "ledger.report_withdrawn": "撤回已报送",
    "ledger.mapping_set": "改报送格式", "ledger.mapping_reverted": "用回原来的报送格式",
    "division.added": "加区划", "division.changed": "改区划", "division.removed": "去区划",
    "keys.rotated": "换密钥",
    "backup.made": "做了备份", "backup.restored": "恢复了备份",
    "recovery.kept": "手机留下恢复的钥匙", "recovery.asked": "忘记密码，请人恢复", "recovery.approved": "同意恢复",
    "recovery.confirmed": "确认恢复", "recovery.refused": "不同意恢复", "recovery.taken": "手机取回钥匙",
}  # fmt: skip

SUBJECTS = {
    "account": "账号", "household": "农户", "person": "人", "visit": "走访", "issue": "困难", "photo": "照片",
    "review": "审核", "evidence_question": "疑问", "command": "记录", "device": "设备", "import": "导入", "form": "表",
    "parameter": "参数", "feedback": "意见", "division": "区划", "key": "密钥", "record": "全部记录", "audit": "日志",
    "backup": "备份", "agreement": "协议", "elder": "老人名册", "finding": "发现", "application": "申请",
    "petition": "信访件", "public_notice": "公示", "sample": "抽样", "sample_item": "抽查的一户",
    "hardship": "特困名册", "insurance_claim": "理赔", "disability": "残疾人名册", "care_service": "照护服务",
    "official": "责任人", "plan": "一户一方案", "measure": "帮扶措施", "enrolment": "待遇", "paper": "表格",
    "ledger": "台账", "column_mapping": "报送格式", "unmatched_row": "没对上的一行",
    "child": "儿童名册", "child_case": "有危险的孩子", "woman_survey": "留守妇女摸底",
}  # fmt: skip

FILTERS = {
    "": "全部", "session": "登录和退出", "account": "账号", "pairing": "结对", "household": "农户", "person": "人",
    "person.unmasked": "看全号", "person.opened": "打开孩子的资料",
    "relation": "亲属关系", "contact": "联系人", "agreement": "协议", "elder": "老人名册", "finding": "发现",
    "child": "儿童名册", "case": "有危险的孩子", "visit.": "走访", "application": "申请", "sample": "抽查",
    "petition": "信访件", "public_notice": "公示",
    "hardship": "特困名册", "claim": "理赔", "disability": "残疾人名册", "care_service": "照护服务",
    "official": "责任人", "paired_home": "一户的责任人", "plan": "一户一方案", "measure": "帮扶措施",
    "enrolment": "待遇", "unmatched": "没对上的人",
    "visits.exported": "导出走访", "issue": "困难", "review": "审核", "question": "疑问", "photo": "照片",
    "photo.child_seen": "看孩子的照片", "import": "导入", "command": "等着的记录", "conflict": "两边不一样的",
    "device": "设备", "sealed": "封好的记录", "parameter": "参数", "notice": "通知",
    "form": "表", "division": "区划", "feedback": "投诉建议", "paper": "打印表格", "ledger": "导出台账",
    "keys": "密钥", "backup": "备份", "recovery": "忘记密码",
    "record": "核对全部记录", "audit": "日志到期",
}  # fmt: skip
"""Beginnings of codes to look for, with their words."""


def action_words(code: str) -> str:
    """What was done."""
    return ACTIONS.get(code, code)


def short(name: str) -> str:
    """The end of an id: the beginning of a UUIDv7 is the time, the same for all of one minute; other names whole."""
    return name[-6:] if len(name) > 24 else name


def subject_words(kind: str, name: str) -> str:
    """To what it was done."""
    return f"{SUBJECTS.get(kind, kind)} {name}"


def device_words(name: str, device_id: str | None) -> str:
    """From where: the device's name, and the end of its id to tell two of one kind apart."""
    return f"{name} {short(device_id)}".strip() if device_id else ""
