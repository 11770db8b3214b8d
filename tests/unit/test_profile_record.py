"""What the record of a tenant keeps of a profile that was there before."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_record import text_for_record

CANARY = "cAnArY-of-a-platform"
EXTENSION = {"PayloadType": "com.apple.extensiblesso", "Hosts": ["example.okta.com"]}
SCEP = {"PayloadType": "com.apple.security.scep", "PayloadContent": {"URL": "https://x", "Challenge": CANARY}}


def profile(*payloads: Any) -> dict[str, Any]:
    return {"PayloadType": "Configuration", "PayloadIdentifier": "com.example", "PayloadContent": list(payloads)}


def test_a_text_without_secrets_is_kept() -> None:
    wanted = profile(EXTENSION)
    assert text_for_record(wanted) == {"text": wanted}


def test_a_text_with_a_secret_is_kept_without_it() -> None:
    kept = text_for_record(profile(EXTENSION, SCEP))
    assert kept["text"] == "not kept"
    assert CANARY not in str(kept)
    assert kept["text_without_secrets"]["PayloadContent"][1]["PayloadContent"]["URL"] == "https://x"


@pytest.mark.parametrize(
    "payload",
    [
        {"PayloadType": "com.example.agent", "LicenseKey": CANARY},
        {"PayloadType": "com.apple.ManagedClient.preferences", "PayloadContent": {"com.example": {"Key": CANARY}}},
        {"PayloadType": "com.apple.security.pkcs12", "PayloadContent": CANARY.encode()},
        {"License": CANARY},
        {"PayloadType": "com.apple.security.pkcs1", "PayloadContent": CANARY.encode()},
        CANARY,
    ],
)
def test_nothing_is_kept_of_what_nobody_here_knows(payload: Any) -> None:
    assert text_for_record(profile(EXTENSION, payload)) == {"text": "not kept"}
    assert text_for_record({"PayloadContent": payload}) == {"text": "not kept"}
