"""The API alone as an ASGI application, for tests and benches that need a real server but no pages."""

from starlette.applications import Starlette
from starlette.routing import Mount

from app.logs import use_plain_logs
from app.memory import settle
from app.rooms import api


def application() -> Starlette:
    """Everything under `/api`."""
    use_plain_logs()
    made = Starlette(routes=[Mount("/api", app=api())])
    settle()
    return made
