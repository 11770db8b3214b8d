"""Settings of authenticators and methods: what Okta accepts, and what it fills in.

Names and order as recorded; enumerations and names that no recording has from okta/okta-management-openapi-spec, which
calls a PUT "replace": what the body lacks goes back to the default, unless the switch `authenticator_put_merges` is on.
"""

from __future__ import annotations

from typing import Any

from sandbox.okta.answers import invalid, one_of
from sandbox.world import World

_CHOICES: dict[str, tuple[str, ...]] = {
    "fips": ("OPTIONAL", "REQUIRED"),
    "style": ("NUMBER_CHALLENGE",),
    "required": ("NEVER", "HIGH_RISK_ONLY", "ALWAYS"),
    "userVerification": ("DISCOURAGED", "PREFERRED", "REQUIRED"),
    "enrollmentSecurityLevel": ("HIGH", "ANY"),
    "allowedFor": ("any", "none", "recovery", "sso"),
    "keyProtection": ("ANY", "HARDWARE"),
    "showSignInWithOV": ("ALWAYS", "NEVER"),
}
_SEVERAL: dict[str, tuple[str, ...]] = {
    "userVerificationMethods": ("PIN", "BIOMETRICS"),
    "algorithms": ("ES256", "RS256"),
    "transactionTypes": ("LOGIN", "CIBA"),
}
OKTA_VERIFY: dict[str, Any] = {
    "compliance": {"fips": "OPTIONAL"},
    "channelBinding": {"style": "NUMBER_CHALLENGE", "required": "NEVER"},
    "userVerification": "PREFERRED",
    "userVerificationMethods": ["PIN", "BIOMETRICS"],
    "appInstanceId": "",
}
"""The defaults, as recorded of a new org."""
SIGNATURES: dict[str, Any] = {"algorithms": ["ES256", "RS256"], "keyProtection": "ANY"}
METHODS: dict[str, dict[str, Any]] = {
    "totp": {"timeIntervalInSeconds": 30, "encoding": "Base32", "algorithm": "HMACSHA1", "passCodeLength": 6},
    "push": {**SIGNATURES, "transactionTypes": ["LOGIN"]},
    "signed_nonce": {**SIGNATURES, "showSignInWithOV": "NEVER"},
}
"""The defaults of Okta Verify's methods, as recorded of a new org."""
# Not for a client to set; recorded to stay when a PUT lacks it.
_SERVERS_OWN = ("appInstanceId",)


def accepted_settings(world: World, authenticator: dict[str, Any], sent: Any) -> dict[str, Any]:
    """The settings after a PUT. Raises OktaError E0000001."""
    known = dict(OKTA_VERIFY) if authenticator["key"] == "okta_verify" else dict(authenticator["settings"])
    if world.data["okta"]["settings"]["enrollment_security_level"] and authenticator["key"] == "okta_verify":
        known = {**known, "enrollmentSecurityLevel": "ANY"}
    own = {key: authenticator["settings"][key] for key in _SERVERS_OWN if key in authenticator["settings"]}
    return {**_accepted(world, known, authenticator["settings"], sent), **own}


def accepted_method_settings(world: World, method: dict[str, Any], sent: Any) -> dict[str, Any]:
    """The settings of a method after a PUT. Raises OktaError E0000001."""
    return _accepted(world, METHODS[method["type"]], method["settings"], sent)


def _accepted(world: World, defaults: dict[str, Any], found: dict[str, Any], sent: Any) -> dict[str, Any]:
    if sent is None:
        sent = {}
    if not isinstance(sent, dict):
        raise invalid("settings", "settings: must be an object")
    base = {**defaults, **found} if world.data["okta"]["settings"]["authenticator_put_merges"] else defaults
    return {key: _value(key, base[key], sent[key]) if key in sent else base[key] for key in base}


def _value(key: str, default: Any, value: Any) -> Any:
    if isinstance(default, dict):
        if not isinstance(value, dict):
            raise invalid("settings", f"{key}: must be an object")
        return {name: _value(name, default[name], value[name]) if name in value else default[name] for name in default}
    if key in _SEVERAL:
        if not isinstance(value, list) or not value or not all(one_of(item, _SEVERAL[key]) for item in value):
            raise invalid("settings", f"{key}: must be a list of {', '.join(_SEVERAL[key])}")
        return value
    if key in _CHOICES and not one_of(value, _CHOICES[key]):
        raise invalid("settings", f"{key}: must be one of {', '.join(_CHOICES[key])}")
    if type(value) is not type(default):
        raise invalid("settings", f"{key}: must be of the type of {default!r}")
    return value
