"""The words of the chain: the tables it answers for, and what happened to a row."""

TABLES = {
    "chain": "链子", "command": "手机送来的记录", "quarantine": "没收下的记录", "visit": "走访",
    "visit_photo": "走访的照片", "photo": "照片", "photo_upload": "照片的送达", "issue": "困难", "review": "审核",
    "review_event": "审核的一步", "evidence_question": "疑问", "field_conflict": "两边不一样的",
    "agreement_signature": "协议上的签名", "audit_entry": "操作日志",
}  # fmt: skip
COLUMNS = {
    "mode": "怎么去的", "met": "见到谁", "started_at": "开始时间", "finished_at": "结束时间", "on": "日期",
    "lat": "位置", "lon": "位置", "accuracy_m": "位置", "answers": "回答", "unchanged": "无变化", "next_on": "下次",
    "form_code": "表", "form_version": "表的版本", "author_id": "走访人", "device_id": "设备",
    "corrects": "改的是哪一次", "household_id": "哪一户", "received_at": "收到的时间", "seq": "编号",
    "reason": "改的原因",
}  # fmt: skip
KINDS = {
    "began": "开始", "new": "新收", "changed": "改动", "removed": "去掉", "taken_over": "接管旧的", "stored": "已收下",
    "held": "等另一条", "conflict": "和别人不一样", "orphaned": "等安置", "rejected": "没收下", "log": "日志",
    "expired": "到期的日志",
}  # fmt: skip
