"""Every room's ways in, without Reflex: what the server, the command line and the workers share."""

from starlette.applications import Starlette

from app import about
from app.accounts import endpoints as accounts
from app.accounts.recent import recall
from app.accounts.service import authenticate
from app.divisions import service as divisions
from app.feedback import service as feedback
from app.forms import endpoints as form_endpoints
from app.forms import service as forms
from app.households import endpoints as household_endpoints
from app.households import service as households
from app.http import Endpoint, build_api
from app.imports import endpoints as imports
from app.notices import service as notices
from app.photos import endpoints as photos
from app.photos import upload_endpoints as uploads
from app.reviews import endpoints as review_endpoints
from app.reviews import service as reviews
from app.sync import endpoints as sync
from app.sync import pull_service, register, registry
from app.sync import service as sync_service
from app.visits import pull_service as visit_pulls
from app.visits import service as visits

ROUTES: tuple[Endpoint, ...] = (
    *about.ROUTES,
    *accounts.ROUTES,
    *household_endpoints.ROUTES,
    *imports.ROUTES,
    *form_endpoints.ROUTES,
    *sync.ROUTES,
    *uploads.ROUTES,
    *photos.ROUTES,
    *review_endpoints.ROUTES,
)
COMMANDS = {**register.COMMANDS, **visits.COMMANDS, **feedback.COMMANDS}
PULL_TYPES = {
    **divisions.PULL_TYPES,
    **forms.PULL_TYPES,
    **households.PULL_TYPES,
    **visit_pulls.PULL_TYPES,
    **reviews.PULL_TYPES,
    **pull_service.PULL_TYPES_HERE,
}
REFERENCES = {**visits.REFERENCES, **sync_service.REFERENCES_HERE}


def fill_registry() -> None:
    """Tell the sync room which commands and rows there are; importing this module does it already."""
    registry.use(COMMANDS, PULL_TYPES, REFERENCES)


fill_registry()
visits.on_issue.append(notices.on_issue)


def api() -> Starlette:
    """The application under `/api`."""
    return build_api(ROUTES, authenticate, recall)
