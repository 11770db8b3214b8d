"""More of the org at its beginning: authenticators that are off, and integrations that the console has added.

Ids are derived, so that those of everything else stay as they are.
"""

from __future__ import annotations

from typing import Any

from sandbox.clock import object_time
from sandbox.world import World

# As recorded of new orgs (okta/okta-sdk-python, test_authenticator_it): type, key, name, status, settings, methods.
_AUTHENTICATORS: tuple[tuple[str, str, str, str, dict[str, Any] | None, tuple[str, ...]], ...] = (
    ("phone", "phone_number", "Phone", "INACTIVE", {"allowedFor": "recovery"}, ("sms", "voice")),
    ("security_key", "webauthn", "Security Key or Biometric", "INACTIVE", None, ("webauthn",)),
    (
        "security_question", "security_question", "Security Question", "ACTIVE", {"allowedFor": "recovery"},
        ("security_question",),
    ),
)  # fmt: skip
# name, display name, platform, status; the words are those of the specification's examples.
_INTEGRATIONS = (
    ("com.crowdstrike.zta", "CrowdStrike", "MACOS", "ACTIVE"),
    ("com.crowdstrike.zta", "CrowdStrike", "WINDOWS", "DEACTIVATED"),
    ("com.okta.device.osquery", "OSQuery", "MACOS", "DEACTIVATED"),
)


def seed_devices(world: World) -> None:
    """Adds them to ``world.data["okta"]``."""
    okta, now = world.data["okta"], object_time(world.clock.now())
    for kind, key, name, status, settings, methods in _AUTHENTICATORS:
        authenticator: dict[str, Any] = {
            "type": kind,
            "id": world.derived_okta_id("aut", key),
            "key": key,
            "status": status,
            "name": name,
            "created": now,
            "lastUpdated": now,
            "methods": {method: {"type": method, "status": status} for method in methods},
        }
        if settings is not None:
            authenticator["settings"] = dict(settings)
        okta["authenticators"][authenticator["id"]] = authenticator
    for name, display_name, platform, status in _INTEGRATIONS:
        integration_id = world.derived_okta_id("din", f"{name}:{platform}")
        okta["device_integrations"][integration_id] = {
            "id": integration_id,
            "name": name,
            "displayName": display_name,
            "status": status,
            "platform": platform,
        }
    okta["device_integrations"].update(_with_metadata(world))


def _with_metadata(world: World) -> dict[str, Any]:
    chrome, posture = world.derived_okta_id("din", "com.google.dtc"), world.derived_okta_id("din", "com.okta.deviceidp")
    account = f"okta-gci-{world.data['okta']['org']['id']}"
    connector = {
        "id": chrome,
        "name": "com.google.dtc",
        "displayName": "Chrome Device Trust",
        "status": "DEACTIVATED",
        "platform": "CHROMEOS",
        "metadata": {
            "type": "CHROME",
            "serviceAccountName": account,
            "serviceAccountEmail": f"{account}@attest-example.iam.gserviceaccount.com",
        },
    }
    provider = {
        "id": posture,
        "name": "com.okta.deviceidp",
        "displayName": "Device Posture Provider",
        "status": "DEACTIVATED",
        "platform": "IOS",
        "metadata": {"type": "DEVICE_IDP", "idpId": world.derived_okta_id("0oa", "posture")},
    }
    return {chrome: connector, posture: provider}
