"""Scripts that a start needs say that they are to be compiled while they load."""

import gzip
from pathlib import Path

from app.shell import eager


def test_only_what_the_pages_name_at_once_and_only_once(tmp_path: Path):
    (tmp_path / "assets").mkdir()
    for name in ("start-aBcD1234.js", "later-aBcD1234.js"):
        (tmp_path / "assets" / name).write_bytes(b"run();\n")
        (tmp_path / "assets" / f"{name}.gz").write_bytes(gzip.compress(b"run();\n"))
    now = '<link rel="modulepreload" href="/assets/start-aBcD1234.js"/>'
    later = '<script>import("/assets/later-aBcD1234.js")</script>'
    (tmp_path / "index.html").write_text(now + later, "utf-8")

    assert eager.hint(tmp_path, ["index.html"]) == ["assets/start-aBcD1234.js"]
    eager.hint(tmp_path, ["index.html"])
    hinted = eager.HINT + b"run();\n"
    assert (tmp_path / "assets/start-aBcD1234.js").read_bytes() == hinted
    assert gzip.decompress((tmp_path / "assets/start-aBcD1234.js.gz").read_bytes()) == hinted
    assert (tmp_path / "assets/later-aBcD1234.js").read_bytes() == b"run();\n"
