"""A small PNG read in plain Python, for no image library of this process is given what came from outside. Pure."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

START = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}
"""Grey, colour, grey with alpha, colour with alpha; a palette is none that a page draws."""
DARK = 128


class NoPng(ValueError):
    """It is no PNG, is cut short, was changed on the way, or is of a kind that no page draws."""


@dataclass(frozen=True)
class Png:
    """A PNG of eight bits a channel, line after line; its pixels are still packed."""

    width: int
    height: int
    channels: int
    packed: bytes


def opened(data: bytes) -> Png:
    """A PNG by its parts; nothing is unpacked.

    Raises:
        NoPng: as it says; also where anything stands behind its end.
    """
    if not data.startswith(START):
        raise NoPng
    try:
        parts = list(_parts(data))
        (first, head), (last, _) = parts[0], parts[-1]
        width, height, *kind = struct.unpack(">IIBBBBB", head)
    except (struct.error, IndexError) as error:
        raise NoPng from error
    depth, colour, *rest = kind
    if (first, last) != (b"IHDR", b"IEND") or depth != 8 or colour not in CHANNELS or any(rest):
        raise NoPng
    if not width or not height:
        raise NoPng
    return Png(width, height, CHANNELS[colour], b"".join(body for name, body in parts if name == b"IDAT"))


def _parts(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(START)
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        if struct.unpack_from(">I", data, at + 8 + length)[0] != zlib.crc32(name + body):
            raise NoPng
        yield name, body
        at += 12 + length


def has_ink(picture: Png, least: int) -> bool:
    """Whether at least so many pixels are dark on white paper; it is read no further than that.

    Raises:
        NoPng: its pixels do not unpack to its size.
    """
    stride = picture.width * picture.channels
    whole = (stride + 1) * picture.height
    unpacking = zlib.decompressobj()
    try:
        plain = unpacking.decompress(picture.packed, whole + 1)
    except zlib.error as error:
        raise NoPng from error
    if len(plain) != whole:
        raise NoPng
    dark, above = 0, bytearray(stride)
    for at in range(0, whole, stride + 1):
        above = _line(plain[at], plain[at + 1 : at + 1 + stride], above, picture.channels)
        dark += _dark(above, picture.channels)
        if dark >= least:
            return True
    return False


def _line(how: int, line: bytes, above: bytearray, step: int) -> bytearray:
    """A line of pixels out of its differences to the left and above (PNG, 9.2)."""
    if how > 4:
        raise NoPng
    found = bytearray(line)
    if how == 0 or not (any(line) or any(above)):  # a blank line below a blank one is blank, however it is told
        return found
    for at, value in enumerate(line):
        left = found[at - step] if at >= step else 0
        corner = above[at - step] if at >= step else 0
        over = above[at]
        guess = (left, over, (left + over) // 2, _paeth(left, over, corner))[how - 1]
        found[at] = (value + guess) & 255
    return found


def _paeth(left: int, over: int, corner: int) -> int:
    near = left + over - corner
    return min((abs(near - left), 0, left), (abs(near - over), 1, over), (abs(near - corner), 2, corner))[2]


def _dark(line: bytearray, channels: int) -> int:
    """How many pixels of a line are dark, as they look on white paper."""
    alphas = line[channels - 1 :: channels] if channels in (2, 4) else b""
    greys = line[::channels] if channels < 3 else [
        (red * 299 + green * 587 + blue * 114) // 1000
        for red, green, blue in zip(line[::channels], line[1::channels], line[2::channels], strict=True)
    ]  # fmt: skip
    if not alphas:
        return sum(grey < DARK for grey in greys)
    if not any(alphas):
        return 0
    return sum(255 - alpha + grey * alpha // 255 < DARK for grey, alpha in zip(greys, alphas, strict=True))
