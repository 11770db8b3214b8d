"""What Okta makes of a rule's body: what it refuses, what it adds, what it drops without a word.

Every addition and rewrite here was seen in recordings of okta/terraform-provider-okta (test/fixtures/vcr/idaas) unless
a comment says otherwise; types and enumerations are those of okta/okta-management-openapi-spec.
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.okta.answers import invalid, one_of
from sandbox.okta.rule_verification import verification_method
from sandbox.world import World

_PLATFORM_TYPES = {"ANY", "DESKTOP", "MOBILE", "OTHER"}
_OS_TYPES = {"ANY", "ANDROID", "CHROMEOS", "IOS", "LINUX", "MACOS", "OTHER", "WINDOWS"}
_CONNECTIONS = {"ANYWHERE", "ZONE", "ON_NETWORK", "OFF_NETWORK"}
_RISK_LEVELS = {"ANY", "LOW", "MEDIUM", "HIGH"}
# The pattern of the specification (KeepMeSignedIn).
_FREQUENCY = re.compile(r"P(?!$)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?")
_CONDITIONS = {"device", "platform", "network", "people", "userType", "riskScore", "elCondition"}


def rule_name(body: dict[str, Any]) -> str:
    """The rule's name. Raises OktaError when it is missing or not text of 1 to 50 characters."""
    name = body.get("name")
    if not isinstance(name, str) or not name.strip():
        raise invalid("name", "name: The field cannot be left blank")
    return name


def rule_priority(body: dict[str, Any]) -> int | None:
    """The wanted priority; None when the body has none."""
    priority = body.get("priority")
    if priority is not None and (isinstance(priority, bool) or not isinstance(priority, int) or priority < 0):
        raise invalid("priority", "priority: must be a whole number, 0 or more")
    return priority


def conditions(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """The conditions as Okta keeps them. Raises OktaError (400) for those that it refuses."""
    sent = block(body, "conditions")
    for name in sent:
        if name not in _CONDITIONS:
            raise invalid("policyRule", f"Invalid condition type specified: {name}.")
    kept: dict[str, Any] = {"people": _people(world, sent)}
    if sent.get("network") is not None:
        kept["network"] = _network(world, sent)
    elif world.data["okta"]["settings"]["rule_network_added"]:
        kept["network"] = {"connection": "ANYWHERE"}
    if sent.get("device") is not None:
        kept["device"] = _device(world, block(sent, "device"))
    if sent.get("platform"):  # an empty platform vanishes
        kept["platform"] = _platform(block(sent, "platform"))
    kept.update(_risk_score(world, sent))
    if sent.get("elCondition"):  # an empty one vanishes (TestAccResourceOktaAppSignOnPolicyRule_default_crud)
        kept["elCondition"] = _el_condition(block(sent, "elCondition"))
    kept["userType"] = {"include": [], "exclude": [], **_picked_ids(sent, "userType")}
    _known_ids(world, "user_types", kept["userType"])
    return kept


def actions(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """The actions as Okta keeps them. Raises OktaError (400) for those that it refuses."""
    sent = block(block(body, "actions"), "appSignOn")
    if not one_of(sent.get("access"), {"ALLOW", "DENY"}):
        raise invalid("appSignOn", "access: must be ALLOW or DENY")
    kept: dict[str, Any] = {"access": sent["access"]}
    if sent.get("verificationMethod") is not None:
        kept["verificationMethod"] = verification_method(world, block(sent, "verificationMethod"))
    elif sent["access"] == "ALLOW":
        # Constructed: no recording has an ALLOW without a verification method.
        raise invalid("appSignOn", "verificationMethod: The field cannot be left blank")
    kept["keepMeSignedIn"] = _keep_me_signed_in(block(sent, "keepMeSignedIn"))
    return {"appSignOn": kept}


def _keep_me_signed_in(sent: dict[str, Any]) -> dict[str, Any]:
    kept = {"postAuth": "NOT_ALLOWED", **pick(sent, "postAuth", "postAuthPromptFrequency")}
    if not one_of(kept["postAuth"], {"ALLOWED", "NOT_ALLOWED"}):
        raise invalid("keepMeSignedIn", "postAuth: must be ALLOWED or NOT_ALLOWED")
    frequency = kept.get("postAuthPromptFrequency", "P7D")
    if not isinstance(frequency, str) or not _FREQUENCY.fullmatch(frequency):
        raise invalid("keepMeSignedIn", "postAuthPromptFrequency: must be an ISO 8601 duration such as P7D")
    return kept


def block(parent: dict[str, Any], name: str) -> dict[str, Any]:
    """A nested object, empty when absent or null. Raises OktaError when it is something else."""
    value = parent.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid(name, f"{name}: must be an object")
    return value


def pick(sent: dict[str, Any], *names: str) -> dict[str, Any]:
    """The known keys of an object: Okta drops the others silently."""
    return {name: sent[name] for name in names if name in sent}


def _people(world: World, sent: dict[str, Any]) -> dict[str, Any]:
    if sent.get("people") is None:
        return {"users": {"exclude": []}}
    kept: dict[str, Any] = {}
    for kind in ("users", "groups"):
        if kind in block(sent, "people"):
            kept[kind] = _picked_ids(block(sent, "people"), kind)
            _known_ids(world, kind, kept[kind])
    return kept


def _picked_ids(parent: dict[str, Any], name: str) -> dict[str, Any]:
    """`include` and `exclude` of a condition. Raises OktaError unless both are lists of texts, or null."""
    kept = pick(block(parent, name), "include", "exclude")
    for key, ids in kept.items():
        if ids is not None and not (isinstance(ids, list) and all(isinstance(each, str) for each in ids)):
            raise invalid(name, f"{name}.{key}: must be a list of ids")
    return kept


def _known_ids(world: World, kind: str, condition: dict[str, Any]) -> None:
    """Refuses ids of objects that do not exist. Constructed: that Okta refuses them is documented, the body is not."""
    for each in [*(condition.get("include") or []), *(condition.get("exclude") or [])]:
        if each not in world.data["okta"][kind]:
            raise invalid(f"conditions.{kind}", f"{kind}: {each} does not exist")


def _network(world: World, sent: dict[str, Any]) -> dict[str, Any]:
    connection = block(sent, "network").get("connection")
    if not one_of(connection, _CONNECTIONS):
        raise invalid("network", "connection: must be one of " + ", ".join(sorted(_CONNECTIONS)))
    kept = {"connection": connection, **_picked_ids(sent, "network")}
    _known_ids(world, "zones", kept)
    return kept


def _device(world: World, sent: dict[str, Any]) -> dict[str, Any]:
    kept = pick(sent, "registered", "managed", "assurance")
    if "registered" in kept and kept["registered"] is not True:
        raise invalid("device", "registered: must be true; leave the device condition out instead")
    if "managed" in kept and not isinstance(kept["managed"], bool):
        raise invalid("device", "managed: must be true or false")
    if "managed" in kept and "registered" not in kept:
        raise invalid("device", "managed: needs registered to be true")
    if "assurance" in kept:
        kept["assurance"] = {key: ids for key, ids in _picked_ids(kept, "assurance").items() if key == "include"}
        _known_ids(world, "device_assurances", kept["assurance"])
    return kept


def _platform(sent: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key in ("include", "exclude"):
        if not isinstance(sent.get(key) or [], list):
            raise invalid("platform", f"{key}: must be a list")
        if key in sent or key == "exclude":
            kept[key] = [_platform_item(item) for item in sent.get(key) or []]
    return kept


def _platform_item(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict) or not one_of(item.get("type"), _PLATFORM_TYPES):
        raise invalid("platform", "type: must be one of " + ", ".join(sorted(_PLATFORM_TYPES)))
    system = pick(block(item, "os"), "type", "expression", "version")
    if not one_of(system.get("type"), _OS_TYPES):
        raise invalid("platform", "os.type: must be one of " + ", ".join(sorted(_OS_TYPES)))
    if system.get("expression", "") is None:
        del system["expression"]
    if system["type"] == "OTHER" and "expression" not in system:
        raise invalid("platform", "os.expression: is required for the type OTHER")
    if system["type"] == "ANY":
        system["type"] = "OTHER"
    return {"type": item["type"], "os": system}


def _risk_score(world: World, sent: dict[str, Any]) -> dict[str, Any]:
    has_risk_scoring = world.data["okta"]["settings"]["risk_scoring"]
    if "riskScore" not in sent:
        return {"riskScore": {"level": "ANY"}} if has_risk_scoring else {}
    if not has_risk_scoring:
        raise invalid("policyRule", "Invalid condition type specified: riskScore.")
    if not one_of(block(sent, "riskScore").get("level"), _RISK_LEVELS):
        raise invalid("riskScore", "level: must be one of " + ", ".join(sorted(_RISK_LEVELS)))
    return {"riskScore": pick(sent["riskScore"], "level")}


def _el_condition(sent: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(sent.get("condition"), str) or not sent["condition"]:
        raise invalid("elCondition", "condition: The field cannot be left blank")
    return pick(sent, "condition")
