"""Every room's ways in, without Reflex: what the server, the command line and the workers share."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session
from starlette.applications import Starlette

from app import about, openapi
from app.accounts import endpoints as accounts
from app.accounts.recent import recall
from app.accounts.service import authenticate
from app.agreements import endpoints as agreement_endpoints
from app.agreements import pull_service as agreement_pulls
from app.agreements import service as agreements
from app.children import case_service as cases
from app.children import pull_service as child_pulls
from app.contacts import pull_service as contact_pulls
from app.contacts import service as contacts
from app.devices import endpoints as devices
from app.disability import pull_service as disability_pulls
from app.divisions import service as divisions
from app.elders import pull_service as elder_pulls
from app.evidence import endpoints as evidence
from app.feed.service import Change, on_told, told_again
from app.feedback import service as feedback
from app.findings import pull_service as finding_pulls
from app.findings import service as findings
from app.findings import settling_service as finding_settling
from app.forms import endpoints as form_endpoints
from app.forms import service as forms
from app.hardship import pull_service as hardship_pulls
from app.households import endpoints as household_endpoints
from app.households import looking_service
from app.households import service as households
from app.http import PUBLIC, Call, Endpoint, build_api, endpoint
from app.imports import endpoints as imports
from app.imports import ledger_service as import_ledgers
from app.imports import waiting_service
from app.notices import service as notices
from app.pairing import plan_service as plans
from app.pairing import pull_service as pairing_pulls
from app.papers import endpoints as papers
from app.photos import endpoints as photos
from app.photos import upload_endpoints as uploads
from app.recovery import endpoints as recovery
from app.reviews import endpoints as review_endpoints
from app.reviews import service as reviews
from app.sampling import endpoints as sampling
from app.sampling import service as samples
from app.sealed import endpoints as sealed
from app.settings import service as settings
from app.sync import endpoints as sync
from app.sync import pull_service, register, registry
from app.sync import service as sync_service
from app.visits import pull_service as visit_pulls
from app.visits import service as visits


@endpoint("GET", "/openapi.json", requires=PUBLIC)
def openapi_document(_call: Call) -> dict[str, Any]:
    """This table as an OpenAPI document."""
    return openapi.document(ROUTES, about.VERSION)


ROUTES: tuple[Endpoint, ...] = (
    *about.ROUTES,
    *accounts.ROUTES,
    *devices.ROUTES,
    *household_endpoints.ROUTES,
    *imports.ROUTES,
    *form_endpoints.ROUTES,
    *sync.ROUTES,
    *sealed.ROUTES,
    *uploads.ROUTES,
    *photos.ROUTES,
    *review_endpoints.ROUTES,
    *recovery.ROUTES,
    *evidence.ROUTES,
    *papers.ROUTES,
    *agreement_endpoints.ROUTES,
    *sampling.ROUTES,
    openapi_document,
)
COMMANDS = {**register.COMMANDS, **visits.COMMANDS, **feedback.COMMANDS, **plans.COMMANDS,
            **contacts.COMMANDS, **agreements.COMMANDS, **finding_settling.COMMANDS,
            **cases.COMMANDS}  # fmt: skip
PULL_TYPES = {
    **divisions.PULL_TYPES,
    **forms.PULL_TYPES,
    **households.PULL_TYPES,
    **visit_pulls.PULL_TYPES,
    **reviews.PULL_TYPES,
    **elder_pulls.PULL_TYPES,
    **child_pulls.PULL_TYPES,
    **contact_pulls.PULL_TYPES,
    **agreement_pulls.PULL_TYPES,
    **hardship_pulls.PULL_TYPES,
    **disability_pulls.PULL_TYPES,
    **pairing_pulls.PULL_TYPES,
    **finding_pulls.PULL_TYPES,
    **pull_service.PULL_TYPES_HERE,
}
REFERENCES = {**visits.REFERENCES, **sync_service.REFERENCES_HERE, **plans.REFERENCES}


def fill_registry() -> None:
    """Tell the sync room which commands and rows there are; importing this module does it already."""
    registry.use(COMMANDS, PULL_TYPES, REFERENCES)


REGISTER_TYPES = (
    "elder", "child", "hardship", "disability", "pairing", "contact", "agreement", "measure", "plan", "task",
)  # fmt: skip
"""Rows that show what visits found, or when somebody came last (tasks do): told anew whenever that changes."""


def _registers_anew(session: Session, household_ids: Sequence[str]) -> list[Change]:
    return told_again(session, household_ids, REGISTER_TYPES)


fill_registry()
looking_service.blind.append(samples.blind)
visits.on_issue.append(notices.on_issue)
households.on_number.append(waiting_service.person_came)
import_ledgers.on_changed.append(findings.after_import)
on_told.append(findings.after_save)
visits.on_visited.append(_registers_anew)


def api() -> Starlette:
    """The application under `/api`."""
    return build_api(ROUTES, authenticate, recall, settings.shares)
