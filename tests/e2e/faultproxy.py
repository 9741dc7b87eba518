"""A loopback TCP proxy that can be slow, silent, refusing or resetting: the village's network, on demand."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum


class Weather(StrEnum):
    """What the network does now.

    `pass` lets everything through; `slow` holds each direction to `rate` bytes a second; `blackhole` accepts and
    never answers; `refuse` closes at once; `reset` cuts with RST after `cut_after` bytes from the phone.
    """

    PASS = "pass"
    SLOW = "slow"
    BLACKHOLE = "blackhole"
    REFUSE = "refuse"
    RESET = "reset"


@dataclass
class FaultProxy:
    """A proxy before one server; change `weather` at any time, also for connections that are open."""

    target_port: int
    port: int = 0
    weather: Weather = Weather.PASS
    rate: int = 20_000
    cut_after: int = 30_000
    cuts: int = 0
    connections: int = 0
    tap: Callable[[int, bool, bytes], None] | None = None
    """Hears every piece that passes: the connection's number, whether it comes from the phone, the bytes."""
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop, repr=False)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set, repr=False)

    def set(self, weather: Weather, **options: int) -> None:
        """Change the weather; connections that are open are cut, so that it holds at once."""
        for name, value in options.items():
            setattr(self, name, value)
        self.weather = weather
        if weather is not Weather.PASS:
            self._loop.call_soon_threadsafe(self._cut_all)

    def _cut_all(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        upstream = None
        try:
            if self.weather is Weather.REFUSE:
                return
            if self.weather is Weather.BLACKHOLE:
                while await reader.read(65536):
                    pass
                return
            up_reader, upstream = await asyncio.open_connection("127.0.0.1", self.target_port)
            self._writers.add(upstream)
            await asyncio.gather(
                self._pipe(reader, upstream, True, writer), self._pipe(up_reader, writer, False, writer)
            )
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            for one in (writer, upstream):
                if one is not None:
                    self._writers.discard(one)
                    one.close()

    async def _pipe(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, from_phone: bool, phone: asyncio.StreamWriter
    ) -> None:
        passed = 0
        while chunk := await reader.read(4096 if self.weather is Weather.SLOW else 65536):
            passed += len(chunk)
            if self.tap is not None:
                self.tap(id(phone), from_phone, chunk)
            if self.weather is Weather.RESET and from_phone and passed > self.cut_after:
                self.cuts += 1
                self._reset(phone)
                raise ConnectionResetError
            if self.weather is Weather.SLOW:
                await asyncio.sleep(len(chunk) / self.rate)
            while self.weather is Weather.BLACKHOLE:
                await asyncio.sleep(0.05)
            writer.write(chunk)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()

    @staticmethod
    def _reset(writer: asyncio.StreamWriter) -> None:
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async def _serve(self, ready: threading.Event) -> None:
        server = await asyncio.start_server(self._handle, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        async with server:
            await server.serve_forever()


@contextmanager
def fault_proxy(target_port: int) -> Iterator[FaultProxy]:
    """A proxy before `target_port`, running in a thread until the block ends."""
    proxy = FaultProxy(target_port)
    ready = threading.Event()

    def run() -> None:
        asyncio.set_event_loop(proxy._loop)
        task = proxy._loop.create_task(proxy._serve(ready))
        try:
            proxy._loop.run_until_complete(task)
        except asyncio.CancelledError:
            pass
        finally:
            pending = asyncio.all_tasks(proxy._loop)
            for one in pending:
                one.cancel()
            proxy._loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
            proxy._loop.close()

    thread = threading.Thread(target=run, daemon=True, name="fault-proxy")
    thread.start()
    if not ready.wait(10):
        raise RuntimeError("the fault proxy did not start")
    try:
        yield proxy
    finally:
        proxy._loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(proxy._loop)])
        thread.join(10)
