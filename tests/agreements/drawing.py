"""Pictures as the pad sends them."""

import base64
import io
import random
import struct
import zlib

from PIL import Image, ImageDraw

from app.agreements.rules_signing import PREFIX


def png(width: int = 300, height: int = 120, *, drawn: bool = True, form: str = "PNG") -> bytes:
    """Black lines on nothing, as a canvas gives them."""
    sheet = Image.new("RGBA" if form == "PNG" else "RGB", (width, height), (0, 0, 0, 0) if form == "PNG" else "white")
    if drawn:
        pen = ImageDraw.Draw(sheet)
        pen.line([(10, height - 20), (width // 2, 10), (width - 10, height - 30)], fill=(17, 17, 17, 255), width=7)
    out = io.BytesIO()
    sheet.save(out, form)
    return out.getvalue()


def address(data: bytes) -> str:
    """A data address."""
    return PREFIX + base64.b64encode(data).decode()


def noise() -> bytes:
    """A picture of random dots, which packs to more than a signature may have."""
    out = io.BytesIO()
    Image.frombytes("RGB", (400, 200), random.Random(1).randbytes(240_000)).save(out, "PNG")
    return out.getvalue()


def bomb() -> bytes:
    """A small picture whose pixels unpack to twenty megabytes."""

    def part(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", 100, 100, 8, 6, 0, 0, 0)
    pixels = zlib.compress(bytes(20_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", pixels) + part(b"IEND", b"")
