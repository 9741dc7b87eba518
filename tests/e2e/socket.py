"""The office's WebSocket as a stranger speaks it: raw packets of Engine.IO and Socket.IO, whatever is in them."""

import contextlib
import json
import time
from typing import Any

from simple_websocket import Client, ConnectionClosed

NAMESPACE = "/_event"


class Line:
    """One connection with a token that the client has chosen itself, as Reflex lets it."""

    def __init__(self, port: int, cookie: str = "", token: str = "01900000-0000-7000-8000-00000000abcd") -> None:
        headers = {"Cookie": f"ruhutong_session={cookie}"} if cookie else {}
        self.line = Client.connect(
            f"ws://localhost:{port}/_event/?EIO=4&transport=websocket&token={token}", headers=headers
        )
        self.heard: list[str] = []
        self.raw(f"40{NAMESPACE},")
        self.until(lambda words: words.startswith(f"40{NAMESPACE}"))

    def raw(self, words: str) -> None:
        """Send a packet as it is."""
        self.line.send(words)

    def event(self, name: Any, payload: Any, **more: Any) -> None:
        """Call a handler."""
        path = {"pathname": more.pop("path", "/office"), "query": {}, "asPath": more.pop("as_path", "/office")}
        body = {"name": name, "payload": payload, "router_data": path, "token": "x"} | more
        self.raw(f"42{NAMESPACE}," + json.dumps(["event", body]))

    def until(self, found: Any, seconds: float = 20.0) -> str:
        """Listen until a packet is the one wanted."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            words = self.line.receive(timeout=0.5)
            if words == "2":
                self.raw("3")
            elif words is not None:
                self.heard.append(str(words))
                if found(str(words)):
                    return str(words)
        raise AssertionError(f"nothing of that kind came: {self.heard[-3:]}")

    def settle(self, seconds: float = 0.3) -> str:
        """Everything heard until it is quiet for a while."""
        with contextlib.suppress(ConnectionClosed):
            while (words := self.line.receive(timeout=seconds)) is not None:
                self.raw("3") if words == "2" else self.heard.append(str(words))
        return "\n".join(self.heard)

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(ConnectionClosed):
            self.line.close()
