"""A stranger checks a visit offline, with nothing but Python: good is good, and whatever was touched is found."""

import json
import subprocess
import sys
from copy import deepcopy

import pytest
from sqlalchemy import select

from app.db import SHANGHAI, reading, transaction, utcnow
from app.errors import BadInput, NotAllowed, NotFound
from app.evidence import head_service, proof_service
from app.evidence.endpoints import SCRIPT
from app.evidence.verify_proof import check
from app.photos import service as photos
from models.audit import AuditEntry
from models.visits import Visit, VisitPhoto
from tests import makers
from tests.evidence.busy import live


@pytest.fixture
def supervisor(database):
    live()
    with transaction() as session:
        return makers.user(session, "supervisor", (makers.COUNTY,))


def take(actor, visit_id, reason="核实投诉"):
    now = utcnow()
    with transaction() as session:
        return proof_service.proof(session, actor, visit_id, reason, now.astimezone(SHANGHAI).date(), now)


def with_pictures():
    with reading() as session:
        return session.scalars(select(VisitPhoto.visit_id)).first()


def run(*arguments):
    """As a stranger runs it: no packages, no environment."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), *map(str, arguments)], capture_output=True, text=True, check=False,
        env={"PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip


def test_a_stranger_checks_a_visit_with_its_pictures(supervisor, tmp_path):
    visit = with_pictures()
    made = take(supervisor, visit)
    proof, name = tmp_path / made.name, json.loads(made.data)["photos"][0]
    proof.write_bytes(made.data)
    (tmp_path / "photo.jpg").write_bytes(photos.as_received(name))
    (tmp_path / "other.jpg").write_bytes(photos.as_received(name) + b"x")
    good = run(proof, tmp_path / "photo.jpg")
    assert (good.returncode, good.stderr) == (0, "")
    assert "一个字也没有改过" in good.stdout
    with reading() as session:
        key = head_service.head(session).public_key
    assert run(proof, "--key", key).returncode == 0
    assert run(proof, "--key", "A" * 43).returncode == 1
    assert run(proof, tmp_path / "other.jpg").returncode == 1
    with reading() as session:
        log = session.scalars(select(AuditEntry).where(AuditEntry.action == "visit.proof")).one()
    assert (log.reason, log.subject_id, log.actor_id) == ("核实投诉", visit, supervisor.id)


def test_it_says_nothing_of_others(supervisor):
    made = json.loads(take(supervisor, with_pictures()).data)
    with reading() as session:
        others = [one for one in session.scalars(select(Visit.id)) if one != made["visit"]]
    text = json.dumps(made["heads"])
    assert others
    assert not any(one in text for one in others)
    assert {one["subject"].split(" ")[0] for one in made["entries"] if one["type"] == "visit"} == {made["visit"]}


def test_whatever_is_touched_is_found(supervisor):
    made = json.loads(take(supervisor, with_pictures()).data)
    assert check(made, []) == []
    for place, one in enumerate(made["entries"]):
        for field in ("n", "kind", "type", "subject", "what", "at"):
            touched = deepcopy(made)
            touched["entries"][place][field] = 1 if field == "n" else one[field] + "0"
            assert check(touched, []), f"{one['type']} {field}"
        if one["content"]:
            touched = deepcopy(made)
            touched["entries"][place]["content"] = one["content"].replace('"', "'", 1)
            assert check(touched, [])
    for place in range(len(made["heads"])):
        for field in ("before", "signature", "public_key"):
            touched = deepcopy(made)
            value = touched["heads"][place][field]
            touched["heads"][place][field] = ("1" if value[0] != "1" else "2") + value[1:]
            assert check(touched, []), field
        touched = deepcopy(made)
        touched["heads"][place]["lines"].pop()
        assert check(touched, [])
    gone = deepcopy(made)
    gone["entries"] = [one for one in made["entries"] if one["type"] != "visit"]
    assert check(gone, [])


def test_who_may_not(supervisor):
    visit = with_pictures()
    with pytest.raises(BadInput):
        take(supervisor, visit, reason=" ")
    with transaction() as session:
        elsewhere = makers.user(session, "supervisor", ("349928",))
        cadre = makers.user(session)
    with pytest.raises(NotFound):
        take(elsewhere, visit)
    with pytest.raises(NotAllowed):
        take(cadre, visit)
