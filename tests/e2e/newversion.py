"""A front before the server that can bring a new version: the same pages, another service worker script."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

NOT_ASKED = {"host", "connection", "if-none-match", "if-modified-since"}
PASSED_ON = ("content-type", "cache-control", "set-cookie", "content-security-policy", "service-worker-allowed")


@dataclass
class Front:
    """Where the phone looks; `version` 2 makes its browser find a new worker."""

    target: str
    port: int = 0
    version: int = 1


@contextmanager
def front(target: str) -> Iterator[Front]:
    """A front before `target` until the block ends."""
    one = Front(target)
    client = httpx.Client(base_url=target, trust_env=False, timeout=30)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name: value for name, value in self.headers.items() if name.lower() not in NOT_ASKED}
            headers["Host"] = f"localhost:{one.port}"
            found = client.request(self.command, self.path, headers=headers, content=self.rfile.read(length))
            body = found.content
            if self.path.startswith("/sw.js"):
                body += f"\n// version {one.version}\n".encode()
            self.send_response(found.status_code)
            for name, value in found.headers.multi_items():
                if name in PASSED_ON or name.startswith(("upload-", "tus-")):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = answer

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    one.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True, name="front")
    thread.start()
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()
        client.close()
        thread.join(10)
