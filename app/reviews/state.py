"""The reviewer's desk: what part of the queue is open, one picture on the desk, the decision that can be taken back."""

import json
from dataclasses import dataclass, replace
from typing import Any

import reflex as rx
from sqlmodel import Session

from app.accounts.rules import Permission
from app.accounts.schemas import Actor
from app.accounts.state import Choice, OfficeState, read, requires, write
from app.db import utcnow
from app.errors import AppError, BadInput
from app.forms import service as forms
from app.households.register_state import places
from app.http import parse
from app.limits import PAGE
from app.photos.service import OPENING_REASONS
from app.reviews import desk, service
from app.reviews.schemas import Decision, QueueFilter, QueuePage, ReviewView

P = Permission
NOTHING = QueuePage([], "", 0)
CHOICES = {"state": {"open", "returned", "accepted"}, "days": {"0", "7", "30"}}


@dataclass
class Undo:
    """The last decision, as long as it can be taken back with one tap."""

    review_id: str = ""
    said: str = ""


def _choices(session: Session, actor: Actor) -> tuple[list[Choice], list[Choice]]:
    return places(session, actor), [Choice(code, title) for code, title in forms.titles(session)]


def _page(session: Session, actor: Actor, wanted: QueueFilter, after: str) -> QueuePage:
    return desk.page(session, actor, wanted, utcnow(), after=after)


def _one(session: Session, actor: Actor, review_id: str) -> ReviewView:
    return desk.one(session, actor, review_id, utcnow())


def _decide(session: Session, actor: Actor, decision: Decision) -> None:
    service.decide(session, actor, decision, utcnow())


def _withdraw(session: Session, actor: Actor, review_id: str) -> None:
    service.withdraw(session, actor, review_id, utcnow())


def _marks(text: Any) -> Any:
    try:
        return json.loads(text or "[]")
    except (TypeError, ValueError) as error:
        raise BadInput("画的标记没有收全，请再画一次。") from error


class ReviewsState(OfficeState):
    """`/office/reviews`. `opened`: the picture was tapped, so that a phone shows it instead of the queue."""

    wanted: QueueFilter = QueueFilter()
    page: QueuePage = NOTHING
    current: ReviewView | None = None
    opened: bool = False
    ready: bool = False
    grid: bool = False
    areas: list[Choice] = []
    kinds: list[Choice] = []
    undo: Undo = Undo()
    reason: str = ""
    beside: str = ""
    _cursors: list[str] = [""]

    async def _turn_to(self, review_id: str, *, opened: bool) -> None:
        self.reason = self.beside = ""
        self.opened = opened and bool(review_id)
        try:
            self.current = await read(_one, review_id) if review_id else None
        except AppError:
            self.current, self.opened = None, False
            raise

    async def _load(self, keep: str = "") -> None:
        """The page again, and on the desk the picture that is asked for, or the first."""
        self.page = await read(_page, self.wanted, self._cursors[-1])
        if not self.page.rows and len(self._cursors) > 1:
            self._cursors.pop()
            self.page = await read(_page, self.wanted, self._cursors[-1])
        here = [item.id for item in self.page.rows]
        await self._turn_to(keep if keep in here else (here[0] if here else ""), opened=False)
        self.ready = True

    def _after(self, review_id: str) -> str:
        ids = [item.id for item in self.page.rows]
        place = ids.index(review_id) if review_id in ids else -1
        return ids[place + 1] if 0 <= place < len(ids) - 1 else ""

    @rx.event
    @requires(P.REVIEW_READ)
    async def open(self) -> None:
        """The queue from its beginning, with the filter that this tab had."""
        self.areas, self.kinds = await read(_choices)
        self._cursors, self.undo = [""], Undo()
        await self._load()

    @rx.event
    @requires(P.REVIEW_READ)
    async def narrow(self, name: str, value: str) -> None:
        """Choose another part of the queue."""
        known = CHOICES.get(name) or {one.value for one in (self.areas if name == "area" else self.kinds)} | {""}
        if name not in ("state", "days", "area", "form") or value not in known:
            raise BadInput("没有这个选项。")
        change = {name: int(value) if name == "days" else value}
        self.wanted, self._cursors, self.undo = replace(self.wanted, **change), [""], Undo()
        await self._load()

    @rx.event
    @requires(P.REVIEW_READ)
    async def turn(self, pages: int) -> None:
        """The next fifty, or those before."""
        if int(pages) > 0 and self.page.next_after:
            self._cursors = [*self._cursors, self.page.next_after]
        elif int(pages) < 0 and len(self._cursors) > 1:
            self._cursors = self._cursors[:-1]
        await self._load()

    @rx.event
    @requires(P.REVIEW_READ)
    async def look(self, review_id: str) -> None:
        """Lay a picture on the desk."""
        self.grid = False
        await self._turn_to(review_id, opened=True)

    @rx.event
    @requires(P.REVIEW_READ)
    async def back(self) -> None:
        """On a phone: from the picture to the queue."""
        self.opened = False

    @rx.event
    @requires(P.REVIEW_READ)
    async def show_grid(self, grid: bool) -> None:
        """Many small pictures, or one large."""
        self.grid, self.opened = bool(grid), False

    @rx.event
    @requires(P.CHILD_PHOTO_SEE)
    async def unlock(self, reason: str) -> None:
        """Open a child's picture; the picture's own address writes down who looked and why."""
        if reason in OPENING_REASONS:
            self.reason = reason

    @rx.event
    @requires(P.REVIEW_READ)
    async def compare(self, screen: str) -> None:
        """Another picture beside this one, or none."""
        known = [one.screen for one in self.current.others] if self.current else []
        self.beside = screen if screen in known and screen != self.beside else ""

    async def _decided(self, decision: dict[str, Any], said: str) -> None:
        review_id = str(decision.get("review_id") or "")
        following = self._after(review_id)
        try:
            await write(_decide, parse(Decision, decision))
        except AppError:
            await self._turn_to(review_id, opened=self.opened)
            raise
        await self._load(following)
        self.undo = Undo(review_id, said)

    @rx.event(temporal=True)
    @requires(P.REVIEW_DECIDE)
    async def accept(self, review_id: str, version: int) -> None:
        """可以."""
        await self._decided({"review_id": review_id, "version": version, "act": "accept"}, "记下了：可以")

    @rx.event(temporal=True)
    @requires(P.REVIEW_DECIDE)
    async def give_back(self, form: dict[str, Any]) -> None:
        """退回, with what the form says."""
        decision = {
            "review_id": form.get("review_id"), "version": form.get("version"), "act": "return",
            "reason": form.get("reason") or None, "note": form.get("note") or "", "marks": _marks(form.get("marks")),
        }  # fmt: skip
        await self._decided(decision, "已退回给走访人")

    @rx.event(temporal=True)
    @requires(P.REVIEW_DECIDE)
    async def withdraw(self) -> None:
        """撤回: as if it had not been decided."""
        review_id, self.undo = self.undo.review_id, Undo()
        if review_id:
            await write(_withdraw, review_id)
            await self._load(review_id)

    @rx.var
    def line(self) -> str:
        """第 51–100 张."""
        before = PAGE * (len(self._cursors) - 1)
        return f"第 {before + 1}–{before + len(self.page.rows)} 张" if self.page.rows else ""

    @rx.var
    def first(self) -> bool:
        """Whether this is the first page."""
        return len(self._cursors) == 1

    @rx.var
    def beside_marks(self) -> str:
        """What the reviewer drew on the picture that lies beside, when it was returned."""
        others = self.current.others if self.current else []
        return next((one.marks for one in others if one.screen == self.beside), "")

    @rx.var
    def picture(self) -> str:
        """The address of the picture on the desk, with the reason where it needs one; empty while it is locked."""
        if self.current is None or (self.current.locked and not self.reason):
            return ""
        return self.current.screen + (f"&reason={self.reason}" if self.reason else "")
