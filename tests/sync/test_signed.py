"""A command says by its signature which phone it came from; a missing or wrong one is noted and stops nothing."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from sqlmodel import select

from app import keys
from app.accounts.schemas import Actor
from app.db import new_id, reading, transaction, utcnow
from models.devices import DeviceKey
from models.sync import Command
from tests import makers
from tests.sync.pushing import push, statuses

pytestmark = pytest.mark.usefixtures("database")


def sign(key: ec.EllipticCurvePrivateKey, digest: str) -> str:
    """As a phone signs: r ‖ s in base64url."""
    r, s = decode_dss_signature(key.sign(digest.encode(), ec.ECDSA(SHA256())))
    return keys.to_text(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def enrol(actor: Actor, key: ec.EllipticCurvePrivateKey) -> None:
    """Give an actor's phone a key."""
    with transaction() as session:
        session.add(
            DeviceKey(user_id=actor.id, device_id=actor.device_id or "", how="login", enrolled_at=utcnow(),
                      public_key=keys.to_text(keys.raw_point(key.public_key())))
        )  # fmt: skip


@pytest.fixture
def world() -> tuple[Actor, str]:
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        return makers.user(session), makers.household(session).id


def signed() -> dict[str, str]:
    with reading() as session:
        return {row.id: row.signed for row in session.scalars(select(Command))}


def test_each_signature_is_noted_and_none_stops_a_command(world: tuple[Actor, str]) -> None:
    actor, home = world
    key, stranger = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    early = makers.command("visit", makers.visit(home))
    early["signature"] = sign(key, early["digest"])
    assert statuses(push(actor, early)) == ["stored"]
    enrol(actor, key)
    good, bare, wrong, odd = (makers.command("visit", makers.visit(home)) for _ in range(4))
    good["signature"] = sign(key, good["digest"])
    wrong["signature"] = sign(stranger, wrong["digest"])
    odd["signature"] = "…"
    assert statuses(push(actor, good, bare, wrong, odd)) == ["stored"] * 4
    assert signed() == {early["id"]: "unknown_key", good["id"]: "yes", bare["id"]: "none", wrong["id"]: "wrong",
                        odd["id"]: "wrong"}  # fmt: skip


def test_another_phones_key_is_not_this_ones(world: tuple[Actor, str]) -> None:
    actor, home = world
    key = ec.generate_private_key(ec.SECP256R1())
    with transaction() as session:
        other = makers.user(session)
    enrol(other, key)
    one = makers.command("visit", makers.visit(home))
    one["signature"] = sign(key, one["digest"])
    push(actor, one)
    assert signed() == {one["id"]: "unknown_key"}


def test_what_was_held_keeps_what_its_signature_was_worth(world: tuple[Actor, str]) -> None:
    actor, _ = world
    key = ec.generate_private_key(ec.SECP256R1())
    enrol(actor, key)
    home = new_id()
    new = makers.command("household.add", {"id": home, "name": "赵六", "division": makers.VILLAGE})
    late = makers.command("visit", makers.visit(home))
    late["signature"] = sign(key, late["digest"])
    assert statuses(push(actor, late)) == ["held"]
    push(actor, new)
    assert signed()[late["id"]] == "yes"
