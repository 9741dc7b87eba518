"""Every room's ways in, without Reflex: what the server, the command line and the workers share."""

from starlette.applications import Starlette

from app.accounts import endpoints as accounts
from app.accounts.service import authenticate
from app.http import Endpoint, build_api

ROUTES: tuple[Endpoint, ...] = (*accounts.ROUTES,)


def api() -> Starlette:
    """The application under `/api`."""
    return build_api(ROUTES, authenticate)
