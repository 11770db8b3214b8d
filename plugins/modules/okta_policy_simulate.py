#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks Okta which rule a sign-in would come to."""

from __future__ import annotations

DOCUMENTATION = r"""
module: okta_policy_simulate
short_description: Ask Okta which policy rule a sign-in would come to
version_added: 0.1.0
description:
  - Has Okta simulate sign-ins of a user, or of members of groups, to an app, from a device, a network and with a risk
    that are made up, against the policies as they are now. Nothing is changed and nobody is signed in.
  - Fails if the outcome is not what O(expect) says, and tells by which condition the expected rule was passed over.
  - Several sign-ins are simulated by one task, with what they have in common looked up once.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.okta
  - okta_iru.attestation.attributes.info
notes:
  - Least scopes are C(okta.policies.read) and C(okta.apps.read), and C(okta.users.read) for O(user),
    C(okta.groups.read) for O(groups), C(okta.networkZones.read) for O(network.zones), C(okta.deviceAssurance.read) for
    the name of a device assurance policy.
  - Not every org has the simulation (in the console the Access Testing Tool); see O(required).
  - What is not given is not known to Okta, and a rule that asks for it is neither met nor missed. It is listed under
    C(undefined) and warned about, since a real sign-in may come to it.
  - In check mode it sees the policies without what earlier tasks of the same run would have changed.
options:
  app:
    description: Label or id of the app that is signed in to.
    type: str
  user:
    description: Login or id of the user that signs in. Okta takes either a user or groups.
    type: str
  groups:
    description: Names or ids of groups whose members sign in. Okta refuses groups that the app is not assigned to.
    type: list
    elements: str
  device:
    description: What is known of the device.
    type: dict
    suboptions: &device
      platform:
        description: Its platform.
        type: str
        choices: [macos, windows, chromeos, ios, android, desktop_other, mobile_other]
      registered:
        description: Whether it is registered with Okta Verify.
        type: bool
      managed:
        description: Whether it has management attestation. Only a registered device can.
        type: bool
      assurance:
        description: Name or id of the device assurance policy that it meets.
        type: str
  network:
    description: Where the sign-in comes from.
    type: dict
    suboptions: &network
      ip:
        description: IP address. Okta takes either this or zones.
        type: str
      zones:
        description: Names or ids of network zones.
        type: list
        elements: str
  risk:
    description: Risk level of the sign-in.
    type: str
    choices: [low, medium, high]
  policy_type:
    description: Which kind of policy is asked for; V(access_policy) stands for app sign-in policies.
    type: str
    choices: [access_policy, okta_sign_on, mfa_enroll, profile_enrollment]
    default: access_policy
  expect:
    description: What the outcome must be. Only what is set is looked at.
    type: dict
    suboptions: &expect
      policy:
        description: Name or id of the policy.
        type: str
      rule:
        description: Name or id of the rule.
        type: str
      not_rule:
        description: Name or id of a rule that it must not be.
        type: str
      access:
        description: Whether the rule lets in or keeps out. Known of app sign-in policies only.
        type: str
        choices: [allow, deny]
      catch_all:
        description: Whether it is the Catch-all Rule. Known of app sign-in policies only.
        type: bool
  scenarios:
    description:
      - Several sign-ins. Each takes what it does not set itself from the options of the task, whole options at a time.
      - Without it, the options of the task are the only one.
    type: list
    elements: dict
    suboptions:
      title:
        description: What this sign-in stands for, for messages and the result.
        type: str
      app:
        description: As O(app).
        type: str
      user:
        description: As O(user). Leaves out O(groups) of the task.
        type: str
      groups:
        description: As O(groups). Leaves out O(user) of the task.
        type: list
        elements: str
      device:
        description: As O(device).
        type: dict
        suboptions: *device
      network:
        description: As O(network).
        type: dict
        suboptions: *network
      risk:
        description: As O(risk).
        type: str
        choices: [low, medium, high]
      expect:
        description: As O(expect).
        type: dict
        suboptions: *expect
  fail_unmet:
    description: V(false) only warns of what is not as expected, and tells it in the result under C(met) and C(unmet).
    type: bool
    default: true
  required:
    description:
      - V(false) only warns where Okta does not simulate, since the org has no simulation, the token no right to it, or
        the app is not assigned to the groups. RV(met) is then V(false).
    type: bool
    default: true
seealso:
  - module: okta_iru.attestation.okta_access_policy_rule
  - name: Test your policies with access simulations
    description: Okta's guide.
    link: https://developer.okta.com/docs/guides/policy-simulation/main/
"""

EXAMPLES = r"""
- name: Only managed computers come to the rule for them
  okta_iru.attestation.okta_policy_simulate:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    app: Salesforce
    groups: [Attestation pilot]
    scenarios:
      - title: managed Mac
        device: {platform: macos, registered: true, managed: true}
        expect: {rule: Managed desktop with FastPass, access: allow}
      - title: Mac that is not managed
        device: {platform: macos, registered: true, managed: false}
        expect: {not_rule: Managed desktop with FastPass}

- name: Which rule does an administrator come to at home
  okta_iru.attestation.okta_policy_simulate:
    url: https://example.okta.com
    token: "{{ okta_token }}"
    app: Salesforce
    user: admin@example.com
    network: {ip: 203.0.113.7}
    device: {platform: windows, registered: false}
  register: at_home

- name: Show it
  ansible.builtin.debug:
    msg: "{{ at_home.results[0].rule.name }}: {{ at_home.results[0].access }}"
"""

RETURN = r"""
results:
  description: One for each sign-in, in the order given.
  returned: success
  type: list
  elements: dict
  contains:
    title:
      description: What O(scenarios[].title) says.
      type: str
      sample: managed Mac
    app:
      description: The app.
      type: dict
      sample: {id: 0oa1a2b3c4d5e6f7g8h9, label: Salesforce}
    policy:
      description: The policy that decides. V(null) if none does.
      type: dict
      sample: {id: rst1a2b3c4d5e6f7g8h9, name: Managed desktops}
    rule:
      description: The rule that decides, and for app sign-in policies whether it is the Catch-all Rule.
      type: dict
      sample: {id: rul1a2b3c4d5e6f7g8h9, name: Managed desktop with FastPass, catch_all: false}
    access:
      description: V(allow) or V(deny). V(null) where it is not known, as for other kinds of policies.
      type: str
      sample: allow
    passed_over:
      description: Rules before it whose conditions do not hold, with the names that Okta gives those conditions.
      type: list
      elements: dict
      sample: [{id: rul9h8g7f6e5d4c3b2a1, name: Break glass, policy: Desktops, conditions: [people.groups.include]}]
    undefined:
      description: Rules that Okta could not decide on, with the conditions that it lacks something for.
      type: list
      elements: dict
      sample: []
    unmet:
      description: What is not as expected.
      type: list
      elements: str
      sample: []
met:
  description: Whether all is as expected. V(false) too if Okta did not simulate.
  returned: success
  type: bool
  sample: true
available:
  description: Whether Okta simulated the sign-ins.
  returned: success
  type: bool
  sample: true
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import (
    ApiError,
    InvalidInput,
    NotAsExpected,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record, looks_like_id
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_apps import existing_apps
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_directory import Directory
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_expectation import unmet
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rules import list_rules
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_simulation import (
    POLICY_TYPES,
    SIGN_IN,
    is_unavailable,
    policy_context,
    simulate,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import okta_client, okta_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

_EITHER = ("user", "groups")

SPEC = ModuleSpec(
    options={
        **okta_options(),
        **SIGN_IN,
        "policy_type": {"type": "str", "choices": list(POLICY_TYPES), "default": POLICY_TYPES[0]},
        "scenarios": {
            "type": "list",
            "elements": "dict",
            "options": {"title": {"type": "str"}, **SIGN_IN},
            "mutually_exclusive": [_EITHER],
        },
        "fail_unmet": {"type": "bool", "default": True},
        "required": {"type": "bool", "default": True},
    },
    mutually_exclusive=[_EITHER],
)


def run(task: Task) -> dict[str, Any]:
    """Simulate and compare."""
    scenarios = _scenarios(task.params)
    client = okta_client(task, _scopes(scenarios))
    try:
        results = _results(client, task, scenarios)
    except ApiError as error:
        if task.params["required"] or not is_unavailable(error):
            raise
        task.warn(f"Okta did not simulate the sign-ins, so nothing is known of them. {error.message}")
        return {"changed": False, "results": [], "met": False, "available": False}
    missed = [result for result in results if result["unmet"]]
    if missed:
        told = " ".join(f"{result['title']}: {'; '.join(result['unmet'])}." for result in missed)
        text = f"{len(missed)} of {len(results)} sign-ins would not go as expected. {told}"
        if task.params["fail_unmet"]:
            raise NotAsExpected(text, results=results)
        task.warn(text)
    return {"changed": False, "results": results, "met": not missed, "available": True}


def _scenarios(options: Record) -> list[Record]:
    """The sign-ins to simulate, complete. Raises InvalidInput."""
    common = {key: options[key] for key in SIGN_IN}
    complete = []
    for number, given in enumerate(options["scenarios"] or [{"title": None}], 1):
        own = {key: value for key, value in given.items() if value is not None}
        shared = {key: None if key in _EITHER and set(own) & set(_EITHER) else value for key, value in common.items()}
        scenario = {"title": f"sign-in {number}", **shared, **own}
        if not scenario["app"]:
            raise InvalidInput(f"{scenario['title']} has no app; set app for the task or for the scenario.")
        complete.append(scenario)
    return complete


def _scopes(scenarios: list[Record]) -> tuple[str, ...]:
    scopes = {"okta.policies.read", "okta.apps.read"}
    for scenario in scenarios:
        scopes.add("okta.users.read" if scenario["user"] else "okta.groups.read")
        if (scenario["network"] or {}).get("zones"):
            scopes.add("okta.networkZones.read")
        if not looks_like_id((scenario["device"] or {}).get("assurance") or "dae" + "0" * 17, "dae"):
            scopes.add("okta.deviceAssurance.read")
    return tuple(sorted(scopes))


def _results(client: Client, task: Task, scenarios: list[Record]) -> list[Record]:
    apps = existing_apps(client, [scenario["app"] for scenario in scenarios])
    directory, rules = Directory(client), {}
    results = []
    for scenario in scenarios:
        app = next(app for app in apps if scenario["app"] in (app["id"], app["label"]))
        context = policy_context(directory, scenario)
        outcome = simulate(client, app["id"], context, task.params["policy_type"])
        for rule in outcome.undefined:
            task.warn(
                f"{scenario['title']}: Okta could not decide on the rule {rule['name']!r} "
                f"({', '.join(rule['conditions']) or 'no reason given'}); a real sign-in may come to it."
            )
        result = {
            "title": scenario["title"],
            "app": {"id": app["id"], "label": app["label"]},
            "policy": outcome.policy,
            "rule": outcome.rule,
            "access": None,
            "passed_over": outcome.passed_over,
            "undefined": outcome.undefined,
        }
        if outcome.policy and outcome.rule and task.params["policy_type"] == POLICY_TYPES[0]:
            policy_id = outcome.policy["id"]
            if policy_id not in rules:
                rules[policy_id] = {rule["id"]: rule for rule in list_rules(client, policy_id)}
            _tell_access(result, rules[policy_id].get(outcome.rule["id"]))
        results.append({**result, "unmet": unmet(scenario["expect"], result)})
    return results


def _tell_access(result: Record, rule: Record | None) -> None:
    sign_on = ((rule or {}).get("actions") or {}).get("appSignOn") or {}
    result["access"] = str(sign_on["access"]).lower() if sign_on.get("access") else None
    result["rule"] = {**result["rule"], "catch_all": bool((rule or {}).get("system"))}


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
