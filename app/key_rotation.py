"""A new key for each purpose; what an older one sealed or signed stays readable."""

from typing import Any

from app import crypto_rotation, key_care, keys
from app.audit.service import record
from app.config import settings
from app.db import migrate, transaction
from app.errors import BadInput
from app.settings.service import announce_county_key


def rotate(purpose: str, *, new_key: bool = True) -> dict[str, Any]:
    """Rotate the key of a purpose; returns its new id and what was made anew.

    Raises:
        BadInput: no such purpose.
        Conflict: the index, while the home is served.
    """
    if purpose not in key_care.PURPOSES:
        raise BadInput("只有 field、index、county、receipt 四种密钥。", code="unknown_purpose")
    migrate()
    if purpose == "field":
        return crypto_rotation.rotate(new_key=new_key)
    if purpose == "index":
        with key_care.lock(alone=True):
            return crypto_rotation.reindex(new_key=new_key)
    make = keys.make_county_key if purpose == "county" else keys.make_receipt_key
    name = make(settings().keys)
    with transaction() as session:
        if purpose == "county":
            announce_county_key(session)
        record(session, None, "keys.rotated", "key", f"{purpose} {name}")
    return {"key": name}
