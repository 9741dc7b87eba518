"""What goes wrong is logged, and nothing of whom it was about."""

import logging
from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy.exc import IntegrityError

from app.db import transaction
from app.logs import use_plain_logs
from tests import makers

SECRET = "Mountain-path-7"


@pytest.fixture
def usual_logs(home) -> Iterator[None]:
    present = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(present)
    structlog.reset_defaults()


def fails(password: str) -> None:
    body = {"password": password}
    raise RuntimeError(f"{len(body)} went wrong")


def test_a_traceback_shows_the_place_and_no_contents(usual_logs, capsys):
    use_plain_logs()
    try:
        fails(SECRET)
    except RuntimeError:
        structlog.get_logger().exception("request failed", path="/session")
    said = capsys.readouterr().err
    assert "request failed" in said
    assert "RuntimeError" in said
    assert "in fails" in said
    assert SECRET not in said


def test_the_databases_words_do_not_hold_the_row(database):
    with transaction() as session:
        makers.divisions(session)
        home = makers.household(session)
    with pytest.raises(IntegrityError) as caught, transaction() as session:
        makers.household(session, id=home.id, name="不可外传")
    assert "不可外传" not in str(caught.value)


def test_what_came_over_the_socket_in_a_wrong_shape_is_not_quoted(usual_logs, caplog):
    use_plain_logs()
    use_plain_logs()
    log = logging.getLogger("reflex.app")
    log.warning(f"Received event data as a string. Event data: {SECRET}")
    log.error("Error transforming event argument 'form' with value '%s'", SECRET)
    try:
        fails(SECRET)
    except RuntimeError:
        log.exception(f"Error processing event queue entry for Event(name=5, payload={SECRET!r})")
    said = [logging.Formatter().format(record) for record in caplog.records]
    assert len(said) == 3
    assert said[2] == "Error processing event queue entry for … (RuntimeError)"
    assert not any(SECRET in one for one in said)
