"""The words of the log: what was done, and to what kind of thing. A code without words is shown as it is."""

ACTIONS = {
    "session.began": "登录", "session.ended": "退出", "session.refused": "没登录成",
    "account.created": "建账号", "account.changed": "改账号", "account.locked": "密码错多次，账号锁了",
    "account.unlocked": "解锁账号", "account.disabled": "停用账号", "account.enabled": "恢复账号",
    "account.password_changed": "改自己的密码", "account.password_reset": "重设密码",
    "pairing.began": "结对", "pairing.ended": "结束结对",
    "household.added": "加农户", "household.changed": "改农户", "household.moved": "农户换村",
    "household.removed": "移出农户", "household.ledger": "走访更新农户台账",
    "person.added": "加人", "person.changed": "改人员资料", "person.removed": "移出人员",
    "person.ledger": "走访更新人员台账", "person.tagged": "加标签", "person.untagged": "去标签",
    "person.unmasked": "看全号", "relation.added": "加亲属关系", "relation.removed": "去亲属关系",
    "contact.set": "改联系人",
    "visit.stored": "收到走访", "visit.orphaned": "收到走访，等镇里安置", "visit.placed": "安置走访",
    "visits.exported": "导出走访", "issue.added": "记下困难",
    "photo.received": "收到照片", "photo.child_seen": "看孩子的照片",
    "review.accepted": "审核：可以", "review.returned": "审核：退回", "review.withdrawn": "撤回审核",
    "review.answered": "回复退回的照片", "question.answered": "回答疑问",
    "command.held": "等另一条记录", "command.conflict": "和别人改的不一样", "command.orphaned": "不在范围，等安置",
    "command.placed": "安置记录", "conflict.arose": "两边说的不一样", "conflict.decided": "定下用哪一个",
    "device.chain": "手机里的记录接不上",
    "import.received": "传上表格", "import.started": "开始导入", "import.done": "导入完成",
    "import.undone": "撤销导入", "import.unreadable_downloaded": "下载读不出的行",
    "form.published": "发布表", "parameter.set": "改参数", "notice.tried": "试发通知",
    "feedback.added": "提意见", "feedback.replied": "回复意见",
    "division.added": "加区划", "division.changed": "改区划", "division.removed": "去区划",
    "keys.rotated": "换密钥",
}  # fmt: skip

SUBJECTS = {
    "account": "账号", "household": "农户", "person": "人", "visit": "走访", "issue": "困难", "photo": "照片",
    "review": "审核", "evidence_question": "疑问", "command": "记录", "device": "设备", "import": "导入", "form": "表",
    "parameter": "参数", "feedback": "意见", "division": "区划", "key": "密钥",
}  # fmt: skip

FILTERS = {
    "": "全部", "session": "登录和退出", "account": "账号", "pairing": "结对", "household": "农户", "person": "人",
    "person.unmasked": "看全号", "relation": "亲属关系", "contact": "联系人", "visit.": "走访",
    "visits.exported": "导出走访", "issue": "困难", "review": "审核", "question": "疑问", "photo": "照片",
    "photo.child_seen": "看孩子的照片", "import": "导入", "command": "等着的记录", "conflict": "两边不一样的",
    "device": "设备", "parameter": "参数", "notice": "通知", "form": "表", "division": "区划", "feedback": "投诉建议",
    "keys": "密钥",
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
