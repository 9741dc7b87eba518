"""Composition root: the one file that knows every room and every page."""

from collections.abc import Callable

import reflex as rx
from starlette.applications import Starlette
from starlette.routing import Mount

from app.accounts.page import me_page
from app.feedback.page import feedback_page
from app.households.page import household_page, households_page
from app.reviews.field_page import review_page
from app.reviews.page import reviews_page
from app.reviews.state import ReviewsState
from app.rooms import api
from app.shell.appearance import head
from app.shell.not_found_page import not_found_page
from app.shell.office_page import DoorState, door_page
from app.shell.page import login_page
from app.shell.urgent_page import urgent_page
from app.shell.wraps import WRAPS
from app.sync.page import outbox_page
from app.visits.page import visit_page, visits_page
from app.visits.today_page import today_page

Draw = Callable[[], rx.Component]

# Bound to the phone's store alone; they work without a network.
FIELD_PAGES: tuple[tuple[str, str, Draw], ...] = (
    ("/", "今日", today_page),
    ("/households", "农户", households_page),
    ("/households/[id]", "一户", household_page),
    ("/visit", "走访", visits_page),
    ("/visit/[id]", "走访", visit_page),
    ("/outbox", "待上传", outbox_page),
    ("/me", "我的", me_page),
    ("/reviews/[id]", "照片要重拍", review_page),
    ("/feedback", "投诉建议", feedback_page),
    ("/urgent", "紧急", urgent_page),
    ("/login", "登录", login_page),
)

# With State over the WebSocket; everything below /office.
OFFICE_PAGES: tuple[tuple[str, str, Draw, rx.event.EventType[()]], ...] = (
    ("/office", "办公", door_page, DoorState.open),
    ("/office/reviews", "审核", reviews_page, ReviewsState.open),
)

app = rx.App(
    api_transformer=Starlette(routes=[Mount("/api", api())]),
    app_wraps=WRAPS,
    head_components=head(),
    html_lang="zh-CN",
    reset_style=False,
    stylesheets=["tokens.css", "base.css", "field.css", "office.css", "reviews.css"],
    toaster=None,
)
for route, title, draw in FIELD_PAGES:
    app.add_page(draw, route=route, title=f"{title} · 入户通")
for route, title, draw, on_load in OFFICE_PAGES:
    app.add_page(draw, route=route, title=f"{title} · 入户通", on_load=on_load)
app.add_page(not_found_page, route="404", title="没有这一页 · 入户通")
