"""The API alone as an ASGI application, for tests and benches that need a real server but no pages."""

from starlette.applications import Starlette
from starlette.routing import Mount

from app.memory import settle
from app.rooms import api


def application() -> Starlette:
    """Everything under `/api`."""
    made = Starlette(routes=[Mount("/api", app=api())])
    settle()
    return made
