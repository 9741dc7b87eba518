"""Composition root: the one file that knows every room and every page."""

from collections.abc import Callable

import reflex as rx
import structlog
from starlette.applications import Starlette
from starlette.routing import Mount

from app.accounts.factor_page import factor_page
from app.accounts.factor_state import FactorState
from app.accounts.office_page import account_page, accounts_page, password_page
from app.accounts.office_state import AccountsState, AccountState, PasswordState
from app.accounts.page import me_page
from app.agreements.office_page import agreement_page, agreements_page, new_agreement_page
from app.agreements.state import AgreementsState, AgreementState, NewAgreementState
from app.audit.office_page import audit_page
from app.audit.state import AuditState
from app.benefits.page import benefit_person_page, benefits_page
from app.benefits.state import BenefitsState, PersonBenefitsState
from app.casework.notice_page import notices_page
from app.casework.page import casework_page, petition_page
from app.casework.state import CaseworkState, NoticesState, PetitionState
from app.children.case_page import case_page, cases_page, report_page
from app.children.case_state import CasesState, CaseState, ReportState
from app.children.office_page import child_page, children_page, women_page
from app.children.state import ChildrenState, ChildState, WomenState
from app.devices.office_page import devices_page
from app.devices.state import DevicesState
from app.disability.page import disability_one_page, disability_page
from app.disability.state import DisabilityPersonState, DisabilityState
from app.elders.office_page import elder_page, elders_page
from app.elders.state import EldersState, ElderState
from app.evidence.office_page import evidence_page, openings_page
from app.evidence.state import EvidenceState, OpeningsState
from app.feedback.office_page import feedback_office_page
from app.feedback.page import feedback_page
from app.feedback.state import FeedbackState
from app.findings.office_page import (
    applications_page,
    finding_page,
    findings_overview_page,
    findings_page,
    rules_page,
)
from app.findings.state import (
    ApplicationsState,
    FindingsOverviewState,
    FindingsState,
    FindingState,
    RulesState,
)
from app.forms.office_page import forms_page, new_form_page, version_page
from app.forms.state import FormsState, FormVersionState, NewFormState
from app.hardship.page import fees_page, hardship_one_page, hardship_page
from app.hardship.state import FeesState, HardshipPersonState, HardshipState
from app.households.office_page import home_office_page, homes_office_page
from app.households.page import household_page, households_page
from app.households.state import HomesState, HomeState
from app.imports.office_page import imports_page
from app.imports.state import ImportsState
from app.imports.unmatched_page import waiting_page
from app.imports.unmatched_state import WaitingState
from app.lowincome.page import counts_page, lowincome_home_page, lowincome_page, unseen_page
from app.lowincome.state import LowIncomeState, TownCountsState, UnseenState, WholeHomeState
from app.pairing.page import officials_page, paired_home_page, pairing_page
from app.pairing.state import OfficialsState, PairedHomeState, PairingState
from app.papers.export_page import exports_page, mappings_page
from app.papers.export_state import ExportsState, MappingsState
from app.papers.office_page import print_page, templates_page
from app.papers.state import PrintState, TemplatesState
from app.recovery.page import recovery_page
from app.recovery.state import RecoveryState
from app.reviews.field_page import review_page
from app.reviews.page import reviews_page
from app.reviews.state import ReviewsState
from app.rooms import api
from app.sampling.page import sample_page, sampled_home_page, sampling_page
from app.sampling.state import SampledHomeState, SampleState, SamplingState
from app.sealed.office_page import kept_page
from app.sealed.state import KeptState
from app.settings.office_page import settings_page
from app.settings.policy_page import policy_one_page, policy_page
from app.settings.policy_state import PolicyOneState, PolicyState
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
from app.visits.need_page import needs_page
from app.visits.need_state import NeedState
from app.visits.office_page import visit_office_page, visits_office_page
from app.visits.overview_page import overview_page
from app.visits.overview_state import OverviewState
from app.visits.page import visit_page, visits_page
from app.visits.state import VisitsState, VisitState
from app.visits.today_page import today_page

log = structlog.get_logger()
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
    ("/office/elders", "留守老人", elders_page, EldersState.open),
    ("/office/elders/one", "一位老人", elder_page, ElderState.open),
    ("/office/children", "儿童", children_page, ChildrenState.open),
    ("/office/children/one", "一个孩子", child_page, ChildState.open),
    ("/office/children/cases", "有危险的孩子", cases_page, CasesState.open),
    ("/office/children/case", "一件", case_page, CaseState.open),
    ("/office/children/report", "报告", report_page, ReportState.open),
    ("/office/children/women", "留守妇女摸底", women_page, WomenState.open),
    ("/office/agreements", "协议", agreements_page, AgreementsState.open),
    ("/office/agreements/one", "一份协议", agreement_page, AgreementState.open),
    ("/office/agreements/new", "登记协议", new_agreement_page, NewAgreementState.open),
    ("/office/hardship", "特困人员", hardship_page, HardshipState.open),
    ("/office/hardship/one", "一位特困人员", hardship_one_page, HardshipPersonState.open),
    ("/office/hardship/fees", "照料护理补贴发放册", fees_page, FeesState.open),
    ("/office/disability", "残疾人", disability_page, DisabilityState.open),
    ("/office/disability/one", "一位残疾人", disability_one_page, DisabilityPersonState.open),
    ("/office/lowincome", "低收入人口", lowincome_page, LowIncomeState.open),
    ("/office/lowincome/one", "一户的全貌", lowincome_home_page, WholeHomeState.open),
    ("/office/lowincome/unseen", "很久没人去看的", unseen_page, UnseenState.open),
    ("/office/lowincome/counts", "低收入人口户数", counts_page, TownCountsState.open),
    ("/office/benefits", "待遇", benefits_page, BenefitsState.open),
    ("/office/benefits/one", "一个人的待遇", benefit_person_page, PersonBenefitsState.open),
    ("/office/casework", "信访", casework_page, CaseworkState.open),
    ("/office/casework/one", "一件信访", petition_page, PetitionState.open),
    ("/office/casework/notices", "公示", notices_page, NoticesState.open),
    ("/office/papers", "打印", print_page, PrintState.open),
    ("/office/exports", "导出台账", exports_page, ExportsState.open),
    ("/office/papers/mappings", "报送格式", mappings_page, MappingsState.open),
    ("/office/papers/templates", "表格模板", templates_page, TemplatesState.open),
    ("/office/pairing", "结对帮扶", pairing_page, PairingState.open),
    ("/office/pairing/one", "一户的结对", paired_home_page, PairedHomeState.open),
    ("/office/pairing/officials", "责任人名单", officials_page, OfficialsState.open),
    ("/office/findings", "疑点", findings_page, FindingsState.open),
    ("/office/findings/one", "一条疑点", finding_page, FindingState.open),
    ("/office/findings/rules", "比对规则", rules_page, RulesState.open),
    ("/office/findings/overview", "疑点概况", findings_overview_page, FindingsOverviewState.open),
    ("/office/findings/applications", "开始的申请", applications_page, ApplicationsState.open),
    ("/office/visits", "走访记录", visits_office_page, VisitsState.open),
    ("/office/visits/one", "一次走访", visit_office_page, VisitState.open),
    ("/office/needs", "需要人去看的", needs_page, NeedState.open),
    ("/office/sampling", "抽查", sampling_page, SamplingState.open),
    ("/office/sampling/one", "一次抽查", sample_page, SampleState.open),
    ("/office/sampling/home", "抽中的一户", sampled_home_page, SampledHomeState.open),
    ("/office/unplaced", "未安置", unplaced_page, UnplacedState.open),
    ("/office/imports", "名册导入", imports_page, ImportsState.open),
    ("/office/imports/waiting", "没对上的人", waiting_page, WaitingState.open),
    ("/office/overview", "概况", overview_page, OverviewState.open),
    ("/office/accounts", "账号", accounts_page, AccountsState.open),
    ("/office/accounts/one", "一个账号", account_page, AccountState.open),
    ("/office/devices", "手机", devices_page, DevicesState.open),
    ("/office/devices/kept", "打不开的", kept_page, KeptState.open),
    ("/office/recovery", "忘记密码", recovery_page, RecoveryState.open),
    ("/office/password", "改密码", password_page, PasswordState.open),
    ("/office/factor", "验证器", factor_page, FactorState.open),
    ("/office/settings", "设置", settings_page, SettingsState.open),
    ("/office/policy", "口径", policy_page, PolicyState.open),
    ("/office/policy/one", "一项口径", policy_one_page, PolicyOneState.open),
    ("/office/prohibitions", "五项禁止", prohibitions_page, ProhibitionsState.open),
    ("/office/audit", "操作日志", audit_page, AuditState.open),
    ("/office/evidence", "证据", evidence_page, EvidenceState.open),
    ("/office/openings", "紧急查看", openings_page, OpeningsState.open),
    ("/office/feedback", "投诉建议", feedback_office_page, FeedbackState.open),
)


def untold(exception: Exception) -> None:
    """What Reflex itself could not make of an event: told by its kind, without what came, and without a message."""
    log.warning("an event was not understood", kind=type(exception).__name__)


app = rx.App(
    backend_exception_handler=untold,
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
