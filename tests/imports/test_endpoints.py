"""`/api/imports`: files from a page, good ones and all the others; who may see what."""

import asyncio

import httpx
import pytest
from sqlmodel import select

from app.accounts.rules import Role
from app.db import reading, transaction
from app.imports import endpoints, service
from app.imports.book import open_book
from models.imports import ImportBatch
from tests import makers
from tests.api_app import application
from tests.imports import files
from tests.imports.files import person, roster

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture(autouse=True)
def clerk(home):
    with transaction() as session:
        return makers.user(session, Role.TOWN_CLERK, ("349927100",), token="clerk")


def ask(method: str, path: str, token: str = "clerk", **more) -> httpx.Response:
    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(application())
        cookies = {"ruhutong_session": token}
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", cookies=cookies) as client:
            return await client.request(method, f"/api{path}", **more)

    return asyncio.run(run())


def send(data: bytes, name: str = "花名册.xlsx") -> httpx.Response:
    return ask("POST", "/imports", params={"name": name}, content=data)


def test_a_file_is_received_read_and_told():
    sent = send(roster(person(1), person(2, name="李娟", 身份证号="")))
    assert sent.status_code == 201
    path = f"/imports/{sent.json()['id']}"
    assert ask("GET", path).json()["state"] == "reading"
    service.read_job(sent.json()["id"])
    told = ask("GET", path).json()
    assert (told["state"], told["file_name"], told["unreadable"], told["to_take"]) == ("previewed", "花名册.xlsx", 1, 1)
    answer = ask("GET", f"{path}/unreadable")
    assert answer.headers["content-type"] == endpoints.XLSX
    assert answer.headers["cache-control"] == "no-store"
    assert len(list(open_book("x.xlsx", answer.content).sheets[0].rows())) == 2


@pytest.mark.parametrize(
    ("name", "data", "status", "code"),
    [
        ("花名册.xlsx", b"", 422, "empty_file"),
        ("花名册.xlsx", b"%PDF-1.7", 422, "not_spreadsheet"),
        ("花名册.xlsx", b"PK\x03\x04 broken", 422, "broken_file"),
        ("花名册.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), 422, "encrypted"),
        ("花名册.csv", b"\xff\xff\x00\x81 broken \xfe", 422, "unknown_encoding"),
        ("", b"a,b", 422, "no_name"),
    ],
)
def test_what_is_no_spreadsheet_gets_a_sentence_and_leaves_nothing(name, data, status, code):
    answer = send(data, name)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in answer.json()["error"]["message"])
    with reading() as session:
        assert session.exec(select(ImportBatch)).all() == []


def test_too_much_is_stopped_on_the_way_whatever_it_declares(monkeypatch):
    monkeypatch.setattr(endpoints, "MAX_BYTES", 1000)

    async def endless():
        for _ in range(50):
            yield b"x" * 100

    for content in (b"x" * 2000, endless()):
        answer = ask("POST", "/imports", params={"name": "a.csv"}, content=content)
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "file_too_big")


def test_the_name_of_a_file_is_only_a_name():
    sent = send(files.text([["姓名", "身份证号", "户编号"]]), "..\\..\\C:/秘密/花名册.csv")
    with reading() as session:
        assert session.get(ImportBatch, sent.json()["id"]).file_name == "花名册.csv"


def test_another_township_does_not_see_it():
    with transaction() as session:
        makers.user(session, Role.TOWN_CLERK, ("349927101",), token="other")
    path = f"/imports/{send(roster(person(1))).json()['id']}"
    for one in (path, f"{path}/unreadable"):
        assert ask("GET", one).status_code == 200
        assert ask("GET", one, "other").status_code == 404


def test_an_unknown_import_is_not_found():
    for path in ("/imports/none", "/imports/01900000-0000-7000-8000-000000000000/unreadable"):
        assert ask("GET", path).status_code == 404
