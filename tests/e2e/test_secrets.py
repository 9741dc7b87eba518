"""One search for everything that is secret, after right and wrong uses of it, through a real server with Redis."""

import contextlib
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest
import redis as redis_client

from app.households.rules import check_digit
from tests import makers
from tests.e2e.server import Server
from tests.e2e.socket import Line
from tests.e2e.test_second_factor import make_account

RIGHT, WRONG = "Recht-Weg-73915", "Falsch-Weg-11886"
ID_NUMBER = (first := "34992720190317391") + check_digit(first)
PHONE, BANK, CHILD = "15473915739", "6222020739157391573", "星小标甲"
HOOK = "7391hook-5739-4915-8739-157391573915"
DEVICE = {"id": "01900000-0000-7000-8000-000000007391", "name": "test"}
ROOT = "reflex___state____state.app___accounts___state____office_state"
FACTOR = f"{ROOT}.app___accounts___factor_state____factor_state"
SETTINGS = f"{ROOT}.app___settings___state____settings_state"
HOMES = f"{ROOT}.app___households___state____homes_state"
HOME = f"{ROOT}.app___households___state____home_state"
LIES_OPEN = {"person": {CHILD}, "audit_entry": {CHILD}, "task": {CHILD}}
"""Names are what the register is found by, the log tells of and a task is about; they lie open in these tables."""


class Heard:
    """What the server said, by where it said it; and what must not be there."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.errors: list[tuple[str, bytes]] = []
        self.open: list[httpx.Client | Line] = []
        self.secrets = {"right password": RIGHT, "wrong password": WRONG, "id": ID_NUMBER, "phone": PHONE,
                        "bank": BANK, "child": CHILD, "webhook": HOOK}  # fmt: skip

    def answer(self, answer: httpx.Response) -> httpx.Response:
        """Keep an error and every address; a right answer may hold what was asked for."""
        self.errors.append((f"address of {answer.request.method}", str(answer.request.url).encode()))
        self.errors.append(("headers", "\n".join(f"{a}: {b}" for a, b in answer.headers.items()
                                                 if a != "set-cookie").encode()))  # fmt: skip
        if answer.status_code >= 400:
            self.errors.append((f"{answer.status_code} {answer.request.url.path}", answer.content))
        return answer

    def places(self, redis: str) -> Iterator[tuple[str, bytes]]:
        """Every place to look at: answers, files of the home but `keys/`, each table apart, Redis."""
        yield from self.errors
        for path in sorted(self.server.home.rglob("*")):
            inside = path.relative_to(self.server.home)
            # The database is looked at table by table; the demo's passwords are there to be read.
            meant = inside.parts[0] in {"keys", "demo.json"} or path.name.startswith("ruhutong.db")
            if path.is_file() and not meant:
                yield f"file {inside}", path.read_bytes()
        for (table,) in self.server.rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
            yield f"table {table}", repr(self.server.rows(f'SELECT * FROM "{table}"')).encode()
        with redis_client.Redis.from_url(redis) as kept:
            for key in kept.scan_iter(count=1000):
                yield f"redis {key!r}", key + b"\0" + contents(kept, key)

    def found(self, redis: str) -> list[str]:
        """Which secret lies where."""
        named = {name: shapes(words) for name, words in self.secrets.items()}
        return sorted(
            {
                f"{name} in {place}"
                for place, data in self.places(redis)
                for name, written in named.items()
                if any(one in data for one in written)
                and self.secrets[name] not in LIES_OPEN.get(place.removeprefix("table "), ())
            }
        )


def shapes(words: str) -> list[bytes]:
    """How a secret may be written: as it is, escaped as in JSON or Python, or as in an address."""
    escaped = words.encode("unicode_escape")
    in_address = str(httpx.QueryParams({"": words})).encode()[1:]
    return [words.encode(), escaped, escaped.replace(b"\\u", b"\\\\u"), in_address]


def contents(kept: Any, key: bytes) -> bytes:
    """The whole value of a key, read by its kind: a dump would pack numbers and words."""
    how = {
        b"string": kept.get, b"hash": kept.hgetall, b"set": kept.smembers,
        b"list": lambda name: kept.lrange(name, 0, -1), b"zset": lambda name: kept.zrange(name, 0, -1),
        b"stream": kept.xrange,
    }[kept.type(key)]  # fmt: skip
    value = how(key)
    return value if isinstance(value, bytes) else repr(value).encode()


@pytest.fixture
def heard(tmp_path: Path, redis: str, county: Path) -> Iterator[Heard]:
    server = Server(tmp_path / "secret-home", county)
    server.start()
    one = Heard(server)
    yield one
    for line in one.open:
        line.close()
    server.stop()


def sign_in(heard: Heard, username: str, password: str, code: str = "") -> tuple[httpx.Client, httpx.Response]:
    client = httpx.Client(base_url=heard.server.url, timeout=30, trust_env=False)
    heard.open.append(client)
    body = {"username": username, "password": password, "device": DEVICE, "code": code}
    answer = heard.answer(client.post("/api/session", json=body))
    if token := client.cookies.get("ruhutong_session"):
        heard.secrets[f"cookie of {username} {len(heard.secrets)}"] = token
    return client, answer


def administrator(heard: Heard) -> tuple[httpx.Client, Line]:
    """A new one: first password, marked password, second factor; everything once wrong and once right."""
    heard.secrets["first password"] = first = make_account(heard.server, "xinguan")
    client, answer = sign_in(heard, "xinguan", first)
    assert answer.status_code == 200
    for old, new in ((WRONG, RIGHT), (first, WRONG[:3]), (first, RIGHT)):
        changed = heard.answer(client.post("/api/session/password", json={"old": old, "new": new}))
    assert changed.status_code == 200, changed.text
    line = Line(heard.server.port, client.cookies["ruhutong_session"])
    heard.open.append(line)
    line.event(f"{FACTOR}.begin", {}, path="/office/factor")
    shown = line.until(lambda words: "ref_factor_secret" in words)
    found = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", shown)
    assert found, shown
    secret = found[0].replace(" ", "")
    totp = pyotp.TOTP(secret)
    heard.secrets |= {"totp secret": secret, "totp secret in fours": found[0], "picture": totp.provisioning_uri()[:60]}
    assert heard.answer(client.get("/api/session/factor/picture")).status_code == 200
    line.event(f"{FACTOR}.confirm", {"form": {"code": "WRONG-CODE-7391"}}, path="/office/factor")
    heard.secrets["wrong code"] = "WRONG-CODE-7391"
    line.settle()
    code = totp.now()
    line.event(f"{FACTOR}.confirm", {"form": {"code": code}}, path="/office/factor")
    shown = line.until(lambda words: "ref_factor_codes" in words)
    for number, one in enumerate(re.findall(r"\d{5}-\d{5}", shown)):
        heard.secrets[f"recovery code {number}"] = one
    assert "recovery code 7" in heard.secrets
    return client, line


def settings_and_register(heard: Heard, line: Line, person: str, home: str) -> None:
    """The webhook's address, right and wrong; a child's page and a search by name, which fill States."""
    for url in (f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={HOOK}", f"ftp://{HOOK}", f"http://[{HOOK}"):
        form = {"on": "", "kind": "wecom", "url": url}
        line.event(f"{SETTINGS}.save_notice", {"form": form}, path="/office/settings")
        line.event(f"{SETTINGS}.open", {}, path="/office/settings")
        line.settle()
    for name in ({"evil": CHILD}, [CHILD], CHILD):
        line.event(f"{SETTINGS}.{WRONG}", {"form": name}, path="/office/settings")
    assert HOOK in line.settle(), "the page shows the address to who may set it"
    client = heard.server.client("town_clerk")
    heard.secrets["cookie of the clerk"] = client.cookies["ruhutong_session"]
    clerk = Line(heard.server.port, client.cookies["ruhutong_session"], token="01900000-0000-7000-8000-00000000dcba")
    heard.open += [client, clerk]
    clerk.event(f"{HOMES}.find", {"form": {"text": CHILD, "village": "", "tag": ""}}, path="/office/homes")
    router = {"pathname": "/office/homes/[id]", "query": {"id": home}, "asPath": f"/office/homes/{home}"}
    clerk.event(f"{HOME}.open", {}, router_data=router)
    assert CHILD in clerk.settle(1.0), "the page of the child's home shows the name"
    for body in ({"field": "phone"}, {"field": BANK}, {"field": "id_number", "reason": "核对"}):
        heard.answer(client.post(f"/api/people/{person}/unmask", json=body))


def push(heard: Heard, client: httpx.Client, *commands: dict[str, Any]) -> list[str]:
    device = client.get("/api/session").json()["device"]["id"]
    answer = heard.answer(client.post("/api/sync/push", json={"device_id": device, "commands": list(commands)}))
    if answer.status_code != 200:
        return [str(answer.status_code)]
    for one in answer.json()["receipts"]:
        if one["status"] == "rejected":
            heard.errors.append(("receipt of a rejected command", repr(one).encode()))
    return [one["status"] for one in answer.json()["receipts"]]


@contextlib.contextmanager
def without(heard: Heard, table: str) -> Iterator[None]:
    """A fault in the middle of the work: a table is away."""
    path = heard.server.home / "ruhutong.db"

    def rename(old: str, new: str) -> None:
        with contextlib.closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as database:
            database.execute("PRAGMA legacy_alter_table = ON")
            database.execute(f'ALTER TABLE "{old}" RENAME TO "{new}"')

    rename(table, "away")
    try:
        yield
    finally:
        rename("away", table)


@contextlib.contextmanager
def spoiled(heard: Heard, table: str, column: str, row: str) -> Iterator[None]:
    """A fault of ours: what lies in a column cannot be read."""
    [(before,)] = heard.server.rows(f'SELECT {column} FROM "{table}" WHERE id = ?', [row])

    def put(value: Any) -> None:
        with contextlib.closing(sqlite3.connect(heard.server.home / "ruhutong.db", timeout=30)) as database:
            database.execute(f'UPDATE "{table}" SET {column} = ? WHERE id = ?', [value, row])
            database.commit()

    put("{")
    try:
        yield
    finally:
        put(before)


def use_everything(heard: Heard) -> None:
    """Every secret goes through the server, as it should and as it should not."""
    _, line = administrator(heard)
    village = heard.server.client("village")
    heard.open.append(village)
    heard.secrets["cookie of the cadre"] = village.cookies["ruhutong_session"]
    [(home,)] = heard.server.rows(
        "SELECT h.id FROM household h JOIN user_area a ON a.division = h.division JOIN user u ON u.id = a.user_id "
        "WHERE u.username = ? LIMIT 1",
        [heard.server.accounts["village"]["username"]],
    )
    marked = {"household_id": home, "name": CHILD, "phone": PHONE, "bank_account": BANK}
    added = makers.command("person.add", marked | {"id_number": ID_NUMBER})
    assert push(heard, village, added) == ["stored"]
    [(person,)] = heard.server.rows("SELECT id FROM person WHERE name = ?", [CHILD])
    bad = ({"id_number": ID_NUMBER + "9"}, {"is_head": BANK}, {"relation": CHILD * 9}, {"none": RIGHT}, {"sex": PHONE})
    said = push(heard, village, *(makers.command("person.add", marked | one) for one in bad),
                makers.command("person.none", marked))  # fmt: skip
    assert "rejected" in said
    settings_and_register(heard, line, person, home)
    with without(heard, "command"):
        assert push(heard, village, makers.command("person.add", marked)) == ["503"]
    with spoiled(heard, "household", "extra", home):
        assert push(heard, village, makers.command("person.add", marked)) == ["held"]
    [(xinguan,)] = heard.server.rows("SELECT id FROM user WHERE username = 'xinguan'")
    with spoiled(heard, "user", "flags", xinguan):
        assert sign_in(heard, "xinguan", RIGHT, "739157")[1].status_code == 500
        line.event(f"{FACTOR}.confirm", {"form": {"code": "WRONG-CODE-7391"}}, path="/office/factor")
        line.settle()
    for username, password, code in (("xinguan", WRONG, ""), ("xinguan", RIGHT, "000000"), (WRONG, RIGHT, "")):
        assert sign_in(heard, username, password, code)[1].status_code in {401, 403, 429}
    for path in ("/api/none", "/api/people/x/unmask", f"/api/photos/{'0' * 64}", "/api/forms/x/1"):
        heard.answer(village.get(path))
    for body in (b'{"username": "' + RIGHT.encode(), WRONG.encode(), f'["{CHILD}"]'.encode()):
        heard.answer(village.post("/api/session", content=body))
        heard.answer(village.post("/api/sync/push", content=body))


def test_no_secret_lies_where_it_does_not_belong(heard: Heard, redis: str):
    use_everything(heard)
    log = (heard.server.home / "server.log").read_text("utf-8")
    assert "request failed" in log, "the faults were noticed"
    assert any(place.startswith("redis") for place, _ in heard.places(redis)), "States went to Redis"
    found = heard.found(redis)
    assert found == [], "\n".join(found)
    plant(heard, redis)


def plant(heard: Heard, redis: str) -> None:
    """The search finds what is there: once in each kind of place."""
    with (heard.server.home / "server.log").open("ab") as log:
        log.write(f"signed in with {RIGHT}\n".encode())
    (heard.server.home / "cache").mkdir(exist_ok=True)
    (heard.server.home / "cache/left.json").write_text(f'{{"name": {ascii(CHILD)[1:-1]!r}}}', "utf-8")
    with redis_client.Redis.from_url(redis) as kept:
        kept.hset("kept", "phone", PHONE)
    with contextlib.closing(sqlite3.connect(heard.server.home / "ruhutong.db", timeout=30)) as database:
        database.execute("CREATE TABLE planted (words TEXT)")
        database.execute("INSERT INTO planted VALUES (?)", [BANK])
        database.commit()
    heard.errors.append(("500 /planted", ID_NUMBER.encode()))
    assert heard.found(redis) == [
        "bank in table planted", "child in file cache/left.json", "id in 500 /planted", "phone in redis b'kept'",
        "right password in file server.log",
    ]  # fmt: skip
