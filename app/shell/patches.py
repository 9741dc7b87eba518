"""The places where Reflex's browser runtime must behave differently for us, and how.

Each patch names the exact text it replaces. When an upgrade of Reflex moves that text, the build stops with the name
of the patch, instead of shipping a field face that opens a WebSocket in a village without signal.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from reflex_base.constants import Templates

STATE_JS = "utils/state.js"
THEME_JS = "utils/react-theme.js"
ENTRY_JS = "app/entry.client.js"
# A chunk of its own, whose name tells app/shell/precache.py that the field face does without it.
ROOT_JSX = "app/root.jsx"
SOCKET_JS = "utils/office-socket.js"
VITE_CONFIG = "vite.config.js"
JSX_JS = "utils/plain-jsx.js"


WINDOW_IMPORT = re.compile(r'^import \* as (\w+) from "[^"]+";\n', re.MULTILINE)


class PatchGone(RuntimeError):
    """The text to replace is not in the framework's file any more (or not once)."""


@dataclass(frozen=True)
class Patch:
    """Replace `old`, which must occur exactly once, by `new`; `why` is told when that fails."""

    why: str
    old: str
    new: str

    def apply(self, text: str) -> str:
        """The text with the replacement made.

        Raises:
            PatchGone: `old` occurs never or more than once.
        """
        if text.count(self.old) != 1:
            raise PatchGone(
                f"{self.why}: expected once in Reflex's file, found {text.count(self.old)} times:\n{self.old}"
            )
        return text.replace(self.old, self.new)


STATE_PATCHES = (
    Patch(
        "the field face does not load socket.io",
        'import io from "socket.io-client";\n',
        'let io;\nconst loadSocketIo = async () => {\n  io ??= (await import("$/utils/office-socket")).default;\n};\n',
    ),
    Patch(
        "the early connection waits for socket.io",
        "  queueMicrotask(() => {\n",
        "  queueMicrotask(async () => {\n",
    ),
    Patch(
        "the early connection is not made after the page's own",
        "      return;\n    }\n    try {\n      warmSocket = createSocket(\n",
        "      return;\n    }\n    try {\n      await loadSocketIo();\n      if (socketStarted) return;\n"
        "      warmSocket = createSocket(\n",
    ),
    Patch(
        "the connection waits for socket.io, and is made once",
        "  // Get backend URL object from the endpoint.\n  const endpoint = getBackendURL(EVENTURL);\n",
        "  if (!io) {\n    await loadSocketIo();\n    if (socket.current) return;\n  }\n"
        "  const endpoint = getBackendURL(EVENTURL);\n",
    ),
    Patch(
        "one build serves any host and port: the socket goes to where the page came from",
        "  // Get backend URL object from the endpoint.\n  const endpoint = new URL(url_str);\n",
        '  if (import.meta.env.PROD && typeof window !== "undefined") {\n'
        "    return new URL(new URL(url_str).pathname, window.location);\n"
        "  }\n"
        "  const endpoint = new URL(url_str);\n",
    ),
    Patch(
        "the field face opens no WebSocket",
        '  const cookie = document.cookie\n    .split("; ")\n    .find((row) => row.startsWith("backend-enabled="));\n'
        '  return cookie !== undefined && cookie.split("=")[1] == "false";\n',
        '  return !location.pathname.startsWith("/office");\n',
    ),
    Patch(
        "the field face queues no events: nobody would ever send them",
        "  const addEvents = useCallback((events, args, event_actions) => {\n",
        "  const addEvents = useCallback((events, args, event_actions) => {\n    if (isBackendDisabled()) return;\n",
    ),
    Patch(
        "a new version is offered, never forced",
        "  if (Date.now() - last_reload > info.reload_cooldown_ms) {\n    reloadForNewVersion();\n    return;\n  }\n",
        "",
    ),
    Patch(
        "the new-version notice is in Chinese",
        '  banner.append("A new version of this app is available.");\n',
        '  banner.append("系统有新版本。写完手上的内容，再点刷新。");\n',
    ),
    Patch(
        "the new-version button is in Chinese", '  button.textContent = "Reload";\n', '  button.textContent = "刷新";\n'
    ),
    Patch(
        "the new-version notice is large enough to read and tap",
        '    "background:#1c2024;color:#fff;font:1rem system-ui,sans-serif;";\n',
        '    "background:var(--way-soft);color:var(--ink);font:var(--text-body)/1.45 var(--font);";\n',
    ),
    Patch(
        "the new-version button is large enough to tap",
        '    "padding:0.25rem 0.75rem;border:1px solid #fff;border-radius:4px;" +\n',
        '    "min-height:var(--touch);padding:0 1rem;border:1px solid var(--edge);border-radius:14px;" +\n',
    ),
)

ENTRY_PATCH = Patch(
    "a page that was asked for is drawn at once, not in slices behind everything else: a slow phone stood for seconds",
    "createElement(HydratedRouter)",
    "createElement(HydratedRouter, { useTransitions: false })",
)

ALIAS_PATCH = Patch(
    "pages are drawn by React itself: emotion, 11 KB of every first load, only made classes of a few inline styles",
    "    alias: [\n",
    '    alias: [\n      {\n        find: "@emotion/react",\n'
    f'        replacement: fileURLToPath(new URL("./{JSX_JS}", import.meta.url)),\n      }},\n',
)

PLAIN_JSX = """import { createElement } from "react";

// In place of @emotion/react. What Reflex calls `css` is with us always a plain object of inline properties.
export function jsx(type, props) {
  if (!props || !("css" in props)) return createElement.apply(null, arguments);
  const { css, style, ...rest } = props;
  const given = Array.from(arguments);
  given[1] = { ...rest, style: { ...css, ...style } };
  return createElement.apply(null, given);
}
"""

THEME_STUB = """import { createElement, Fragment } from "react";

// Day and night are the attribute data-theme on <html>, set before the first paint by app/shell/appearance.py;
// Reflex's own provider would write its class and its localStorage over that.
export function ThemeProvider({ children }) {
  return createElement(Fragment, null, children);
}

export function useTheme() {
  return { theme: "light", resolvedTheme: "light", setTheme: () => {} };
}
"""


def patched_state_js(original: str) -> str:
    """Reflex's `state.js` with all our patches applied.

    Raises:
        PatchGone: one of the places has gone.
    """
    for patch in STATE_PATCHES:
        original = patch.apply(original)
    return original


def lighter_root(root: str) -> str:
    """Reflex's `root.jsx` without `window.__reflex`: whole libraries, kept for components that a server sends as code.

    We send none, and our CSP would not run them.

    Raises:
        PatchGone: the place has gone.
    """
    start = root.find("  useEffect(() => {\n    // Make contexts and state objects available globally")
    end = root.find("  }, []);\n", start)
    names = WINDOW_IMPORT.findall(root)
    if start < 0 or end < 0 or "React" not in names:
        raise PatchGone(f"{ROOT_JSX} no longer fills window.__reflex as we know it")
    root = root[:start] + root[end + len("  }, []);\n") :]
    return WINDOW_IMPORT.sub("", root)


def patched_files() -> list[tuple[Path, str]]:
    """The framework files that we replace: path inside `.web`, content. Always made from the installed originals."""
    web = Path(Templates.Dirs.WEB_TEMPLATE)
    theme = (web / THEME_JS).read_text()
    if "export function ThemeProvider" not in theme or "export function useTheme" not in theme:
        raise PatchGone(f"{THEME_JS} no longer exports ThemeProvider and useTheme")
    return [
        (Path(STATE_JS), patched_state_js((web / STATE_JS).read_text())),
        (Path(ENTRY_JS), ENTRY_PATCH.apply((web / ENTRY_JS).read_text())),
        (Path(THEME_JS), THEME_STUB),
        (Path(JSX_JS), PLAIN_JSX),
        (Path(SOCKET_JS), 'export { default } from "socket.io-client";\n'),
    ]
