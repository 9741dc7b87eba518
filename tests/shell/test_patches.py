"""The framework's runtime is patched at exactly the places we know, and the build stops when one has gone."""

from pathlib import Path

import pytest
from reflex_base.constants import Templates

from app.shell.patches import STATE_JS, STATE_PATCHES, Patch, PatchGone, patched_files, patched_state_js

ORIGINAL = (Path(Templates.Dirs.WEB_TEMPLATE) / STATE_JS).read_text()


def test_every_place_is_still_in_the_installed_framework():
    patched = patched_state_js(ORIGINAL)
    for patch in STATE_PATCHES:
        assert patch.new in patched, patch.why


def test_the_field_face_counts_as_without_backend():
    body = patched_state_js(ORIGINAL).split("export const isBackendDisabled = () => {")[1].split("};")[0]
    assert body.strip() == 'return !location.pathname.startsWith("/office");'


def test_no_address_of_the_build_reaches_the_browser():
    """The socket goes to the origin of the page; only the path comes from the build."""
    body = patched_state_js(ORIGINAL).split("export const getBackendURL")[1].split("const endpoint")[0]
    assert "return new URL(new URL(url_str).pathname, window.location);" in body


def test_the_runtime_says_nothing_in_english_to_the_person():
    patched = patched_state_js(ORIGINAL)
    assert "A new version of this app" not in patched
    assert '"Reload"' not in patched


@pytest.mark.parametrize("patch", STATE_PATCHES, ids=lambda patch: patch.why)
def test_the_build_stops_when_a_place_has_gone(patch: Patch):
    with pytest.raises(PatchGone, match="found 0 times"):
        patched_state_js(ORIGINAL.replace(patch.old, ""))


def test_a_place_found_twice_is_refused():
    with pytest.raises(PatchGone, match="found 2 times"):
        Patch("why", "a", "b").apply("a a")


def test_files_are_made_from_the_originals_each_time():
    """A second build must not patch what the first has patched."""
    assert patched_files() == patched_files()
    assert {path.as_posix() for path, _ in patched_files()} == {
        "utils/state.js",
        "utils/react-theme.js",
        "utils/office-socket.js",
        "utils/plain-jsx.js",
        "app/entry.client.js",
    }


def test_a_page_that_was_asked_for_is_no_transition():
    """The router takes the switch from its root alone; `navigate(..., {flushSync})` is forgotten on the way."""
    files = {path.as_posix(): text for path, text in patched_files()}
    assert "createElement(HydratedRouter, { useTransitions: false })" in files["app/entry.client.js"]
