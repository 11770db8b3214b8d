"""What makes a Mac a managed one: the enrolment profile, and the identity of its MDM channel."""

from __future__ import annotations

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from sandbox.iru.tenant import Record, prism_time


def profile(uuid: str, enrolled: datetime) -> Record:
    """The profile that makes a Mac managed, as its inventory shows it. Identifier and payloads are recorded."""
    moment = prism_time(enrolled)
    return {
        "profile_display_name": "MDM Profile",
        "payload_identifier": "com.kandji.profile.mdmprofile",
        "payload_uuid": uuid,
        "profile_description": None,
        "organization": "Attest Example",
        "removal_passcode": False,
        "removable": False,
        "encrypted": False,
        "managed": True,
        "signed": True,
        "profile_data": [_payload(uuid, "com.apple.mdm"), _payload(uuid, "com.apple.security.scep")],
        "created_at": moment,
        "updated_at": moment,
    }


def _payload(profile_uuid: str, kind: str) -> Record:
    return {
        "type": kind,
        "uuid": str(uuid5(NAMESPACE_URL, f"{profile_uuid}{kind}")),
        "version": 1,
        "identifier": f"com.kandji.profile.mdmprofile.{kind}",
        "display_name": None,
        "organization": None,
    }


def certificate(udid: str, enrolled: datetime) -> Record:
    """The identity of the MDM channel. Its subject is constructed; that a managed Mac has one is how MDM works."""
    moment = prism_time(enrolled)
    return {"common_name": udid, "identity_certificate": True, "created_at": moment, "updated_at": moment}
