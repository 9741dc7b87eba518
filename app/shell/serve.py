"""Serves the built front end, the API and the WebSocket from one worker process on one port.

`python -m app.shell.serve --port 3000`. It builds nothing new: `ruhutong up` did that before. State lives in memory, or
in Redis when RUHUTONG_REDIS_URL is set, so a killed process leaves nothing behind. Where one process is not enough,
several of these run behind a proxy and share PostgreSQL and Redis.
"""

import argparse
import os
import signal
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.log import LogLevels

from app.memory import settle
from app.shell.build import PROJECT, ensure_built, node_environment
from app.web import Site, WebFace

SECONDS_TO_END = 1
HEADER_MILLISECONDS = 20_000
"""Who has not said in this time what is wanted is disconnected; for bodies see `app.http.patient`."""
LOOK_FOR_PARENT = 0.5


def application() -> Any:
    """The whole product as one ASGI application, from the build of the present sources; made in the worker."""
    from reflex_base import constants
    from reflex_base.environment import environment

    from app.config import settings
    from app.logs import use_plain_logs
    from app.shell.kept_states import seal_states

    use_plain_logs()
    _die_with(os.getppid())
    folder = ensure_built()
    os.chdir(PROJECT)
    os.environ.update(node_environment())
    environment.REFLEX_ENV_MODE.set(constants.Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    # A line that went silent is noticed in half a minute, not in two and a half.
    environment.REFLEX_SOCKET_INTERVAL.set(timedelta(seconds=15))
    environment.REFLEX_SOCKET_TIMEOUT.set(timedelta(seconds=15))
    if str(PROJECT) not in sys.path:
        sys.path.insert(0, str(PROJECT))
    from app.app import app as reflex_app

    seal_states()

    chosen = settings()
    site = Site(folder, service_worker=chosen.service_worker == "on")
    face = WebFace(reflex_app(), site, public_url=chosen.public_url)
    settle()
    return face


def _die_with(parent: int) -> None:
    """Leave when the parent is killed: an orphan would hold the port against the next start."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_FOR_PARENT)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True, name="server-watch").start()


def run(host: str, port: int, tls_cert: Path | None = None, tls_key: Path | None = None) -> None:
    """Serve until told to end; ends within two seconds of SIGTERM, whatever connections are open.

    Nothing is lost by that: what was acknowledged is committed.

    Args:
        host: address to listen on.
        port: port to listen on.
        tls_cert: certificate file; with `tls_key` it is https.
        tls_key: its key file.
    """
    server = Granian(
        "app.shell.serve:application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        workers_kill_timeout=SECONDS_TO_END,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS),
        ssl_cert=tls_cert,
        ssl_key=tls_key,
        ssl_protocol_min=SSLProtocols.tls12,
    )
    server.serve()


def main() -> None:
    """The process that `ruhutong up` starts."""
    from app.start import die_with_parent

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=3000)
    parser.add_argument("--tls-cert", type=Path)
    parser.add_argument("--tls-key", type=Path)
    asked = parser.parse_args()
    die_with_parent()
    run(asked.host, asked.port, asked.tls_cert, asked.tls_key)


if __name__ == "__main__":
    main()
