"""The decoder's process: it survives bad pictures, is ended when it takes too long, and begins anew."""

import os
import signal
from pathlib import Path

import pytest
from PIL import Image

from app.photos.decoder import Decoder
from app.photos.processing import Undecodable
from tests.photos import pictures


@pytest.fixture
def decoder():
    made = Decoder()
    yield made
    made.close()


def test_pictures_one_after_another(decoder):
    first = decoder.look(pictures.jpeg(1))
    with pytest.raises(Undecodable) as caught:
        decoder.look(pictures.bomb())
    assert caught.value.code == "too_many_pixels"
    second = decoder.look(pictures.jpeg(1))
    assert first == second


def test_a_process_that_dies_costs_one_picture_only(decoder):
    decoder.look(pictures.jpeg(1))
    process = decoder._process
    os.kill(process.pid, signal.SIGSTOP)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert decoder.look(pictures.jpeg(2)).width == 800
    assert decoder._process.pid != process.pid


def test_a_picture_that_takes_too_long_is_given_up():
    decoder = Decoder()
    try:
        decoder.look(pictures.jpeg(1))
        decoder._seconds = 0.5
        os.kill(decoder._process.pid, signal.SIGSTOP)
        with pytest.raises(Undecodable) as caught:
            decoder.look(pictures.jpeg(2))
        assert caught.value.code == "too_slow"
        decoder._seconds = 30
        assert decoder.look(pictures.jpeg(2)).width == 800
    finally:
        decoder.close()


def test_too_little_memory_is_said_and_survived():
    decoder = Decoder(memory=700_000_000)
    try:
        large = pictures.encoded(Image.new("RGB", (7900, 7900), "red"), "PNG", compress_level=1)
        with pytest.raises(Undecodable) as caught:
            decoder.look(large)
        assert caught.value.code in {"too_heavy", "crashed"}
        assert decoder.look(pictures.jpeg(3)).width == 800
    finally:
        decoder.close()


def test_no_secret_of_ours_reaches_the_process(decoder, monkeypatch):
    monkeypatch.setenv("RUHUTONG_DATABASE_URL", "postgresql://secret")
    decoder.look(pictures.jpeg(1))
    environment = Path(f"/proc/{decoder._process.pid}/environ").read_bytes()
    assert b"RUHUTONG" not in environment
