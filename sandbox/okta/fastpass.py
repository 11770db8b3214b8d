"""A sign-in with Okta FastPass: what registers a computer, binds its certificate and makes it managed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.clock import object_time
from sandbox.okta import device_store, system_log
from sandbox.okta.log_event import computer_client
from sandbox.okta.rule_evaluation import deciding_rule, of_user
from sandbox.pki import ca
from sandbox.world import World

_APP = "Okta Dashboard"
_OS_NAMES = {"MACOS": "OSX", "WINDOWS": "WINDOWS"}
_CLIENT_NAMES = {"MACOS": "Mac OS X", "WINDOWS": "Windows 11"}


@dataclass(frozen=True)
class Result:
    """How a sign-in went. ``reason`` says why it failed or why the computer is not managed; empty when all is well."""

    signed_in: bool
    managed: bool
    reason: str
    device_id: str | None = None


def sign_in(world: World, computer: dict[str, Any], certificate_der: bytes | None) -> Result:
    """Signs the computer's user in to the dashboard with FastPass.

    ``computer`` has serial_number, udid, platform (MACOS or WINDOWS), display_name, os_version, user_login,
    okta_verify_registered, and may have manufacturer and model. ``certificate_der`` is the newest client certificate
    whose key Okta Verify may use; None when there is none.

    The management status belongs to the user's link to the device and changes only here: it is MANAGED when the
    certificate was issued by the org's CA, is valid, and is bound to no other device.
    """
    user = _user_of(world, computer["user_login"])
    obstacle = _obstacle(world, computer, user)
    if user is None or obstacle:
        return Result(False, False, obstacle)
    device = _registered_device(world, computer, user)
    if device["status"] != "ACTIVE":
        reason = f"device_{device['status'].lower()}"
        _authenticated(world, user, device, managed=False, failure=reason)
        return Result(False, False, reason, device["id"])
    reason = _certificate_obstacle(world, device, certificate_der)
    if not reason and certificate_der is not None:
        _bind(world, user, device, certificate_der)
    _set_management(world, device, user, managed=not reason)
    allowed = _evaluate(world, user, device, managed=not reason)
    _authenticated(world, user, device, managed=not reason, failure="" if allowed else "denied_by_policy")
    return Result(allowed, not reason, reason if allowed else "denied_by_policy", device["id"])


def _user_of(world: World, login: str) -> dict[str, Any] | None:
    index: dict[str, dict[str, Any]] | None = world.runtime.cache.get("okta.users_by_login")
    if index is None:
        index = {user["profile"]["login"]: user for user in world.data["okta"]["users"].values()}
        world.runtime.cache["okta.users_by_login"] = index
    return index.get(login)


def _obstacle(world: World, computer: dict[str, Any], user: dict[str, Any] | None) -> str:
    """Why FastPass cannot even begin, or an empty text."""
    if user is None or user["status"] != "ACTIVE":
        return "no_active_user"
    if not computer["okta_verify_registered"]:
        return "okta_verify_not_registered"
    authenticators = world.data["okta"]["authenticators"].values()
    verify = next(each for each in authenticators if each["key"] == "okta_verify")
    statuses = {verify["status"], verify["methods"]["signed_nonce"]["status"]}
    return "" if statuses == {"ACTIVE"} else "fastpass_off"


def _registered_device(world: World, computer: dict[str, Any], user: dict[str, Any]) -> dict[str, Any]:
    """The computer's record, made at the first registration, with a link to this user."""
    device = device_store.of_computer(world, computer["platform"], computer["serial_number"])
    if device is None:
        device = device_store.add(world, _profile(computer))
        _event(world, "device.enrollment.create", "Device enrolled", user, device, managed=False)
    if device["status"] == "ACTIVE" and _link(device, user) is None:
        now = object_time(world.clock.now())
        device_store.changing(world, device)
        device["users"].append(
            {"created": now, "managementStatus": "NOT_MANAGED", "screenLockType": "BIOMETRIC", "user": user["id"]}
        )
        _event(world, "device.user.add", "Add device to user", user, device, managed=False)
    return device


def _profile(computer: dict[str, Any]) -> dict[str, Any]:
    profile = {
        "displayName": computer["display_name"],
        "platform": computer["platform"],
        "manufacturer": computer.get("manufacturer"),
        "model": computer.get("model"),
        "osVersion": computer["os_version"],
        "serialNumber": computer["serial_number"],
        "udid": computer["udid"],
        "registered": True,
        "secureHardwarePresent": True,
        "diskEncryptionType": "ALL_INTERNAL_VOLUMES",
    }
    return {key: value for key, value in profile.items() if value is not None}


def _link(device: dict[str, Any], user: dict[str, Any]) -> dict[str, Any] | None:
    return next((link for link in device["users"] if link["user"] == user["id"]), None)


def _certificate_obstacle(world: World, device: dict[str, Any], certificate_der: bytes | None) -> str:
    """Why the certificate does not prove management, or an empty text."""
    if certificate_der is None:
        return "no_certificate"
    verdict = ca.is_issued_and_valid(world, certificate_der)
    if not verdict.valid:
        return f"certificate_{verdict.reason}"
    # A certificate stays bound to its record for ever, also when the record is deleted (Okta help, configure-ca-main).
    bound_to = world.data["okta"]["certificate_bindings"].get(verdict.serial, device["id"])
    return "" if bound_to == device["id"] else "certificate_bound_to_another_device"


def _bind(world: World, user: dict[str, Any], device: dict[str, Any], certificate_der: bytes) -> None:
    serial = ca.is_issued_and_valid(world, certificate_der).serial
    bindings = world.data["okta"]["certificate_bindings"]
    ca.record_use(world, certificate_der)
    if serial in bindings:
        return
    bindings[serial] = device["id"]
    # Constructed from the event catalogue: the body of a real pki.cert.bind is not public.
    debug_data = {"deviceId": device["id"], "certificateSerialNumber": serial}
    _event(world, "pki.cert.bind", "Bind client certificate", user, device, managed=True, debug_data=debug_data)


def _set_management(world: World, device: dict[str, Any], user: dict[str, Any], *, managed: bool) -> None:
    link, status = _link(device, user), "MANAGED" if managed else "NOT_MANAGED"
    if link is not None and link["managementStatus"] != status:
        device_store.changing(world, device)
        link["managementStatus"] = status
        device["lastUpdated"] = object_time(world.clock.now())


def _evaluate(world: World, user: dict[str, Any], device: dict[str, Any], *, managed: bool) -> bool:
    """Asks the dashboard's sign-in policy; returns whether it allows the sign-in."""
    okta = world.data["okta"]
    app = next(each for each in okta["apps"].values() if each["label"] == _APP)
    policy = okta["policies"][app["access_policy"]]
    known = {"platform": device["profile"]["platform"], "registered": True, "managed": managed}
    rule = deciding_rule(world, policy, of_user(world, user["id"], **known))
    access = str(rule["actions"]["appSignOn"]["access"])
    targets = [
        {"id": app["id"], "type": "AppInstance", "alternateId": app["label"], "displayName": app["label"]},
        {"id": policy["id"], "type": "PolicyEntry", "alternateId": "unknown", "displayName": policy["name"]},
        {"id": rule["id"], "type": "PolicyRule", "alternateId": policy["id"], "displayName": rule["name"]},
    ]
    _event(
        world, "policy.evaluate_sign_on", "Evaluation of sign-on policy", user, device,
        managed=managed, outcome=access, target=targets,
    )  # fmt: skip
    return access == "ALLOW"


def _authenticated(world: World, user: dict[str, Any], device: dict[str, Any], *, managed: bool, failure: str) -> None:
    target = {
        "id": device["id"],
        "type": "AuthenticatorEnrollment",
        "alternateId": "unknown",
        "displayName": "Okta Verify",
        "detailEntry": {
            "methodTypeUsed": "Use Okta FastPass",
            "methodUsedVerifiedProperties": "[USER_PRESENCE, PHISHING_RESISTANT, DEVICE_BOUND, HARDWARE_PROTECTED]",
        },
    }
    _event(
        world, "user.authentication.auth_via_mfa", "Authentication of user via MFA", user, device, managed=managed,
        outcome="FAILURE" if failure else "SUCCESS", reason=failure or None, target=[target],
        debug_data={"factor": "SIGNED_NONCE"},
    )  # fmt: skip


def _event(
    world: World,
    event_type: str,
    message: str,
    user: dict[str, Any],
    device: dict[str, Any],
    *,
    managed: bool,
    outcome: str = "SUCCESS",
    reason: str | None = None,
    target: list[dict[str, Any]] | None = None,
    debug_data: dict[str, Any] | None = None,
) -> None:
    profile, names = device["profile"], user["profile"]
    itself = {"id": device["id"], "type": "Device", "alternateId": "unknown", "displayName": profile["displayName"]}
    system_log.append(
        world,
        event_type,
        display_message=message,
        outcome=outcome,
        reason=reason,
        actor={
            "id": user["id"],
            "type": "User",
            "alternateId": names["login"],
            "displayName": f"{names['firstName']} {names['lastName']}",
        },
        device={
            "id": device["id"],
            "name": profile["displayName"],
            "os_platform": _OS_NAMES[profile["platform"]],
            "os_version": profile["osVersion"],
            "managed": managed,
            "registered": True,
            "device_integrator": None,
            "disk_encryption_type": profile["diskEncryptionType"],
            "screen_lock_type": "BIOMETRIC",
            "jailbreak": None,
            "secure_hardware_present": True,
        },
        client=computer_client(_CLIENT_NAMES[profile["platform"]], "203.0.113.10"),
        session=f"idx{user['id'][3:]}",
        target=target or [itself],
        debug_data=debug_data,
    )
