"""What a phone seals, this server opens, and nobody else; what was sealed to an older key opens too."""

import json
import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app import keys
from app.config import settings
from app.crypto import SealBroken
from tests.offline.packages import ENVIRONMENT, FOLDER, NODE, install

INFO = "ruhutong-sealed-1"
SEAL = """
import { sealTo, toText, fromText } from "../../assets/offline/envelope.js";
import { utf8 } from "../../assets/offline/canonical.js";
const { county, info, plaintext, aad, header } = JSON.parse(process.argv[1]);
const beside = header ? async ({ kid, epk, iv }) => utf8(`${kid} ${epk} ${iv}`) : utf8(aad);
const { ciphertext, ...seal } = await sealTo(county, info, fromText(plaintext), beside);
console.log(JSON.stringify({ ...seal, ciphertext: toText(ciphertext) }));
"""


def _phone(**asked: Any) -> dict[str, str]:
    """What the phone's `sealTo` makes of it, under Node."""
    install()
    done = subprocess.run(
        [str(NODE), "--import", "./hooks.mjs", "--input-type=module", "-e", SEAL, json.dumps(asked)],
        cwd=FOLDER, env=ENVIRONMENT, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _open(sealed: dict[str, str], aad: bytes, info: str = INFO) -> bytes:
    epk, iv, ciphertext = (keys.from_text(sealed[name]) for name in ("epk", "iv", "ciphertext"))
    return keys.open_sealed(sealed["kid"], epk, iv, ciphertext, info, aad)


def test_the_server_opens_what_the_phone_sealed(home: Path) -> None:
    plaintext = "高敏家的水缸漏了 💧".encode() + os.urandom(60_000)
    sealed = _phone(county=keys.public_county_key(), info=INFO, plaintext=keys.to_text(plaintext), aad="王家\0第一条")
    assert _open(sealed, "王家\0第一条".encode()) == plaintext
    assert sealed["kid"] == "00000001"


def test_the_seal_itself_may_stand_in_what_is_beside_it(home: Path) -> None:
    sealed = _phone(county=keys.public_county_key(), info=INFO, plaintext="", header=True)
    assert _open(sealed, f"{sealed['kid']} {sealed['epk']} {sealed['iv']}".encode()) == b""


def test_nothing_changed_opens(home: Path) -> None:
    sealed = _phone(county=keys.public_county_key(), info=INFO, plaintext=keys.to_text(b"abc"), aad="x")
    assert _open(sealed, b"x") == b"abc"
    for name in ("ciphertext", "iv", "epk"):
        raw = bytearray(keys.from_text(sealed[name]))
        raw[-1] ^= 1
        with pytest.raises(SealBroken):
            _open({**sealed, name: keys.to_text(bytes(raw))}, b"x")
    with pytest.raises(SealBroken):
        _open(sealed, b"y")
    with pytest.raises(SealBroken):
        _open(sealed, b"x", "ruhutong-recovery-1")
    with pytest.raises(SealBroken):
        _open({**sealed, "iv": keys.to_text(b"short")}, b"x")
    for kid in ("00000002", "../field", "0000000g", ""):
        with pytest.raises(keys.CountyKeyMissing):
            _open({**sealed, "kid": kid}, b"x")


def test_an_older_key_still_opens_after_a_new_one_was_made(home: Path) -> None:
    sealed = _phone(county=keys.public_county_key(), info=INFO, plaintext=keys.to_text(b"abc"), aad="x")
    assert keys.make_county_key(settings().keys) == "00000002"
    assert keys.public_county_key()["kid"] == "00000002"
    assert _open(sealed, b"x") == b"abc"


def test_the_key_file_is_this_users_alone(home: Path) -> None:
    keys.county_key()
    [path] = settings().keys.glob("county-*.key")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["+", "a", "ab=", "ab\n", "ä", "AB"])
def test_text_that_is_no_base64url_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base64url"):
        keys.from_text(text)
