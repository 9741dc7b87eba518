"""五项禁止 自查: what the rule forbids, how the system keeps it, and figures that anybody can check today.

国办函〔2026〕12号 (domain §6.0). Nothing here counts what a cadre does.
"""

from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.config import settings
from app.errors import NotAllowed
from models.feedback import Feedback
from models.forms import Form
from models.visits import Visit, VisitPhoto


@dataclass(frozen=True)
class Prohibition:
    """One of the five: its words, how it is kept, what the figures say now."""

    number: str
    title: str
    kept: list[str]
    facts: list[str]


def _questions(session: Session) -> list[dict]:
    """All questions of the forms handed out now."""
    bodies = session.scalars(select(Form.body).where(Form.current))
    return [question for body in bodies for section in body["sections"] for question in section["questions"]]


def prohibitions(session: Session, actor: Actor) -> list[Prohibition]:
    """The five prohibitions with today's figures.

    Raises:
        NotAllowed: only the administrator looks here.
    """
    if not actor.may(Permission.SETTINGS):
        raise NotAllowed()
    asked = _questions(session)
    photos = [one for one in asked if one.get("photo", "none") != "none" or one["type"] == "photo"]
    forced = [one for one in photos if one["type"] == "photo" and one.get("required")]
    fills = sum(bool(one.get("fills")) for one in asked)
    counted = session.scalar(select(func.count()).select_from(Visit)) or 0
    away = session.scalar(select(func.count()).select_from(Visit).where(Visit.mode != "home")) or 0
    bare = session.scalar(select(func.count()).select_from(Visit).where(
        ~exists().where(VisitPhoto.visit_id == Visit.id))) or 0  # type: ignore[arg-type]  # fmt: skip
    placeless = session.scalar(select(func.count()).select_from(Visit).where(Visit.lat.is_(None))) or 0  # type: ignore[union-attr]
    said = session.scalar(select(func.count()).select_from(Feedback)) or 0
    answered = session.scalar(select(func.count()).select_from(Feedback).where(Feedback.reply.isnot(None))) or 0  # type: ignore[union-attr]
    return [
        Prohibition("一", "不随意、不重复要求填表报数", [
            "一次走访写一遍，各种台账自己更新；上次的回答带出来，没变就点一下。",
            "性别、生日、年龄从身份证号得出，不再问。",
        ], [f"现在的表共 {len(asked)} 个问题，其中 {fills} 个的回答直接更新台账。"]),
        Prohibition("二", "不打卡签到、不积分排名、不统计在线时长", [
            "没有签到按钮，没有积分和名次，不记谁在线多久。登录只在安全日志里留一笔，给审计看，不统计、不公布。",
            "晚上去的、打电话和视频的，都算走访。",
        ], [f"已收到 {counted} 次走访，{away} 次不是上门，一样算数。"]),
        Prohibition("三", "不强制下载、不通报安装使用率、不强制定期登录", [
            "浏览器打开就能用，不用装。没有安装率、使用率的统计，也没有催登录的提醒。",
        ], [f"手机登录一次管 {settings().field_session_days} 天，没信号照样能用。"]),
        Prohibition("四", "不作考核、督查的主要载体，不强制上传照片、视频、轨迹", [
            "照片和位置只在表里写明、说了为什么才提，不拍、不记也能保存。",
                    "位置只在本人点的时候记一个点，约 100 米。",
            "看照片提出的是问题，先给走访人自己看，不打分。没有按人排的表。",
        ], [
            f"表里 {len(photos)} 个问题提到照片，{len(forced)} 个非拍不可。",
            f"{bare} 次走访没有照片，{placeless} 次没有位置，都收下了。",
        ]),
        Prohibition("五", "不搞经营活动", [
            "没有广告、没有收费，不向外发送群众信息，页面不加载任何外面的内容。",
        ], [f"投诉建议每页都有：收到 {said} 条，回复了 {answered} 条。"]),
    ]  # fmt: skip
