"""`GET /api/photos/{sha256}` over HTTP: headers, refusals, what never leaves."""

import asyncio

import httpx
import pytest
from sqlmodel import select

from app.accounts.rules import Role
from app.accounts.service import authenticate
from app.db import reading, transaction
from app.http import COOKIE, build_api
from app.photos.endpoints import show_photo
from models.audit import AuditEntry
from tests import makers
from tests.photos import pictures
from tests.reviews import stage


@pytest.fixture
def web(home):
    """(client, sha256 of an ordinary picture, of a child's, of a page hidden in a JPEG)."""
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        cadre = makers.user(session, token="cadre")
        makers.user(session, Role.SUPERVISOR, (makers.COUNTY,), token="supervisor")
        makers.user(session, Role.SUPERVISOR, (makers.COUNTY,), flags=("child_photos",), token="trusted")
        makers.user(session, Role.TOWN_CLERK, (makers.OTHER_TOWN,), token="elsewhere")
        makers.user(session, Role.ADMIN, (makers.COUNTY,), token="admin")
        visit = stage.visit(session, cadre, makers.household(session))
        names = []
        for data, child in ((pictures.jpeg(1), False), (pictures.jpeg(2), True), (pictures.polyglot(), False)):
            names.append(stage.picture(session, cadre, data).sha256)
            stage.name_picture(session, visit, names[-1], of_child=child)
    return build_api([show_photo], authenticate), *names


def get(api, sha256, token="supervisor", *, tag=None, **query):
    async def ask() -> httpx.Response:
        headers = {"Cookie": f"{COOKIE}={token}"} | ({"If-None-Match": tag} if tag else {})
        async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://county") as client:
            return await client.get(f"/photos/{sha256}", params=query, headers=headers)

    return asyncio.run(ask())


def test_what_is_shown(web):
    client, sha256, *_ = web
    answer = get(client, sha256, size="thumb")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"].startswith("private")
    again = get(client, sha256, size="thumb", tag=answer.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")


def test_the_bytes_as_received_are_an_attachment(web):
    client, _, _, page = web
    answer = get(client, page)
    assert answer.content == pictures.polyglot()
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert b"<script>" not in get(client, page, size="screen").content


@pytest.mark.parametrize(("token", "status"), [("elsewhere", 404), ("admin", 403), ("nobody", 401)])
@pytest.mark.parametrize("query", [{}, {"size": "thumb"}])
def test_refusals(web, token, status, query):
    client, sha256, *_ = web
    answer = get(client, sha256, token, **query)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_an_unchanged_picture_is_not_told_to_who_may_not_see_it(web):
    client, sha256, *_ = web
    tag = get(client, sha256, size="thumb").headers["etag"]
    answer = get(client, sha256, "elsewhere", size="thumb", tag=tag)
    assert answer.status_code == 404


@pytest.mark.parametrize("name", ["x", "A" * 64, "f" * 64, "../../etc/passwd"])
def test_no_such_picture(web, name):
    assert get(web[0], name, size="thumb").status_code == 404


def test_a_childs_picture_opens_with_a_reason_and_is_never_cached(web):
    client, _, child, _ = web
    assert get(client, child, size="thumb").status_code == 403
    assert get(client, child, "trusted", size="thumb").json()["error"]["code"] == "reason_needed"
    assert get(client, child, "trusted").json()["error"]["code"] == "reason_needed"
    answer = get(client, child, "trusted", size="screen", reason="review")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert get(client, child, "cadre", size="screen").status_code == 200
    with reading() as session:
        assert session.exec(select(AuditEntry.reason)).all() == ["review", "own"]


def test_another_size(web):
    assert get(web[0], web[1], size="huge").status_code == 422
