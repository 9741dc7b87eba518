"""The phone puts away what the field face needs, all of it and nothing else."""

import json
from pathlib import Path

import pytest

from app.shell import precache


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A build in small: two field pages, an office page, a chunk of each kind."""
    files = {
        "index.html": '<script type="module" src="/assets/entry-AAAAAAAA.js"></script>',
        "index.html.gz": "",
        "households/index.html": '<link href="/assets/style-BBBBBBBB.css">',
        "households.html": "twin",
        "office/index.html": '<script src="/assets/office_page-CCCCCCCC.js">',
        "office/reviews/index.html": "",
        "404.html": "",
        "__spa-fallback.html": '<script src="/assets/manifest-12345678.js">',
        "favicon.ico": "",
        "icons.svg": "",
        "manifest.webmanifest": "{}",
        "icons/icon-192.png": "",
        "icons/icon-512.png": "",
        "offline/store.js": "a copy that nobody loads",
        "offline/photo-worker.js": "started by its address",
        "assets/entry-AAAAAAAA.js": 'import"./shared-DDDDDDDD.js";import("./office-socket-EEEEEEEE.js");'
        'new Worker("/assets/photo-worker-FFFFFFFF.js")',
        "assets/entry-AAAAAAAA.js.gz": "",
        "assets/shared-DDDDDDDD.js": "new Worker(`/offline/photo-worker.js`)",
        "assets/style-BBBBBBBB.css": 'url("/assets/plate-GGGGGGGG.svg")',
        "assets/plate-GGGGGGGG.svg": "",
        "assets/photo-worker-FFFFFFFF.js": "",
        "assets/office-socket-EEEEEEEE.js": "",
        "assets/office_page-CCCCCCCC.js": 'import"./office_list-HHHHHHHH.js"',
        "assets/office_list-HHHHHHHH.js": "",
        "assets/household-JJJJJJJJ.js": "",
        "assets/manifest-12345678.js": "window.__reactRouterManifest="
        + json.dumps(
            {
                "routes": {
                    "routes/[households].$[id]._index": {"module": "/assets/household-JJJJJJJJ.js", "imports": []},
                    "routes/[office]._index": {
                        "module": "/assets/office_page-CCCCCCCC.js",
                        "imports": ["/assets/office_list-HHHHHHHH.js"],
                    },
                }
            }
        )
        + ";",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_the_list_is_exact(static: Path):
    assert precache.field_files(static).all == [
        "__spa-fallback.html",
        "assets/entry-AAAAAAAA.js",
        "assets/household-JJJJJJJJ.js",
        "assets/manifest-12345678.js",
        "assets/photo-worker-FFFFFFFF.js",
        "assets/plate-GGGGGGGG.svg",
        "assets/shared-DDDDDDDD.js",
        "assets/style-BBBBBBBB.css",
        "favicon.ico",
        "households/index.html",
        "icons.svg",
        "icons/icon-192.png",
        "index.html",
        "manifest.webmanifest",
        "offline/photo-worker.js",
    ]


def test_without_the_shell_for_dynamic_addresses_nothing_is_built(static: Path):
    (static / precache.SHELL).unlink()
    with pytest.raises(precache.BuildIncomplete, match="fallback"):
        precache.field_files(static)


def test_without_scripts_nothing_is_built(static: Path):
    for path in (static / "assets").glob("*.js"):
        path.unlink()
    with pytest.raises(precache.BuildIncomplete, match="scripts"):
        precache.field_files(static)


def test_without_a_worker_that_is_started_by_its_address_nothing_is_built(static: Path):
    (static / "offline/photo-worker.js").unlink()
    with pytest.raises(precache.BuildIncomplete, match="photo-worker"):
        precache.field_files(static)
