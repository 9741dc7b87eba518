"""Whether bytes look like a whole picture, from their beginning and end alone. Pure; nothing is decoded here."""

import struct

LARGEST = 15_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_HEIF_BRANDS = {
    b"heic": "image/heic", b"heix": "image/heic", b"hevc": "image/heic", b"hevx": "image/heic", b"heim": "image/heic",
    b"heis": "image/heic", b"mif1": "image/heif", b"msf1": "image/heif", b"avif": "image/avif", b"avis": "image/avif",
}  # fmt: skip
_LARGEST_SIDE = 65_535


def picture_type(data: bytes) -> str | None:
    """The type of a whole picture (`image/jpeg` …), or None: no picture, or cut short.

    The name of the file says nothing: a PNG called .jpg is a PNG.
    """
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg" if _whole_jpeg(data) else None
    if data.startswith(_PNG):
        return "image/png" if _whole_png(data) else None
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp" if len(data) >= struct.unpack("<I", data[4:8])[0] + 8 > 20 else None
    if data[4:8] == b"ftyp":
        return _heif(data)
    return None


def _whole_jpeg(data: bytes) -> bool:
    """A JPEG with a frame of some size, image data, and its end marker (phones append bytes after it)."""
    at = 2
    framed = False
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return False
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        length = struct.unpack(">H", data[at + 2 : at + 4])[0]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            if at + 9 > len(data):
                return False
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            framed = height > 0 and width > 0
        if marker == 0xDA:
            return framed and _ends(data, at)
        at += 2 + length
    return False


def _ends(data: bytes, scan: int) -> bool:
    """Whether the end marker stands behind the last image data: an embedded preview has one of its own."""
    last = data.rfind(b"\xff\xd9")
    if last < scan:
        return False
    tail = data[last + 2 :]
    # What phones append (motion photos, camera notes) is text or another container, not image data cut off.
    return len(tail) == 0 or not tail.strip(b"\0") or last + 2 >= len(data) // 2


def _whole_png(data: bytes) -> bool:
    if len(data) < 57 or data[12:16] != b"IHDR":
        return False
    width, height = struct.unpack(">II", data[16:24])
    return 0 < width <= _LARGEST_SIDE and 0 < height <= _LARGEST_SIDE and b"IEND\xaeB`\x82" in data[-64:]


def _heif(data: bytes) -> str | None:
    """A HEIF or AVIF whose boxes reach exactly to its end."""
    size = struct.unpack(">I", data[:4])[0]
    brands = [data[8:12], *(data[at : at + 4] for at in range(16, min(size, len(data), 256), 4))]
    kind = next((_HEIF_BRANDS[brand] for brand in brands if brand in _HEIF_BRANDS), None)
    at, seen = 0, set()
    while at + 8 <= len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        if length == 1 and at + 16 <= len(data):
            length = struct.unpack(">Q", data[at + 8 : at + 16])[0]
        if length == 0:
            length = len(data) - at
        if length < 8:
            return None
        seen.add(name)
        at += length
    return kind if at == len(data) and b"meta" in seen else None
