"""Inline scripts run by their hash alone."""

import base64
import hashlib

from app.shell import csp


def _source(body: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}'"


def test_each_inline_script_is_named_by_hash_once():
    html = '<script>a()</script><script type="module" async="">b("中文")</script><script>a()</script>'
    assert csp.inline_hashes(html) == sorted([_source("a()"), _source('b("中文")')])


def test_scripts_from_files_need_no_hash():
    assert csp.inline_hashes('<script src="/assets/x.js"></script>') == []


def test_a_script_over_several_lines_keeps_every_byte():
    assert csp.inline_hashes("<script>\n a()\n</script>") == [_source("\n a()\n")]


def test_the_policy_allows_ourselves_and_nothing_else():
    policy = csp.policy("<script>a()</script>")
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == f"'self' {_source('a()')}"
    assert rules["frame-ancestors"] == "'none'"
    assert rules["base-uri"] == "'none'"
    assert "unsafe-eval" not in policy
    assert "http" not in policy
