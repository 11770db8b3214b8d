# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks Okta which rule of which policy a sign-in would come to (okta-developer-docs, guides/policy-simulation).

The guide and all examples send one object and get ``{"evaluation": [...]}``; the schema of the specification has lists
in both directions, and Okta refused one (recorded by okta/okta-sdk-python). So the object is sent first, and both forms
of an answer are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError, BadAnswer, InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_directory import Directory

PATH = "/api/v1/policies/simulate"
POLICY_TYPES = ("access_policy", "okta_sign_on", "mfa_enroll", "profile_enrollment")
PLATFORMS = ("macos", "windows", "chromeos", "ios", "android", "desktop_other", "mobile_other")
RISKS = ("low", "medium", "high")
_NAMES: Record = {"type": "list", "elements": "str"}
SIGN_IN: Record = {
    "app": {"type": "str"},
    "user": {"type": "str"},
    "groups": _NAMES,
    "device": {
        "type": "dict",
        "options": {
            "platform": {"type": "str", "choices": list(PLATFORMS)},
            "registered": {"type": "bool"},
            "managed": {"type": "bool"},
            "assurance": {"type": "str"},
        },
    },
    "network": {
        "type": "dict",
        "options": {"ip": {"type": "str"}, "zones": _NAMES},
        "mutually_exclusive": [("ip", "zones")],
    },
    "risk": {"type": "str", "choices": list(RISKS)},
    "expect": {
        "type": "dict",
        "options": {
            "policy": {"type": "str"},
            "rule": {"type": "str"},
            "not_rule": {"type": "str"},
            "access": {"type": "str", "choices": ["allow", "deny"]},
            "catch_all": {"type": "bool"},
        },
        "mutually_exclusive": [("rule", "not_rule")],
    },
}
"""The options that describe one sign-in, and what is expected of it; documented in okta_policy_simulate."""
_MATCH, _NOT_MATCH = "MATCH", "NOT_MATCH"


@dataclass
class Outcome:
    """What a sign-in comes to. ``rule`` is None where none matches.

    ``passed_over`` are rules whose conditions do not hold, ``undefined`` those that Okta could not decide on for want
    of something that was not given; each ``{"id", "name", "policy", "conditions"}`` with the names of those conditions.
    """

    policy: Record | None = None
    rule: Record | None = None
    passed_over: list[Record] = field(default_factory=list)
    undefined: list[Record] = field(default_factory=list)


def policy_context(directory: Directory, scenario: Record) -> Record:
    """What Okta is told of a sign-in; names become ids. Raises InvalidInput, NotFound, Ambiguous."""
    context: Record = {}
    if (scenario["user"] is None) is (not scenario["groups"]):
        raise InvalidInput("A simulation needs either a user or groups, and Okta takes only one of the two.")
    if scenario["user"] is not None:
        context["user"] = {"id": directory.users([scenario["user"]])[0]}
    else:
        context["groups"] = {"ids": directory.groups(scenario["groups"])}
    if scenario["device"] is not None:
        context["device"] = _device(directory, scenario["device"])
    network = scenario["network"] or {}
    if network.get("ip"):
        context["ip"] = network["ip"]
    elif network.get("zones"):
        context["zones"] = {"ids": directory.zones(network["zones"])}
    if scenario["risk"] is not None:
        context["risk"] = {"level": scenario["risk"].upper()}
    return context


def simulate(client: Client, app_id: str, context: Record, policy_type: str) -> Outcome:
    """What Okta says of a sign-in. Raises ApiError, BadAnswer."""
    kind = policy_type.upper()
    body = {"policyTypes": [kind], "appInstance": app_id, "policyContext": context}
    try:
        answer = client.ask(_request(body))
    except ApiError as error:
        if error.code != "E0000003":
            raise
        answer = client.ask(_request([body]))
    return _outcome(evaluation for evaluation in _evaluations(answer) if kind in _kinds(evaluation))


def is_unavailable(error: ApiError) -> bool:
    """Whether Okta does not simulate: that is no part of every licence (LIMITED_GA in the specification), wants a
    right, and is refused for groups that the app is not assigned to."""
    return error.code == "E0000015" or error.status in (400, 403, 404, 405)


def _device(directory: Directory, device: Record) -> Record:
    if device["managed"] and device["registered"] is not True:
        raise InvalidInput("device.managed: true needs device.registered: true; no other device can be managed.")
    told = {
        "platform": device["platform"] and device["platform"].upper(),
        "registered": device["registered"],
        "managed": device["managed"],
        "assuranceId": device["assurance"] and directory.assurance_policies([device["assurance"]])[0],
    }
    return {key: value for key, value in told.items() if value not in (None, "")}


def _request(body: Any) -> Request:
    return Request("POST", PATH, params={"expand": ["EVALUATED", "RULE"]}, json=body)


def _evaluations(answer: Any) -> list[Record]:
    found = answer.get("evaluation") if isinstance(answer, dict) else answer
    if found is None:
        raise BadAnswer(
            f"POST {PATH} answered {type(answer).__name__} where the evaluations of policies were expected; check that "
            "the url is the API's own."
        )
    return _objects(found)


def _kinds(evaluation: Record) -> list[str]:
    kind = evaluation.get("policyType")
    return kind if isinstance(kind, list) else [str(kind)]


def _outcome(evaluations: Iterator[Record]) -> Outcome:
    outcome = Outcome()
    for evaluation in evaluations:
        for policy, rule in _rules(evaluation, "result"):
            if outcome.rule is None and rule.get("status") == _MATCH:
                outcome.policy, outcome.rule = _named(policy), _named(rule)
        for policy, rule in _rules(evaluation, "undefined"):
            outcome.undefined.append(_explained(policy, rule, _MATCH))
        for policy, rule in _rules(evaluation, "evaluated"):
            if rule.get("status") == _NOT_MATCH:
                outcome.passed_over.append(_explained(policy, rule, _NOT_MATCH))
    return outcome


def _rules(evaluation: Record, part: str) -> Iterator[tuple[Record, Record]]:
    found = evaluation.get(part) or {}
    for policy in _objects(found.get("policies") if isinstance(found, dict) else found):
        for rule in _objects(policy.get("rules")):
            yield policy, rule


def _objects(value: Any) -> list[Record]:
    """A list of objects, none if there is none. Raises BadAnswer."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise BadAnswer(f"POST {PATH} answered {value!r:.80} where a list of objects is documented.")
    return value


def _explained(policy: Record, rule: Record, status: str) -> Record:
    """A rule with the conditions that have this status, or for MATCH all that have another."""
    conditions = [
        str(one.get("type"))
        for one in _objects(rule.get("conditions"))
        if (one.get("status") == status) is (status == _NOT_MATCH)
    ]
    return {**_named(rule), "policy": policy.get("name"), "conditions": conditions}


def _named(item: Record) -> Record:
    return {"id": item.get("id"), "name": item.get("name")}
