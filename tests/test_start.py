"""`ruhutong up`: what it refuses, and that its children go with it."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from app.errors import AppError
from app.start import Address, refuse_taken_port

CHILD = "from app.start import die_with_parent; import time; die_with_parent(); print('up', flush=True); time.sleep(60)"


def test_a_port_in_use_is_refused_even_if_it_could_be_shared():
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(AppError) as told:
            refuse_taken_port(Address(port=port))
    assert told.value.code == "port_taken"
    assert f"--port {port + 1}" in told.value.message
    refuse_taken_port(Address(port=port))


def test_an_address_of_another_machine_is_told():
    with pytest.raises(AppError) as told:
        refuse_taken_port(Address(host="203.0.113.7", port=3999))
    assert told.value.code == "bad_address"


def test_a_child_leaves_when_its_parent_is_gone():
    """However the parent went, kill -9 included: the pipe's other end closes."""
    read, write = os.pipe()
    environment = {**os.environ, "RUHUTONG_PARENT_FD": str(read)}
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD], env=environment, pass_fds=(read,), stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "up\n"
    os.close(read)
    os.close(write)
    assert child.wait(10) == -signal.SIGTERM
    child.stdout.close()
