"""A new administrator: the first password is changed, the second factor set up, and asked for from then on."""

import os
import subprocess
import sys
from pathlib import Path

import pyotp
from playwright.sync_api import Page, expect

from tests.e2e.server import Server

NEW = "Mountain-path-7"


def make_account(server: Server, username: str) -> str:
    program = Path(sys.executable).parent / "ruhutong"
    done = subprocess.run(
        [str(program), "user", "create", username, "管理员", "admin"], capture_output=True, text=True, check=True,
        env={**os.environ, "RUHUTONG_HOME": str(server.home)}, timeout=120,
    )  # fmt: skip
    return done.stdout.strip().splitlines()[-1]


def sign_in(page: Page, username: str, password: str) -> None:
    page.get_by_test_id("login-username").fill(username)
    page.get_by_test_id("login-password").fill(password)
    page.get_by_test_id("login-submit").click()


def test_from_the_first_password_to_the_second_factor(new_phone, server: Server):
    first = make_account(server, "xinguan")
    phone = new_phone()
    page = phone.open("/login")
    sign_in(page, "xinguan", first)
    page.wait_for_url("**/office/password")
    for name, value in (("old", first), ("new", NEW), ("again", NEW)):
        page.locator(f"input[name={name}]").fill(value)
    page.get_by_test_id("password-submit").click()
    page.get_by_test_id("password-done").click()
    page.wait_for_url("**/office/factor")
    page.get_by_test_id("factor-begin").click()
    secret = page.locator("#factor-secret")
    expect(secret).not_to_have_value("")
    expect(page.locator("img.qr")).to_be_visible()
    assert page.locator("img.qr").evaluate("(img) => img.decode().then(() => img.naturalWidth > 100)")
    totp = pyotp.TOTP(secret.input_value().replace(" ", ""))
    page.get_by_test_id("factor-code").fill(totp.now())
    page.get_by_test_id("factor-confirm").click()
    expect(page.get_by_test_id("factor-codes")).not_to_have_value("")
    codes = page.get_by_test_id("factor-codes").input_value().split()
    assert len(codes) == 8
    page.get_by_test_id("factor-noted").click()
    expect(page.get_by_test_id("factor-done")).to_be_visible()

    other = new_phone()
    page = other.open("/login")
    sign_in(page, "xinguan", NEW)
    code = page.get_by_test_id("login-code")
    code.fill("000000")
    page.get_by_test_id("login-submit").click()
    expect(page.get_by_text("验证码不对，还能试 4 次")).to_be_visible()
    code.fill(codes[0])
    page.get_by_test_id("login-submit").click()
    page.wait_for_url("**/office/**")
    expect(page.get_by_role("heading", name="账号")).to_be_visible()
