"""What is found in pictures, good and bad, by the code that runs in the decoder's process."""

import io
from datetime import datetime

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from app.photos import processing
from app.photos.processing import Undecodable, hash_of, hashes_of, look
from tests.photos import pictures


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_set_upright(orientation):
    found = look(pictures.lying(orientation))
    assert (found.width, found.height) == (800, 600)
    shown, meant = opened(found.thumb), pictures.scene().resize((320, 240))
    difference = np.abs(np.asarray(shown, dtype=int) - np.asarray(meant, dtype=int)).mean()
    assert difference < 12, f"orientation {orientation} differs by {difference}"


def test_sizes_and_nothing_of_the_original_in_what_is_shown():
    data = pictures.encoded(
        pictures.scene(size=(4000, 3000)), exif=pictures.exif(taken="2026:04:16 15:31:00"), icc_profile=b"x" * 400
    )
    found = look(data)
    assert (found.width, found.height) == (4000, 3000)
    screen, thumb = opened(found.screen), opened(found.thumb)
    assert max(screen.size) == 1600
    assert max(thumb.size) == 320
    for shown in (screen, thumb):
        assert not dict(shown.getexif())
        assert "icc_profile" not in shown.info


def test_time_and_place_are_read():
    data = pictures.jpeg(exif=pictures.exif(taken="2026:04:16 15:31:00", lat=(30, 15, 0), lon=(116, 42, 30)))
    found = look(data)
    assert found.taken_at is not None
    assert datetime.fromisoformat(found.taken_at) == datetime.fromisoformat("2026-04-16T15:31:00+08:00")
    assert (found.lat, found.lon) == (30.25, 116.708333)


def test_a_time_with_its_own_zone():
    found = look(pictures.jpeg(exif=pictures.exif(taken="2026:04:16 15:31:00", offset="+03:00")))
    assert found.taken_at == "2026-04-16T15:31:00+03:00"


@pytest.mark.parametrize(
    "taken", ["0000:00:00 00:00:00", "not a time", "1902:01:01 00:00:00", "2026:13:41 99:99:99", ""]
)
def test_an_absurd_time_is_no_time(taken):
    assert look(pictures.jpeg(exif=pictures.exif(taken=taken))).taken_at is None


@pytest.mark.parametrize(("lat", "lon"), [((99, 0, 0), (10, 0, 0)), ((0, 0, 0), (0, 0, 0)), ((30, 0, 0), (999, 0, 0))])
def test_an_absurd_place_is_no_place(lat, lon):
    found = look(pictures.jpeg(exif=pictures.exif(lat=lat, lon=lon)))
    assert (found.lat, found.lon) == (None, None)


def test_broken_exif_does_not_cost_the_picture():
    data = pictures.jpeg(exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff\x00\x99garbage" * 5)
    assert look(data).taken_at is None


def test_absurd_size_in_exif_is_not_believed():
    found = look(pictures.jpeg(exif=pictures.exif(width=4_000_000_000)))
    assert (found.width, found.height) == (800, 600)


def test_heic():
    out = io.BytesIO()
    pillow_heif.from_pillow(pictures.scene(3)).save(out, quality=80)
    found = look(out.getvalue())
    assert (found.width, found.height) == (800, 600)
    assert opened(found.thumb).format == "JPEG"


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_formats_whatever_their_name(kind):
    found = look(pictures.encoded(pictures.scene(4), kind))
    assert (found.width, found.height) == (800, 600)


def test_transparent_pictures_lie_on_white():
    image = Image.new("RGBA", (400, 300), (255, 0, 0, 0))
    assert opened(look(pictures.encoded(image, "PNG")).thumb).getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "1", "I;16"])
def test_other_kinds_of_pixels(mode):
    image = Image.new("I;16", (60, 40)) if mode == "I;16" else pictures.scene(6).convert(mode)
    found = look(pictures.encoded(image, "JPEG" if mode == "CMYK" else "PNG"))
    assert opened(found.screen).mode == "RGB"


def test_a_truncated_picture_is_told_apart():
    data = pictures.jpeg(7)
    with pytest.raises(Undecodable) as caught:
        look(data[: len(data) // 2])
    assert caught.value.code == "cut_short"


def test_a_decompression_bomb_is_not_decoded():
    with pytest.raises(Undecodable) as caught:
        look(pictures.bomb())
    assert caught.value.code == "too_many_pixels"
    just_too_large = pictures.bomb(9000, 9000)
    with pytest.raises(Undecodable) as caught:
        look(just_too_large)
    assert caught.value.code == "too_many_pixels"


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", b"<html></html>", bytes(5000), b"GIF89a" + bytes(100)])
def test_what_is_no_picture(data):
    with pytest.raises(Undecodable):
        look(data)


def test_html_in_a_jpeg_does_not_reach_what_is_shown():
    data = pictures.polyglot()
    assert b"<script>" in data
    found = look(data)
    assert b"<script>" not in found.screen
    assert b"<script>" not in found.thumb


def test_plain_pictures_have_no_hash():
    assert hash_of(Image.new("RGB", (320, 240), "black")) is None
    assert look(pictures.encoded(Image.new("RGB", (400, 300), "white"))).phash is None


def distance(one: int, other: int) -> int:
    return ((one ^ other) & (2**64 - 1)).bit_count()


@pytest.mark.parametrize("turn", [None, *Image.Transpose])
def test_a_turned_or_mirrored_copy_is_found_among_the_eight(turn):
    image = pictures.scene(8)
    first = look(pictures.encoded(image))
    copy = look(pictures.encoded(image if turn is None else image.transpose(turn), quality=50))
    assert first.phash is not None
    hashes = hashes_of(copy.thumb)
    assert len(hashes) == 8
    assert min(distance(first.phash, one) for one in hashes) <= 6


def test_other_scenes_are_far_apart():
    hashes = [look(pictures.jpeg(seed)).phash for seed in range(20, 40)]
    assert all(one is not None for one in hashes)
    pairs = [(a, b) for a in hashes for b in hashes if a is not None and b is not None and a != b]
    assert min(distance(a, b) for a, b in pairs) > 10


def test_the_cap_is_set():
    assert Image.MAX_IMAGE_PIXELS == processing.MOST_PIXELS
