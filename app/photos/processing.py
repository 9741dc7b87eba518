"""What is found in the bytes of a picture, and the re-encoded pictures that are shown in its place.

Runs only in the decoder's own process (`app/photos/decoder.py`), because these bytes came from outside: here are
Pillow and nothing of ours, no session, no setting, no file. The pictures made here carry no EXIF and no profile.
"""

import io
import math
import struct
import warnings
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import imagehash
import numpy as np
from PIL import ExifTags, Image, ImageFile, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
MOST_PIXELS = 64_000_000
"""A phone's largest sensor of today is 50 MP; what claims more is not decoded at all."""
SCREEN, THUMB = 1600, 320
PLAIN = 6.0
"""Below this spread of grey a picture is a plain wall or the night: its hash would resemble any other such picture."""
CHINA = timezone(timedelta(hours=8))

# What Pillow's readers throw at broken EXIF, as met in the wild (wrong types, wrong offsets, zero denominators).
_BROKEN = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, ZeroDivisionError, SyntaxError,
    OSError, struct.error, UnicodeError, RuntimeError,
)  # fmt: skip

Image.MAX_IMAGE_PIXELS = MOST_PIXELS
ImageFile.LOAD_TRUNCATED_IMAGES = False
register_heif_opener()


class Undecodable(Exception):
    """The bytes cannot be shown as a picture.

    `code`: not_a_picture, too_many_pixels, cut_short, broken, too_heavy, too_slow.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Found:
    """What a picture is and says of itself. Sizes are those of the upright picture as received."""

    width: int
    height: int
    taken_at: str | None
    lat: float | None
    lon: float | None
    phash: int | None
    screen: bytes
    thumb: bytes


def look(data: bytes) -> Found:
    """Decode a picture once and make everything from it.

    Raises:
        Undecodable: it is no picture, too large, cut short or broken.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            return _look(data)
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise Undecodable("too_many_pixels") from error
        except UnidentifiedImageError as error:
            raise Undecodable("not_a_picture") from error
        except MemoryError as error:
            raise Undecodable("too_heavy") from error
        except OSError as error:
            cut = "truncated" in str(error) or "Truncated" in str(error)
            raise Undecodable("cut_short" if cut else "broken") from error
        except _BROKEN as error:
            raise Undecodable("broken") from error


def _look(data: bytes) -> Found:
    image = Image.open(io.BytesIO(data), formats=FORMATS)
    width, height = image.size
    exif = _exif(image)
    orientation = exif.get(ExifTags.Base.Orientation)
    if orientation in (5, 6, 7, 8):
        width, height = height, width
    if image.format in ("JPEG", "MPO"):
        image.draft("RGB", (SCREEN, SCREEN))
    image.load()
    flat = _opaque(_upright(image, orientation))
    flat.info = {}  # Pillow would write a JPEG's comment and profile into what is saved
    flat.thumbnail((SCREEN, SCREEN), Image.Resampling.LANCZOS, reducing_gap=2.0)
    small = flat.copy()
    small.thumbnail((THUMB, THUMB), Image.Resampling.LANCZOS)
    lat, lon = _place(exif)
    return Found(
        width=width,
        height=height,
        taken_at=_taken_at(exif),
        lat=lat,
        lon=lon,
        phash=hash_of(small),
        screen=_jpeg(flat, 80),
        thumb=_jpeg(small, 76),
    )


def _exif(image: Image.Image) -> Image.Exif:
    try:
        found = image.getexif()
        dict(found)
        return found
    except _BROKEN:
        return Image.Exif()


def _upright(image: Image.Image, orientation: Any) -> Image.Image:
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    turn = turns.get(orientation) if isinstance(orientation, int) else None
    return image if turn is None else image.transpose(turn)


def _opaque(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    return image.convert("RGB")


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def hash_of(image: Image.Image) -> int | None:
    """The perceptual hash as a signed 64-bit number, or None for a picture too plain to be told apart."""
    grey = ImageOps.grayscale(image)
    if float(np.asarray(grey, dtype=np.float32).std()) < PLAIN:
        return None
    bits = np.packbits(imagehash.phash(grey).hash.flatten())
    return int(bits.view(">i8")[0])


def warm_up() -> None:
    """Load what is loaded on first use, so that no picture's time is spent on it."""
    hash_of(Image.linear_gradient("L"))


def hashes_of(thumb: bytes) -> list[int]:
    """The hashes of a derivative of ours in its four rotations and their mirror images, upright first."""
    with Image.open(io.BytesIO(thumb), formats=("JPEG",)) as image:
        image.load()
        found = []
        for side in (image, ImageOps.mirror(image)):
            for turn in (None, Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270):
                value = hash_of(side if turn is None else side.transpose(turn))
                if value is None:
                    return []
                found.append(value)
        return found


def _taken_at(exif: Image.Exif) -> str | None:
    try:
        inner = exif.get_ifd(ExifTags.IFD.Exif)
        text = inner.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
        offset = inner.get(ExifTags.Base.OffsetTimeOriginal) or inner.get(ExifTags.Base.OffsetTime)
        moment = datetime.strptime(str(text).strip("\0 ")[:19], "%Y:%m:%d %H:%M:%S")
        if not 1990 <= moment.year <= 2100:
            return None
        return moment.replace(tzinfo=_zone(offset)).isoformat()
    except _BROKEN:
        return None


def _zone(offset: Any) -> timezone:
    try:
        return datetime.strptime(str(offset).strip("\0 "), "%z").tzinfo or CHINA  # type: ignore[return-value]
    except ValueError:
        return CHINA


def _place(exif: Image.Exif) -> tuple[float | None, float | None]:
    try:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        lat = _degrees(gps[ExifTags.GPS.GPSLatitude], gps.get(ExifTags.GPS.GPSLatitudeRef), "S")
        lon = _degrees(gps[ExifTags.GPS.GPSLongitude], gps.get(ExifTags.GPS.GPSLongitudeRef), "W")
    except _BROKEN:
        return None, None
    inside = math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180
    # 0, 0 is what a receiver without a fix writes.
    return (round(lat, 6), round(lon, 6)) if inside and (lat, lon) != (0.0, 0.0) else (None, None)


def _degrees(parts: Any, side: Any, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in (*parts, 0, 0)[:3])
    value = degrees + minutes / 60 + seconds / 3600
    return -value if str(side).strip("\0 ").upper().startswith(negative) else value
