"""The home that the ledgers of this room are about."""

from datetime import date

import pytest

from app.db import new_id, transaction, utcnow
from models.benefits import Payment
from models.pairing import Official, PairedHome
from tests.papers.stage import Home, set_up


@pytest.fixture
def one(database, tmp_path) -> Home:
    """The home of the three, paired and paid."""
    with transaction() as session:
        found = set_up(session)
        official = Official(id=new_id(), name="赵刚", unit="县财政局", phone="15411110000", created_at=utcnow(),
                            updated_at=utcnow())  # fmt: skip
        session.add(official)
        session.flush()
        session.add(PairedHome(id=new_id(), official_id=official.id, household_id=found.home.id,
                               division=found.home.division, from_on=date(2026, 1, 1), created_at=utcnow(),
                               updated_at=utcnow()))  # fmt: skip
        session.add(Payment(id=new_id(), person_id=found.grandmother.id, household_id=found.home.id,
                            division=found.home.division, programme="old_allowance", period="2026-10", amount_fen=8050,
                            created_at=utcnow()))  # fmt: skip
        found.path = tmp_path
        return found
