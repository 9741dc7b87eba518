"""Sealed containers as they come over the wire or out of a rescue file: cut apart, and their headers read. Pure.

One container holds one command or one photo, closed to all but the county:
`RHT1`, header length (4 bytes), header (RFC 8785 JSON), ciphertext length (4 bytes), ciphertext. A body or a file is
containers one after another.
"""

import hashlib
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

import rfc8785
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

MAGIC = b"RHT1"
INFO = "ruhutong-sealed-1"
LONGEST_HEADER = 2_000
LARGEST = 16_000_000
"""Bytes of one container: a photo of the largest size and what stands around it."""
_LENGTH = struct.Struct(">I")
_SMALLEST = len(MAGIC) + _LENGTH.size

COMMAND, PHOTO = "command", "photo"


class Broken(ValueError):
    """Bytes that are no container."""


class Short(Broken):
    """The beginning of a container whose header is not all there yet."""


class Header(BaseModel):
    """What stands in the open: whose it is, what it is, and by which phone it was signed. Ids only."""

    model_config = ConfigDict(extra="forbid", strict=True)
    v: Literal[1]
    kind: Literal["command", "photo"]
    kid: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}$")]
    author: Annotated[str, StringConstraints(pattern=r"^[0-9a-zA-Z-]{1,36}$")]
    device: Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")]
    id: Annotated[str, StringConstraints(pattern=r"^([0-9a-f-]{36}|[0-9a-f]{64})$")]
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    epk: Annotated[str, StringConstraints(pattern=r"^[\w-]{87}$")]
    iv: Annotated[str, StringConstraints(pattern=r"^[\w-]{16}$")]
    signature: Annotated[str, Field(max_length=200)]

    def signed_words(self) -> str:
        """What the phone's signature is over: the digest of the header without it."""
        rest = self.model_dump(exclude={"signature"})
        return hashlib.sha256(rfc8785.dumps(rest)).hexdigest()


@dataclass(frozen=True)
class Container:
    """One container, whole. `beside` is the header's bytes as they came: what the seal holds fast."""

    header: Header
    beside: bytes
    ciphertext: bytes
    raw: bytes

    @property
    def sum(self) -> str:
        """By which name it is known as a whole."""
        return hashlib.sha256(self.raw).hexdigest()


def read_header(data: bytes, at: int = 0) -> tuple[Header, bytes, int]:
    """The header of the container that begins at `at`, its bytes, and where the ciphertext's length stands.

    Raises:
        Short: more bytes are needed.
        Broken: no container begins here.
    """
    if not MAGIC.startswith(data[at : at + len(MAGIC)]):
        raise Broken("no container begins here")
    begin = at + _SMALLEST
    if len(data) < begin:
        raise Short
    (length,) = _LENGTH.unpack_from(data, at + len(MAGIC))
    if not 0 < length <= LONGEST_HEADER:
        raise Broken("a header of that length cannot be")
    if len(data) < begin + length:
        raise Short
    beside = data[begin : begin + length]
    try:
        value = json.loads(beside)
        header = Header.model_validate(value)
        if rfc8785.dumps(value) != beside:
            raise Broken("a header in another form")
    except (ValidationError, ValueError, RecursionError, rfc8785.CanonicalizationError) as error:
        raise Broken("a header that says something else") from error
    return header, beside, begin + length


def length_of(data: bytes) -> int | None:
    """How long the container is whose beginning this is; None where that is not known yet.

    Raises:
        Broken: no container.
    """
    try:
        _, _, at = read_header(data)
    except Short:
        return None
    if len(data) < at + _LENGTH.size:
        return None
    return at + _LENGTH.size + int(_LENGTH.unpack_from(data, at)[0])


def containers(data: bytes) -> Iterator[Container | Broken]:
    """Every container of a body or file; what cannot be read is told once, and what follows it if it begins anew."""
    at = 0
    while at < len(data):
        try:
            one, at = _container(data, at)
            yield one
        except Broken as problem:
            yield problem
            # Nobody writes the four letters into a length or a header, and a ciphertext has them once in 2^32.
            at = data.find(MAGIC, at + 1)
            if at < 0:
                return


def _container(data: bytes, at: int) -> tuple[Container, int]:
    header, beside, lengths = read_header(data, at)
    begin = lengths + _LENGTH.size
    if len(data) < begin:
        raise Broken("cut short")
    (length,) = _LENGTH.unpack_from(data, lengths)
    end = begin + int(length)
    if end > len(data) or end - at > LARGEST:
        raise Broken("cut short")
    return Container(header, beside, data[begin:end], data[at:end]), end


def joined(beside: bytes, ciphertext: bytes) -> bytes:
    """A container of its parts."""
    return b"".join((MAGIC, _LENGTH.pack(len(beside)), beside, _LENGTH.pack(len(ciphertext)), ciphertext))
