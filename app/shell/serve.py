"""Serves the built front end, the API and the WebSocket from one process on one port.

`python -m app.shell.serve --port 3000`. It builds nothing new: `ruhutong up` did that before. State lives in memory, or in
Redis when RUHUTONG_REDIS_URL is set, so a killed process leaves nothing behind. Where one process is not enough, several of
these run behind a proxy and share PostgreSQL and Redis.
"""

import argparse
import asyncio
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from granian.constants import Interfaces, SSLProtocols
from granian.log import LogLevels
from granian.server.embed import Server

from app.shell.build import PROJECT, ensure_built, node_environment
from app.web import Site, WebFace

SECONDS_TO_END = 1.5


def application() -> Any:
    """The whole product as one ASGI application, from the build of the present sources."""
    from app.config import settings

    folder = ensure_built()
    os.chdir(PROJECT)
    os.environ.update(node_environment())
    os.environ["REFLEX_ENV_MODE"] = "prod"
    os.environ["REFLEX_SKIP_COMPILE"] = "1"
    sys.path[:] = list(dict.fromkeys([str(PROJECT), *sys.path]))
    from app.app import app as reflex_app

    chosen = settings()
    site = Site(folder, service_worker=chosen.service_worker == "on")
    return WebFace(reflex_app(), site, public_url=chosen.public_url)


def run(host: str, port: int, tls_cert: Path | None = None, tls_key: Path | None = None) -> None:
    """Serve until told to end; ends within two seconds of SIGTERM, whatever connections are open.

    Args:
        host: address to listen on.
        port: port to listen on.
        tls_cert: certificate file; with `tls_key` it is https.
        tls_key: its key file.
    """
    server = Server(
        application(),
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        log_level=LogLevels.warning,
        ssl_cert=tls_cert,
        ssl_key=tls_key,
        ssl_protocol_min=SSLProtocols.tls12,
    )
    asyncio.run(_serve(server))


async def _serve(server: Server) -> None:
    loop = asyncio.get_running_loop()

    def end() -> None:
        # Open WebSockets would hold the server for as long as they please. Nothing is lost by leaving: what was
        # acknowledged is committed.
        timer = threading.Timer(SECONDS_TO_END, os._exit, (0,))
        timer.daemon = True
        timer.start()
        server.stop()

    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, end)
    await server.serve()


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
