"""What people change in the two consoles after a role was run, as requests that the consoles' API has."""

from __future__ import annotations

import plistlib
from collections.abc import Callable
from typing import Any

from tests.integration.test_attestation import iru, okta, policies, rules
from tests.sandbox_process import SandboxProcess

Change = Callable[[SandboxProcess], Any]
PROFILES = "/api/v1/library/custom-profiles"
POLICY, RULE = "Managed desktops", "Managed desktop with FastPass"


def profile(sandbox: SandboxProcess, name: str) -> dict[str, Any]:
    """The custom profile of a name."""
    (found,) = [one for one in iru(sandbox, "GET", PROFILES)["results"] if one["name"] == name]
    return dict(found)


def fields(name: str, /, **changes: str) -> Change:
    """Switches of a profile, such as active, or its name."""

    def change(sandbox: SandboxProcess) -> None:
        parts = {key: (None, value) for key, value in changes.items()}
        iru(sandbox, "PATCH", f"{PROFILES}/{profile(sandbox, name)['id']}", files=parts)

    return change


def payload(name: str, edit: Callable[[list[dict[str, Any]]], Any], **changes: str) -> Change:
    """The payloads of a profile, uploaded again."""

    def change(sandbox: SandboxProcess) -> None:
        found = profile(sandbox, name)
        content = plistlib.loads(found["profile"].encode())
        edit(content["PayloadContent"])
        parts: dict[str, Any] = {key: (None, value) for key, value in changes.items()}
        parts["file"] = ("edited.mobileconfig", plistlib.dumps(content), "application/x-apple-aspen-config")
        iru(sandbox, "PATCH", f"{PROFILES}/{found['id']}", files=parts)

    return change


def another_profile(name: str, like: str, drop: str = "") -> Change:
    """A second profile that says the same, under other identifiers."""

    def change(sandbox: SandboxProcess) -> None:
        content = plistlib.loads(profile(sandbox, like)["profile"].encode())
        for number, one in enumerate(content["PayloadContent"]):
            one |= {
                "PayloadUUID": f"00000000-0000-4000-8000-00000000000{number}",
                "PayloadIdentifier": f"other.{number}",
            }
            one.pop(drop, None)
        file = ("other.mobileconfig", plistlib.dumps(content), "application/x-apple-aspen-config")
        iru(sandbox, "POST", PROFILES, files={"file": file, "name": (None, name)})

    return change


def taken_off(name: str, blueprint: str) -> Change:
    """A profile taken off a Blueprint."""

    def change(sandbox: SandboxProcess) -> None:
        listed = iru(sandbox, "GET", "/api/v1/blueprints")["results"]
        (found,) = [one for one in listed if one["name"] == blueprint]
        body = {"library_item_id": profile(sandbox, name)["id"]}
        iru(sandbox, "POST", f"/api/v1/blueprints/{found['id']}/remove-library-item", json=body)

    return change


def removed(name: str) -> Change:
    """A profile removed from the Library."""
    return lambda sandbox: iru(sandbox, "DELETE", f"{PROFILES}/{profile(sandbox, name)['id']}")


def integration_off(name: str, platform: str) -> Change:
    """An endpoint-security integration deactivated."""

    def change(sandbox: SandboxProcess) -> None:
        listed = okta(sandbox, "GET", "/api/v1/device-integrations")
        (found,) = [one for one in listed if (one["name"], one["platform"]) == (name, platform)]
        okta(sandbox, "POST", f"/api/v1/device-integrations/{found['id']}/lifecycle/deactivate")

    return change


def assurance(name: str, edit: Callable[[dict[str, Any]], Any]) -> Change:
    """A device assurance policy replaced."""

    def change(sandbox: SandboxProcess) -> None:
        (found,) = [one for one in okta(sandbox, "GET", "/api/v1/device-assurances") if one["name"] == name]
        edit(found)
        kept = {key: found[key] for key in ("name", "platform", "thirdPartySignalProviders") if key in found}
        okta(sandbox, "PUT", f"/api/v1/device-assurances/{found['id']}", kept)

    return change


def rules_path(sandbox: SandboxProcess) -> str:
    """Where the rules of the role's policy are."""
    return f"/api/v1/policies/{policies(sandbox)[POLICY]['id']}/rules"


def rule(sandbox: SandboxProcess) -> dict[str, Any]:
    """The role's rule."""
    return next(one for one in rules(sandbox) if one["name"] == RULE)


def rule_edited(edit: Callable[[dict[str, Any]], Any]) -> Change:
    """Conditions, actions or place of the role's rule."""

    def change(sandbox: SandboxProcess) -> None:
        found = rule(sandbox)
        body = {key: found[key] for key in ("type", "name", "priority", "conditions", "actions")}
        edit(body)
        okta(sandbox, "PUT", f"{rules_path(sandbox)}/{found['id']}", body)

    return change


def rule_off(sandbox: SandboxProcess) -> None:
    """The role's rule deactivated."""
    okta(sandbox, "POST", f"{rules_path(sandbox)}/{rule(sandbox)['id']}/lifecycle/deactivate")


def rule_gone(sandbox: SandboxProcess) -> None:
    """The role's rule deleted."""
    okta(sandbox, "DELETE", f"{rules_path(sandbox)}/{rule(sandbox)['id']}")


def rule_above(sandbox: SandboxProcess) -> None:
    """Somebody's rule for everybody put before the role's."""
    body = {key: rule(sandbox)[key] for key in ("type", "actions")}
    okta(sandbox, "POST", rules_path(sandbox), {**body, "name": "Everybody", "priority": 0, "conditions": {}})


def policy_described(sandbox: SandboxProcess) -> None:
    """Another description of the role's policy."""
    found = policies(sandbox)[POLICY]
    body = {key: found[key] for key in ("type", "name", "status", "priority") if key in found}
    okta(sandbox, "PUT", f"/api/v1/policies/{found['id']}", {**body, "description": "Mine"})


def policy_off(sandbox: SandboxProcess) -> None:
    """The role's policy deactivated."""
    okta(sandbox, "POST", f"/api/v1/policies/{policies(sandbox)[POLICY]['id']}/lifecycle/deactivate")


def app_elsewhere(label: str, policy: str) -> Change:
    """An app given another policy."""

    def change(sandbox: SandboxProcess) -> None:
        (app,) = [one for one in okta(sandbox, "GET", "/api/v1/apps?limit=200") if one["label"] == label]
        okta(sandbox, "PUT", f"/api/v1/apps/{app['id']}/policies/{policies(sandbox)[policy]['id']}")

    return change


def state_edited(edit: Callable[[dict[str, Any]], Any]) -> Change:
    """What no API changes: the state itself."""

    def change(sandbox: SandboxProcess) -> None:
        state = sandbox.state()
        edit(state)
        sandbox.load_state(state)

    return change
