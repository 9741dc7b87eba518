"""Composition root: the one file that knows every room and every page."""

from collections.abc import Callable

import reflex as rx
from starlette.applications import Starlette
from starlette.routing import Mount

from app.accounts.office_page import account_page, accounts_page, password_page
from app.accounts.office_state import AccountsState, AccountState, PasswordState
from app.accounts.page import me_page
from app.audit.office_page import audit_page
from app.audit.state import AuditState
from app.feedback.office_page import feedback_office_page
from app.feedback.page import feedback_page
from app.feedback.state import FeedbackState
from app.forms.office_page import forms_page, new_form_page, version_page
from app.forms.state import FormsState, FormVersionState, NewFormState
from app.households.office_page import home_office_page, homes_office_page
from app.households.page import household_page, households_page
from app.households.state import HomesState, HomeState
from app.imports.office_page import imports_page
from app.imports.state import ImportsState
from app.reviews.field_page import review_page
from app.reviews.page import reviews_page
from app.reviews.state import ReviewsState
from app.rooms import api
from app.settings.office_page import settings_page
from app.settings.prohibitions_page import prohibitions_page
from app.settings.prohibitions_state import ProhibitionsState
from app.settings.state import SettingsState
from app.shell.appearance import head
from app.shell.not_found_page import not_found_page
from app.shell.office_page import DoorState, door_page
from app.shell.page import login_page
from app.shell.urgent_page import urgent_page
from app.shell.wraps import WRAPS
from app.sync.office_page import unplaced_page
from app.sync.page import outbox_page
from app.sync.state import UnplacedState
from app.visits.office_page import visit_office_page, visits_office_page
from app.visits.overview_page import overview_page
from app.visits.overview_state import OverviewState
from app.visits.page import visit_page, visits_page
from app.visits.state import VisitsState, VisitState
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
    ("/office/forms", "表单", forms_page, FormsState.open),
    ("/office/forms/version", "一版表单", version_page, FormVersionState.open),
    ("/office/forms/new", "新的一版表单", new_form_page, NewFormState.open),
    ("/office/households", "农户名册", homes_office_page, HomesState.open),
    ("/office/households/one", "一户", home_office_page, HomeState.open),
    ("/office/visits", "走访记录", visits_office_page, VisitsState.open),
    ("/office/visits/one", "一次走访", visit_office_page, VisitState.open),
    ("/office/unplaced", "未安置", unplaced_page, UnplacedState.open),
    ("/office/imports", "名册导入", imports_page, ImportsState.open),
    ("/office/overview", "概况", overview_page, OverviewState.open),
    ("/office/accounts", "账号", accounts_page, AccountsState.open),
    ("/office/accounts/one", "一个账号", account_page, AccountState.open),
    ("/office/password", "改密码", password_page, PasswordState.open),
    ("/office/settings", "设置", settings_page, SettingsState.open),
    ("/office/prohibitions", "五项禁止", prohibitions_page, ProhibitionsState.open),
    ("/office/audit", "操作日志", audit_page, AuditState.open),
    ("/office/feedback", "投诉建议", feedback_office_page, FeedbackState.open),
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
