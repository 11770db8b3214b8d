# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Works out what teardown has to do: from the record of a tenant, and from what others have done since."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Object = Mapping[str, Any]
Step = dict[str, Any]

# Every condition that a rule can have; those that it did not have before are removed by null.
_CONDITIONS = ("device", "platform", "network", "people", "userType", "riskScore", "elCondition")
# Library items that are removed if they were made. What stood there before cannot be brought back: the record holds no
# texts of profiles and scripts, since they may hold secrets, and no packages.
_LIBRARY = ("iru_custom_profile", "iru_custom_app", "iru_custom_script")
_NO_WAY_BACK = "it was there before and was changed; the record does not hold all that it was"


def teardown_plan(
    objects: Sequence[Object], *, apps: Sequence[Object] = (), rules: Mapping[str, Sequence[Object]] | None = None
) -> dict[str, list[Step]]:
    """The steps that take away what ``objects`` of a record say, by what is to be done.

    ``apps`` are the org's apps as `okta_app_info` returns them, ``rules`` those of the policies that were made, by the
    policy's id. An app that somebody has given another policy since stays; a policy with rules or apps of others stays,
    and so does everything that cannot be brought back. What stays is in ``kept``, with the reason.
    """
    of_kind: dict[str, list[Object]] = defaultdict(list)
    for one in objects:
        of_kind[one["kind"]].append(one)
    made = {kind: [one for one in found if one["was"] is None] for kind, found in of_kind.items()}
    changed = {kind: [one for one in found if one["was"] is not None] for kind, found in of_kind.items()}
    moves = _moves(of_kind["okta_app_policy"], apps)
    going, staying = _policies(made.get("okta_access_policy", []), made, moves, (apps, rules or {}))
    homes = {policy: _usual_home(moves[policy]) for policy in (one["id"] for one in going) if policy in moves}
    without_way_back = [one for kind in (*_LIBRARY, "okta_device_assurance") for one in changed.get(kind, [])]
    return {
        "move_apps": _grouped_moves(moves, homes),
        "remove_rules": [_place(one) for one in made.get("okta_access_policy_rule", [])],
        "restore_rules": [_place(one) | _rule(one["was"]) for one in changed.get("okta_access_policy_rule", [])],
        "remove_policies": [_named(one) | {"move_apps_to": homes.get(one["id"], "")} for one in going],
        "restore_policies": [_named(one) | {"was": one["was"]} for one in changed.get("okta_access_policy", [])],
        "remove_assurances": [_named(one) for one in made.get("okta_device_assurance", [])],
        "restore_integrations": [
            _named(one) | {"state": "enabled" if one["was"]["status"] == "ACTIVE" else "disabled"}
            for one in changed.get("okta_device_integration", [])
        ],
        "unassign": _grouped_places(made.get("iru_library_assignment", [])),
        "assign": _grouped_places(changed.get("iru_library_assignment", [])),
        **{f"remove_{kind}": [_named(one) for one in made.get(kind, [])] for kind in _LIBRARY},
        "kept": [
            *staying,
            *(_named(one) | {"kind": one["kind"], "why": _NO_WAY_BACK} for one in without_way_back),
            *(
                _named(one) | {"kind": one["kind"], "why": "bring it back by hand", "was": one["was"]}
                for one in of_kind["okta_authenticator"]
            ),
        ],
    }


def _moves(recorded: Iterable[Object], apps: Iterable[Object]) -> dict[str, list[Object]]:
    """Recorded apps that still use the policy that they were given, by id of that policy."""
    current = {app["id"]: app["policy_id"] for app in apps}
    moves: dict[str, list[Object]] = defaultdict(list)
    for one in recorded:
        if current.get(one["id"]) == one["now"]["policy_id"]:
            moves[one["now"]["policy_id"]].append(one)
    return moves


def _policies(
    policies: Iterable[Object],
    made: Mapping[str, Sequence[Object]],
    moves: Mapping[str, Sequence[Object]],
    others: tuple[Sequence[Object], Mapping[str, Sequence[Object]]],
) -> tuple[list[Object], list[Step]]:
    """Which of the policies that were made go, and which stay, with the reason."""
    apps, rules = others
    ours = {one["id"].split("/")[1] for one in made.get("okta_access_policy_rule", [])}
    going: list[Object] = []
    staying: list[Step] = []
    for policy in policies:
        moved = {one["id"] for one in moves.get(policy["id"], [])}
        used_by = [app["label"] for app in apps if app["policy_id"] == policy["id"] and app["id"] not in moved]
        holds = [
            rule["name"] for rule in rules.get(policy["id"], []) if not rule.get("system") and rule["id"] not in ours
        ]
        if used_by or holds:
            whose = [f"apps of others use it ({', '.join(used_by)})"] if used_by else []
            whose += [f"others have put rules into it ({', '.join(holds)})"] if holds else []
            staying.append(_named(policy) | {"kind": policy["kind"], "why": " and ".join(whose)})
        else:
            going.append(policy)
    return going, staying


def _usual_home(apps: Iterable[Object]) -> str:
    """The policy that most of these apps had before."""
    return str(Counter(one["was"]["policy_id"] for one in apps).most_common(1)[0][0])


def _grouped_moves(moves: Mapping[str, Sequence[Object]], homes: Mapping[str, str]) -> list[Step]:
    """Apps by the policy that they get back, but for those that get it when the policy that they use is removed."""
    by_home: dict[str, list[Object]] = defaultdict(list)
    for policy, apps in moves.items():
        for app in apps:
            if homes.get(policy) != app["was"]["policy_id"]:
                by_home[app["was"]["policy_id"]].append(app)
    return [
        {"policy": policy, "apps": [app["id"] for app in apps], "names": [app["name"] for app in apps]}
        for policy, apps in by_home.items()
    ]


def _grouped_places(assignments: Iterable[Object]) -> list[Step]:
    """Assignments by Library item, whose id comes first in theirs, before the Blueprint's and the node's."""
    by_item: dict[str, list[dict[str, str]]] = defaultdict(list)
    for one in assignments:
        item, blueprint, *node = one["id"].split("/")
        by_item[item].append({"id": blueprint, **({"node": node[0]} if node else {})})
    return [{"library_item": item, "blueprints": places} for item, places in by_item.items()]


def _named(one: Object) -> Step:
    return {"id": one["id"], "name": one["name"]}


def _place(rule: Object) -> Step:
    policy, rule_id = rule["id"].split("/")
    return {"policy": policy, "id": rule_id, "name": rule["name"]}


def _rule(was: Object) -> Step:
    """The options of a rule as it was."""
    actions = was["actions"]
    return {
        "name": was["name"],
        "priority": was["priority"],
        "state": "enabled" if was["status"] == "ACTIVE" else "disabled",
        "conditions": {**dict.fromkeys(_CONDITIONS), **(was.get("conditions") or {})},
        "actions": actions,
        "confirm_deny": actions.get("appSignOn", {}).get("access") == "DENY",
    }
