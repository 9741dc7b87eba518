"""Who sits at the desk is read from the cookie alone."""

import pytest

from app.accounts.state import session_token


@pytest.mark.parametrize(
    ("cookies", "token"),
    [
        ("ruhutong_session=abc", "abc"),
        ("other=1; ruhutong_session=abc; more=2", "abc"),
        ("", None),
        ("other=1", None),
        ("\x00;;;=", None),
    ],
)
def test_the_session_is_found_among_cookies(cookies: str, token: str | None):
    assert session_token(cookies) == token
