"""The org at its beginning: a company that has FastPass on and has just added the endpoint-management platform."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from sandbox.clock import object_time
from sandbox.okta import user_types
from sandbox.okta.apps import ADMIN_CONSOLE, new_app
from sandbox.okta.authenticator_settings import METHODS, OKTA_VERIFY
from sandbox.okta.directory_changes import new_group, new_user
from sandbox.okta.features import seed_features
from sandbox.okta.policies import new_policy
from sandbox.okta.rules import catch_all
from sandbox.okta.seed_devices import seed_devices
from sandbox.okta.settings import SETTINGS
from sandbox.world import World

# label, name; all of them use the default policy
_APPS = (
    ("Salesforce", "salesforce"),
    ("GitHub Enterprise Cloud", "githubcloud"),
    ("Workday", "workday"),
    ("Google Workspace", "google"),
    ("Slack", "slack"),
    ("Zoom", "zoomus"),
)
_PILOT_SIZE = 5


def seed(world: World) -> None:
    """Puts the org into ``world.data["okta"]``."""
    org_id = world.new_okta_id("00o")
    world.data["okta"] = {
        "settings": copy.deepcopy(SETTINGS),
        "org": _org(world, org_id),
        "api_token": "00" + world.new_secret(40),
        "client_id": world.new_okta_id("0oa"),
        "ec_client_id": world.derived_okta_id("0oa", "service app with an elliptic-curve key"),
        "policies": {},
        "apps": {},
        "groups": {},
        "group_members": {},
        "users": {},
        "zones": {},
        "authenticators": {},
        "device_integrations": {},
        "device_assurances": {},
        "features": {},
        "domains": {},
        "devices": {},
        "certificate_bindings": {},
        "logs": [],
        "log_arrivals": {},
    }
    _directory(world)
    _policies_and_apps(world)
    _authenticators(world)
    _zones_and_features(world)
    seed_devices(world)
    user_types.seed(world)
    _domains(world)


def _org(world: World, org_id: str) -> dict[str, Any]:
    now = object_time(world.clock.now())
    return {
        "id": org_id,
        "subdomain": "attest-example",
        "companyName": "Attest Example",
        "status": "ACTIVE",
        "expiresAt": None,
        "created": now,
        "lastUpdated": now,
        "website": "https://attest.example",
        **dict.fromkeys(("phoneNumber", "endUserSupportHelpURL", "supportPhoneNumber"), ""),
        **dict.fromkeys(("address1", "address2", "city", "state", "country", "postalCode")),
        "cell": "ok14",
    }


def _directory(world: World) -> None:
    okta = world.data["okta"]
    user_type = {"id": world.new_okta_id("oty")}
    administrator = new_user(world, user_type, "admin@attest.example", "Alex", "Admin")
    okta["administrator"] = {
        "id": administrator["id"],
        "type": "User",
        "alternateId": administrator["profile"]["login"],
        "displayName": "Alex Admin",
    }
    people = [
        new_user(world, user_type, each["login"], each["first_name"], each["last_name"])
        for each in world.data["people"]
    ]
    ids = [person["id"] for person in people]
    new_group(world, "Everyone", "All users in your organization", "BUILT_IN", [administrator["id"], *ids])
    new_group(world, "Desktop users", members=ids)
    new_group(world, "Attestation pilot", members=ids[:_PILOT_SIZE])
    new_group(world, "Break glass", members=[administrator["id"]])


def _policies_and_apps(world: World) -> None:
    """The built-in policies as recorded; the default one is `system` and cannot be deleted."""
    default = new_policy(
        world, "Any two factors", "Require two factors to access.", system=True, allowed=("GET", "PUT")
    )
    default["rules"].append(catch_all(world, device_bound=False))
    purpose = "This policy defines how users must authenticate to enroll authenticators or to reset their password."
    account = new_policy(world, "Okta Account Management Policy", purpose, allowed=("GET",))
    account["resource_type"] = "END_USER_ACCOUNT_MANAGEMENT"
    account["rules"].append(catch_all(world, device_bound=False))
    for label, name in (
        ("Okta Admin Console", ADMIN_CONSOLE),
        ("Okta Dashboard", "okta_enduser"),
        ("Okta Browser Plugin", "okta_browser_plugin"),
    ):
        policy = new_policy(world, label, None)
        policy["rules"].append(catch_all(world, device_bound=False))
        new_app(world, name, label, policy["id"], "OPENID_CONNECT")
    for label, name in _APPS:
        new_app(world, name, label, default["id"])


def _authenticators(world: World) -> None:
    """E-mail, Okta Verify and password as recorded, only that FastPass (`signed_nonce`), off in a new org, is on."""
    email = {"allowedFor": "recovery", "tokenLifetimeInMinutes": 5}
    _authenticator(world, {"type": "email", "key": "okta_email", "name": "Email", "settings": email}, {"email": None})
    verify = copy.deepcopy(OKTA_VERIFY)
    kind = {"type": "app", "key": "okta_verify", "name": "Okta Verify", "settings": verify}
    _authenticator(world, kind, METHODS)["methods"]["push"]["status"] = "INACTIVE"
    _authenticator(world, {"type": "password", "key": "okta_password", "name": "Password"}, {"password": None})


def _authenticator(world: World, kind: dict[str, Any], methods: Mapping[str, Any]) -> dict[str, Any]:
    """Adds an authenticator; ``methods`` maps types to settings, None where the method has none."""
    now = object_time(world.clock.now())
    authenticator = {
        **kind,
        "id": world.new_okta_id("aut"),
        "status": "ACTIVE",
        "created": now,
        "lastUpdated": now,
        "methods": {
            name: {"type": name, "status": "ACTIVE", **({"settings": copy.deepcopy(settings)} if settings else {})}
            for name, settings in methods.items()
        },
    }
    world.data["okta"]["authenticators"][authenticator["id"]] = authenticator
    return authenticator


def _zones_and_features(world: World) -> None:
    okta, now = world.data["okta"], object_time(world.clock.now())
    for name, usage in (("LegacyIpZone", "POLICY"), ("BlockedIpZone", "BLOCKLIST")):
        zone = {"type": "IP", "id": world.new_okta_id("nzo"), "name": name, "status": "ACTIVE", "usage": usage}
        zone |= {"created": now, "lastUpdated": now}
        okta["zones"][zone["id"]] = {**zone, "system": True, "gateways": None, "proxies": None}
    integration = {"id": world.new_okta_id("din"), "name": "com.okta.windowssecuritycenter", "status": "DEACTIVATED"}
    integration |= {"displayName": "Windows Security Center", "platform": "WINDOWS"}
    okta["device_integrations"][integration["id"]] = integration
    seed_features(world, world.new_okta_id("ftr"))


def _domains(world: World) -> None:
    """The org's own domain, as recorded in okta/okta-sdk-python (test_custom_domain_it)."""
    okta = world.data["okta"]
    okta["domains"]["default"] = {
        "id": "default",
        "domain": f"{okta['org']['subdomain']}.okta.com",
        "certificateSourceType": "OKTA_MANAGED",
        "validationStatus": "COMPLETED",
        "brandId": world.derived_okta_id("bnd", "default"),
    }
