"""The process that decodes pictures: little memory, no secret in its environment, no file of ours, one at a time.

`python -m app.photos.decoder` reads pictures from its standard input and answers on its standard output; `Decoder`
is the other end of that pipe. A picture that brings the process down, or holds it too long, is kept and asked about;
the next one gets a new process.
"""

import json
import os
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING

from app.errors import Unavailable

if TYPE_CHECKING:
    from app.photos.processing import Found

ROOT = Path(__file__).resolve().parent.parent.parent
MEMORY = 2_000_000_000
SECONDS = 30.0
START_SECONDS = 60.0
PICTURES = 500
"""After so many pictures the process is renewed, whatever it has leaked."""
_LENGTH = struct.Struct(">Q")


def _send(pipe: IO[bytes], *parts: bytes) -> None:
    for part in parts:
        pipe.write(_LENGTH.pack(len(part)))
        pipe.write(part)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> bytes:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    size = _LENGTH.unpack(head)[0]
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return data


class Decoder:
    """A decoder process and the right to use it: one picture at a time, from any thread."""

    def __init__(self, *, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds = seconds
        self._memory = memory
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._left = 0

    def look(self, data: bytes) -> "Found":
        """Decode a picture.

        Raises:
            Undecodable: it cannot be shown; `crashed` and `too_slow` are told apart from what Pillow refused.
            Unavailable: the process cannot be started on this machine; nothing is known about the picture.
        """
        from app.photos.processing import Found, Undecodable

        with self._lock:
            answer, screen, thumb = self._ask(data)
        if "problem" in answer:
            raise Undecodable(str(answer["problem"]))
        return Found(screen=screen, thumb=thumb, **answer)

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _ask(self, data: bytes) -> tuple[dict, bytes, bytes]:
        process = self._running()
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._seconds, stop)
        timer.start()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            _send(process.stdin, data)
            answer = json.loads(_receive(process.stdout))
            screen, thumb = _receive(process.stdout), _receive(process.stdout)
        except (OSError, EOFError):
            self._end()
            return {"problem": "too_slow" if late.is_set() else "crashed"}, b"", b""
        finally:
            timer.cancel()
        self._left -= 1
        if self._left <= 0 or answer.get("problem") == "too_heavy":
            self._end()
        return answer, screen, thumb

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        environment = {key: os.environ[key] for key in ("PATH", "LANG", "LD_LIBRARY_PATH") if key in os.environ}
        environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        process = subprocess.Popen(
            [sys.executable, "-m", "app.photos.decoder", str(self._memory)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._process, self._left = process, PICTURES
        timer = threading.Timer(START_SECONDS, process.kill)
        timer.start()
        try:
            assert process.stdout is not None
            _receive(process.stdout)
        except EOFError as error:
            self._end()
            raise Unavailable("照片暂时处理不了，过一会儿会再试。", code="decoder_away") from error
        finally:
            timer.cancel()
        return process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:  # a picture that was still in the buffer; the process is gone
                    continue
        process.wait()


def _limit(memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the time limit alone must do
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Nothing here writes a file: a bug that tries gets an error instead.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    os.nice(10)


def _answer(data: bytes) -> tuple[dict, bytes, bytes]:
    from app.photos import processing

    try:
        found = processing.look(data)
    except processing.Undecodable as error:
        return {"problem": error.code}, b"", b""
    fields = {
        "width": found.width, "height": found.height, "taken_at": found.taken_at, "lat": found.lat, "lon": found.lon,
        "phash": found.phash,
    }  # fmt: skip
    return fields, found.screen, found.thumb


def main() -> None:
    """Serve pictures until the other end closes."""
    from app.photos import processing

    processing.warm_up()

    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not fall between the answers
    _limit(int(sys.argv[1]) if len(sys.argv) > 1 else MEMORY)
    _send(answers, b"ready")
    while True:
        try:
            data = _receive(sys.stdin.buffer)
        except EOFError:
            return
        fields, screen, thumb = _answer(data)
        _send(answers, json.dumps(fields).encode(), screen, thumb)


if __name__ == "__main__":
    main()
