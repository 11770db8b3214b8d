"""The tenant as it is found: Blueprints, computers, people, and a Library that is not empty."""

from __future__ import annotations

import plistlib
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sandbox.iru import (
    ade,
    agent,
    apps,
    blueprint_templates,
    blueprints,
    enrolled_mac,
    hardware,
    key_access,
    mdm,
    mobile,
    native_scep,
    profiles,
    scope,
    scripts,
    seed_history,
    threats,
)
from sandbox.iru.tenant import SETTINGS, Record, derived_uuid, iso_time, library_items, now, spaced_time, tenant

if TYPE_CHECKING:
    from sandbox.world import World

SUBDOMAIN = "attest"
_MAC_MODELS = (
    ("MacBook Air (13-inch, M3, 2024)", "Mac15,12"),
    ("MacBook Pro (14-inch, M4, 2024)", "Mac16,1"),
    ("Mac mini (2024)", "Mac16,10"),
    ("MacBook Air (M1, 2020)", "MacBookAir10,1"),
)
_MAC_VERSIONS = tuple(hardware.MAC_BUILDS)
_SERIAL_ALPHABET = "CDFGHJKLMNPQRTVWXY0123456789"
# On fleets of some size: who has no user, was never seen after enrolment, and has not been seen for long.
_WITHOUT_USER, _NEVER_SEEN, _LONG_GONE = 4, 7, 11
_EVERY = 20


def seed(world: World) -> None:
    """Adds ``data["iru"]``. The same seed gives the same ids; dates count from the present."""
    world.data["iru"] = _empty(world)
    world.data["iru"]["tokens"] = {
        world.data["iru"]["api_token"]: {
            "id": world.new_uuid(), "name": "attestation", "active": True, "permissions": None,
        }
    }  # fmt: skip
    tenant(world)["tenant_id"] = derived_uuid(world, "tenant")
    _people(world)
    executive = _tags(world)
    names = _blueprints(world, executive)
    world.data["iru"]["seeded_blueprints"] = [blueprint["id"] for blueprint in names.values()]
    _library(world, names)
    _devices(world, names, executive)
    _first_check_ins(world)
    # From here on nothing is drawn: ids are derived, so that a seed keeps giving the company that it gave before.
    tenant(world)["admin"] = {"id": derived_uuid(world, "admin"), "email": "it@attest.example"}
    tenant(world)["blueprint_templates"] = blueprint_templates.categories(world)
    _drafts(world)
    key_access.seed(world)
    seed_history.seed(world, native_scep.seed(world))
    # Whoever compares two states finds the rows of every item, whether it was ever assigned or not.
    for item in library_items(world):
        tenant(world)["statuses"].setdefault(item["id"], {})
    mobile.seed(world)
    ade.seed(world)
    threats.seed(world)


def _empty(world: World) -> Record:
    return {
        "subdomain": SUBDOMAIN,
        "api_token": world.new_uuid(),
        "settings": dict(SETTINGS),
        "last_row_id": 14_000,
        "users": {},
        "tags": {},
        "blueprints": {},
        "blueprint_templates": [],
        "custom_profiles": {},
        "custom_apps": {},
        "custom_scripts": {},
        "ipa_apps": {},
        "reserved_uploads": {},
        "pending_uploads": {},
        "native_items": {},
        "statuses": {},
        "devices": {},
        # For synthetic devices (synthetic.py): when the tenant began, which Blueprints they are on, which were changed.
        "seeded_at": iso_time(world.clock.now()),
        "seeded_blueprints": [],
        "synthetic_taken": [],
        "audit_events": [],
        "prism_exports": {},
        "item_activity": {},
        "self_service_categories": [
            {"id": world.new_uuid(), "name": name} for name in ("Apps", "Productivity", "Security", "Utilities")
        ],
    }


def _people(world: World) -> None:
    """Users as the directory integration brings them; their e-mail is the login at Okta."""
    integration = {"id": 1, "name": "Okta", "uuid": world.new_uuid(), "type": "scim"}
    created = iso_time(world.clock.now() - timedelta(days=300))
    for number, person in enumerate(world.data["people"]):
        user_id = world.new_uuid()
        tenant(world)["users"][user_id] = {
            "id": user_id,
            "email": person["login"],
            "name": f"{person['first_name']} {person['last_name']}",
            "active": True,
            "archived": False,
            "department": world.choice(("Engineering", "Sales", "Finance", None)),
            "job_title": None,
            "deprecated_user_id": str(36_600 + number),
            "integration": integration,
            "created_at": created,
            "updated_at": created,
        }


def _tags(world: World) -> str:
    """Adds the tags; returns the id of the one that the map of executives asks for."""
    tags = {world.new_uuid(): name for name in ("Executive", "Loaner", "Pilot")}
    tenant(world)["tags"].update(tags)
    return next(iter(tags))


def _blueprints(world: World, executive: str) -> dict[str, Record]:
    """Classic ones, a map without conditions, and a map whose nodes must be named in assignments."""
    kinds = {"Engineering": "classic", "Sales": "classic", "Head Office": "map", "Executives": "map"}
    made = {name: blueprints.create(world, name, kind) for name, kind in kinds.items()}
    condition = {"id": world.new_uuid(), "rule": {"tag_id": executive}, "items": []}
    made["Executives"]["nodes"].append(condition)
    return made


def _library(world: World, names: dict[str, Record]) -> None:
    """Items that were there before, so that no list is empty."""
    everywhere = list(names)
    mac, pc = ("Mac",), ("Windows",)
    _native(world, names, "Okta Verify", kind="vpp-app", platforms=mac, on=everywhere)
    _native(world, names, "Google Chrome", kind="automatic-app", platforms=mac, on=everywhere)
    _native(world, names, "Okta Verify (Windows)", kind="automatic-app", platforms=pc, on=["Engineering", "Sales"])
    _native(world, names, "Slack", kind="vpp-app", platforms=mac, on=["Engineering"], self_service=True)
    window = {"SHOWFULLNAME": True}
    _existing_profile(
        world, names, "Login Window", payload_type="com.apple.loginwindow", settings=window, on=everywhere
    )
    firewall, guarded = {"EnableFirewall": True, "EnableStealthMode": True}, ["Engineering", "Head Office"]
    _existing_profile(
        world, names, "Firewall", payload_type="com.apple.security.firewall", settings=firewall, on=guarded
    )
    saver = {"idleTime": 600}
    _existing_profile(world, names, "Screen Saver (draft)", payload_type="com.apple.screensaver", settings=saver, on=[])


def _native(
    world: World, names: dict[str, Record], name: str, *, kind: str, platforms: tuple[str, ...], on: list[str],
    self_service: bool = False,
) -> None:  # fmt: skip
    item_id = world.new_uuid()
    item: Record = {"id": item_id, "name": name, "type": kind, "active": True, "self_service": self_service}
    tenant(world)["native_items"][item_id] = item | {"platforms": list(platforms)}
    _put_on(names, item_id, on)


def _existing_profile(
    world: World, names: dict[str, Record], name: str, *, payload_type: str, settings: dict[str, Any], on: list[str]
) -> None:
    identifier, uuid = f"example.attest.{payload_type}", world.new_uuid().upper()
    payload = {"PayloadType": payload_type, "PayloadVersion": 1, "PayloadIdentifier": identifier, "PayloadUUID": uuid}
    content = {
        "PayloadType": "Configuration", "PayloadVersion": 1, "PayloadIdentifier": f"{identifier}.profile",
        "PayloadUUID": world.new_uuid().upper(), "PayloadDisplayName": name, "PayloadScope": "System",
        "PayloadContent": [payload | settings],
    }  # fmt: skip
    profile = profiles.create(world, name, plistlib.dumps(content))
    _put_on(names, profile["id"], on)


def _put_on(names: dict[str, Record], item_id: str, on: list[str]) -> None:
    for name in on:
        names[name]["nodes"][0]["items"].append(item_id)


def _devices(world: World, names: dict[str, Record], executive: str) -> None:
    """One computer a person; the last ``windows`` of them are PCs."""
    sizes, user_ids = world.data["sandbox"], list(tenant(world)["users"])
    macs = sizes["fleet"] - sizes["windows"]
    blueprint_ids = [blueprint["id"] for blueprint in names.values()]
    for number, user_id in enumerate(user_ids):
        windows = number >= macs
        # Only classic Blueprints hold PCs, as their Okta Verify is assigned there.
        blueprint_id = blueprint_ids[number % 2] if windows else blueprint_ids[number % len(blueprint_ids)]
        device = _device(world, number, windows)
        device["blueprint_id"] = blueprint_id
        device["user_id"] = None if number % _EVERY == _WITHOUT_USER else user_id
        if blueprint_id == names["Executives"]["id"] and number % 8 == 3:
            device["tag_ids"] = [executive]
        tenant(world)["devices"][device["device_id"]] = device


def _device(world: World, number: int, windows: bool) -> Record:
    model, identifier = ("Latitude 7450", "Latitude 7450") if windows else world.choice(_MAC_MODELS)
    enrolled = world.clock.now() - timedelta(days=30 + int(world.random() * 600), seconds=int(world.random() * 86_400))
    person = world.data["people"][number]
    device: Record = {
        "device_id": world.new_uuid(),
        "device_name": f"{person['first_name']}\u2019s {'PC' if windows else model.partition(' (')[0]}",
        "model": model,
        "model_identifier": identifier,
        "serial_number": "".join(world.choice(_SERIAL_ALPHABET) for _ in range(10)),
        "udid": world.new_uuid().upper(),
        "mac_address": ":".join(f"{int(world.random() * 256):02x}" for _ in range(6)),
        "platform": "Windows" if windows else "Mac",
        "os_version": hardware.WINDOWS_RELEASE if windows else world.choice(_MAC_VERSIONS),
        "supplemental_build_version": "",
        "supplemental_os_version_extra": "",
        "api_level": "",
        "security_patch_level": "",
        "full_software_version": hardware.WINDOWS_VERSION if windows else "",
        "asset_tag": "",
        "user_id": None,
        "blueprint_id": None,
        "tag_ids": [],
        "filevault_enabled": True,
        "mdm_enabled": True,
        "agent_installed": True,
        "agent_version": hardware.WINDOWS_AGENT if windows else hardware.MAC_AGENT,
        "is_missing": False,
        "is_removed": False,
        "lost_mode_status": "",
        "first_enrollment": spaced_time(enrolled),
        "last_enrollment": spaced_time(enrolled),
        "last_check_in": "",
        "parameters": [],
        "enrollment_profile": None,
        "enrollment_certificate": None,
        "installed_profiles": {},
        "failed_profiles": {},
        "certificates": {},
        "commands": [],
    }
    if not windows:
        device["supplemental_build_version"] = hardware.MAC_BUILDS[device["os_version"]]
        device["parameters"] = [_ROOT_USER_PARAMETER]
        device["enrollment_profile"] = enrolled_mac.profile(world.new_uuid(), enrolled)
        device["enrollment_certificate"] = enrolled_mac.certificate(device["udid"], enrolled)
    return device


# The documented example of a parameter.
_ROOT_USER_PARAMETER = {
    "item_id": "1e4be748-e072-4c1f-b1ff-a98f076b8e8e",
    "name": 'Disable the "root" user',
    "status": "PASS",
    "category": "User Accounts & Authentication",
    "subcategory": "User Accounts",
}


def _first_check_ins(world: World) -> None:
    """What was assigned before is in place, except on computers that were never seen since their enrolment."""
    for number, device in enumerate(tenant(world)["devices"].values()):
        scope.refresh_device(world, device)
        if number % _EVERY == _NEVER_SEEN:
            continue
        for command in mdm.check_in(world, device["device_id"]):
            mdm.acknowledge(world, device["device_id"], command, {"error": None, "certificates": []})
        for job in agent.jobs(world, device["device_id"]):
            log = f"{job['item']['name']} is installed."
            agent.report(world, device["device_id"], job, {"status": "PASS", "log": log, "audit_log": None})
        gone = number % _EVERY == _LONG_GONE
        seen = world.clock.now() - (timedelta(days=45) if gone else timedelta(minutes=15 + int(world.random() * 30)))
        device |= {"last_check_in": iso_time(seen), "is_missing": gone}


def _drafts(world: World) -> None:
    """An app and a script that are on no Blueprint yet, so that no list of the Library is empty."""
    key = f"companies/companies/{tenant(world)['tenant_id']}/library/custom_apps/Fonts-1.2_3f9c01d7.pkg"
    fields = {"id": derived_uuid(world, "draft app"), "name": "Company Fonts (draft)", "active": False, "file_key": key}
    file = {"sha256": sha256(b"fonts").hexdigest(), "file_size": 5, "file_updated": f"{now(world)[:19]}Z"}
    apps.create(world, fields | file | {"install_type": "package", "install_enforcement": "install_once"})
    script = {"id": derived_uuid(world, "draft script"), "name": "Uptime (draft)", "active": False}
    scripts.create(world, script | {"execution_frequency": "every_day", "script": "#!/bin/sh\nuptime"})
