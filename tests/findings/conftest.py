"""What tests of findings share."""

import pytest

from app.db import transaction
from models.households import Person
from tests import makers
from tests.findings.stage import old_woman


@pytest.fixture
def old() -> Person:
    with transaction() as session:
        makers.divisions(session)
        return old_woman(session)
