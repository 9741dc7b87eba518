"""How Reflex builds and serves 入户通. What is not set here keeps its default.

No address and no port stand here: one build serves every host, port and home (app/shell/patches.py).
"""

import os

import reflex as rx

from app.shell.plugin import ShellPlugin

REDIS = os.environ.get("RUHUTONG_REDIS_URL")

config = rx.Config(
    app_name="app",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    default_color_mode="light",
    # Nobody from elsewhere; our own origin is checked by app/web.py, whatever host and port it has.
    cors_allowed_origins=[],
    redis_url=REDIS,
    state_manager_mode=rx.constants.StateManagerMode.REDIS if REDIS else rx.constants.StateManagerMode.MEMORY,
    frontend_lazy_bundled_libraries=True,
    frontend_packages=[
        "@marcbachmann/cel-js@8.0.0",
        "@noble/ciphers@2.4.0",
        "canonicalize@5.1.0",
        "dexie@4.4.7",
        "zustand@5.1.0",
    ],
    plugins=[rx.plugins.TailwindV4Plugin(), ShellPlugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
