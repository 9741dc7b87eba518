"""Pictures made on the spot: drawn scenes in every orientation and format, and files that are not what they say."""

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image, ImageDraw


def scene(seed: int = 1, size: tuple[int, int] = (800, 600)) -> Image.Image:
    """A drawn scene: each seed another one, like nothing but itself."""
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 255, (6, 8, 3), dtype=np.uint8).astype(np.uint8))
    image = coarse.resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        x, y = int(random.integers(0, size[0])), int(random.integers(0, size[1]))
        w, h = int(random.integers(40, 200)), int(random.integers(40, 200))
        draw.rectangle((x, y, x + w, y + h), fill=tuple(int(v) for v in random.integers(0, 255, 3)))
    return image


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    image.save(out, kind, **({"quality": 85} if kind == "JPEG" else {}) | options)
    return out.getvalue()


def jpeg(seed: int = 1, **options: Any) -> bytes:
    """A JPEG of a drawn scene."""
    return encoded(scene(seed), **options)


def exif(**tags: Any) -> bytes:
    """EXIF with these tags: `orientation`, `taken` ('2026:04:16 15:31:00'), `offset`, `width`, `lat` and `lon`."""
    made = Image.Exif()
    if "orientation" in tags:
        made[0x0112] = tags["orientation"]
    inner = made.get_ifd(0x8769)
    if "taken" in tags:
        inner[0x9003] = tags["taken"]
    if "offset" in tags:
        inner[0x9011] = tags["offset"]
    if "width" in tags:
        inner[0xA002] = tags["width"]
        inner[0xA003] = tags["width"]
    if "lat" in tags:
        gps = made.get_ifd(0x8825)
        gps[1], gps[2] = "N", tags["lat"]
        gps[3], gps[4] = "E", tags["lon"]
    return made.tobytes()


# How a picture lies in the file so that this orientation tag sets it upright.
LYING = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def lying(orientation: int, seed: int = 1) -> bytes:
    """A scene that stands upright only after its EXIF orientation is heeded."""
    image, turn = scene(seed), LYING[orientation]
    turned = image if turn is None else image.transpose(turn)
    return encoded(turned, exif=exif(orientation=orientation))


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A small PNG that says it is 900 megapixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def polyglot() -> bytes:
    """A JPEG that carries a page with a script in a comment and behind its end."""
    html = b"<html><script>alert(1)</script></html>"
    plain = jpeg(5)
    comment = b"\xff\xfe" + struct.pack(">H", len(html) + 2) + html
    return plain[:2] + comment + plain[2:] + html
