"""`ruhutong up`: build what changed, migrate, start server and worker in one process group, end them together."""

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import structlog

from app.config import settings
from app.errors import AppError

log = structlog.get_logger()
PARENT = "RUHUTONG_PARENT_FD"
READY_SECONDS = 300


@dataclass(frozen=True)
class Address:
    """Where to serve. With certificate and key it is https."""

    host: str = "127.0.0.1"
    port: int = 3000
    tls_cert: Path | None = None
    tls_key: Path | None = None

    @property
    def url(self) -> str:
        """What to type into a browser on this machine."""
        scheme = "https" if self.tls_cert else "http"
        host = "localhost" if self.host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else self.host
        return f"{scheme}://{host}:{self.port}"


def own_bin_first() -> None:
    """Put this environment's programs first on PATH, so that Reflex finds our Node and no other."""
    folder = str(Path(sys.executable).parent)
    os.environ["PATH"] = folder + os.pathsep + os.environ.get("PATH", "")


def die_with_parent() -> None:
    """In a child: leave when the parent is gone, however it went. The parent holds the pipe's other end."""
    number = os.environ.pop(PARENT, None)
    if number is None:
        return

    def watch() -> None:
        os.read(int(number), 1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(3)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()


@dataclass
class Processes:
    """The children of `up`, restarted when they fall, ended together."""

    commands: dict[str, Sequence[str]]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    pipe: tuple[int, int] = field(default_factory=os.pipe)
    ending: bool = False

    def start(self, name: str) -> None:
        """Start one child in our process group."""
        environment = {**os.environ, PARENT: str(self.pipe[0])}
        self.running[name] = subprocess.Popen(self.commands[name], env=environment, pass_fds=(self.pipe[0],))

    def watch(self) -> int:
        """Keep the children alive until we are told to end; returns the exit code."""
        falls: dict[str, list[float]] = {name: [] for name in self.commands}
        while not self.ending:
            for name, process in list(self.running.items()):
                code = process.poll()
                if code is None or self.ending:
                    continue
                now = time.monotonic()
                falls[name] = [at for at in falls[name] if now - at < 60] + [now]
                if len(falls[name]) > 5:
                    log.error("a process keeps falling, giving up", process=name, code=code)
                    return 1
                log.warning("restarting a process", process=name, code=code)
                self.start(name)
            time.sleep(0.2)
        return 0

    def end(self) -> None:
        """Ask every child to end, then insist."""
        self.ending = True
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(4)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _own_group() -> None:
    """Become the leader of a process group of our own, unless a terminal's shell made us one already."""
    if os.getpgid(0) != os.getpid() and not sys.stdin.isatty():
        os.setpgid(0, 0)


def refuse_taken_port(address: Address) -> None:
    """Refuse to share a port: the server's own socket would let a second one in beside the first.

    Raises:
        AppError: `port_taken`, something listens there already; `bad_address`, this machine has no such address.
    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                words = f"端口 {address.port} 已经有程序在用。先停下它，或换一个：--port {address.port + 1}"
                raise AppError(words, code="port_taken") from error
            words = f"不能在 {address.host}:{address.port} 上监听：{error.strerror}"
            raise AppError(words, code="bad_address") from error


def _wait_ready(address: Address, processes: Processes) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if processes.running["server"].poll() is not None:
            raise AppError("服务没有起来，原因见上面的日志。", code="server_fell")
        try:
            if httpx.get(f"{address.url}/api/health", timeout=2, verify=False, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AppError(f"服务 {READY_SECONDS} 秒没有起来，原因见上面的日志。", code="server_slow")


def _say(address: Address) -> None:
    chosen = settings()
    reach = chosen.public_url or address.url
    print(f"\n入户通已启动：{reach}")  # noqa: T201
    listening_wide = address.host not in {"127.0.0.1", "localhost", "::1"}
    if listening_wide and not address.tls_cert and not chosen.public_url:
        print("手机要用 https 才能离线工作：请加 --tls-cert、--tls-key，或放在 Caddy 后面并设 RUHUTONG_PUBLIC_URL。")  # noqa: T201
    elif chosen.public_url or (listening_wide and address.tls_cert):
        import segno

        segno.make(reach).terminal(compact=True)
    accounts = chosen.home / "demo.json"
    if accounts.exists():
        print(f"演示账号（也在 {accounts.name} 里）：")  # noqa: T201
        for role, one in json.loads(accounts.read_text("utf-8")).items():
            print(f"  {role:14} {one['username']:12} {one['password']}")  # noqa: T201
    print("", flush=True)  # noqa: T201


def up(address: Address, *, demo: bool) -> int:
    """Bring everything up and stay until told to end.

    Args:
        address: where to serve.
        demo: load the demo county into an empty home.

    Returns:
        The exit code.

    Raises:
        AppError: the front end does not build, the port is taken, the server does not start.
    """
    from app import key_care
    from app.db import migrate
    from app.forms.service import load_catalog_at_start
    from app.settings.service import announce_at_start
    from app.shell import build

    own_bin_first()
    _own_group()
    refuse_taken_port(address)
    settings().make_folders()
    key_care.check(settings().keys)
    try:
        build.ensure_built()
    except build.BuildFailed as error:
        raise AppError(f"界面没有编译成功，最后的话是：\n{error}", code="build_failed") from error
    migrate()
    load_catalog_at_start()
    announce_at_start()
    if demo:
        from app import rooms
        from app.demo.service import load_demo

        rooms.fill_registry()
        load_demo()
    serve = [sys.executable, "-m", "app.shell.serve", "--host", address.host, "--port", str(address.port)]
    if address.tls_cert and address.tls_key:
        serve += ["--tls-cert", str(address.tls_cert), "--tls-key", str(address.tls_key)]
    commands: dict[str, Sequence[str]] = {"server": serve}
    for number in range(settings().workers):
        commands[f"worker{number}"] = [sys.executable, "-m", "app.jobs"]
    processes = Processes(commands)
    for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(sign, lambda *_: setattr(processes, "ending", True))
    try:
        with key_care.lock(alone=False):
            for name in commands:
                processes.start(name)
            _wait_ready(address, processes)
            _say(address)
            return processes.watch()
    finally:
        processes.end()
