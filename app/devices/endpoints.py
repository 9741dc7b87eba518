"""`/api/devices`: a phone hands in the public half of its key."""

from app.db import transaction, utcnow
from app.devices import service
from app.devices.schemas import DeviceRegistration
from app.http import SIGNED_IN, Call, endpoint
from app.keys import public_county_key


@endpoint(
    "POST", "/devices", requires=SIGNED_IN, body_limit=4_000, before_password_change=True, body=DeviceRegistration
)
def register(call: Call) -> dict[str, dict[str, str]]:
    """Enrol the phone of this session."""
    data = call.parsed(DeviceRegistration)
    with transaction() as session:
        how = service.register(session, call.who, data, utcnow())
    return {"device": {"id": call.who.device_id or "", "how": how}, "county_key": public_county_key()}


ROUTES = [register]
