"""Each optional role with the rights that its README names, and no others: a first run, a change, and a run without."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.ansible_run import ROOT
from tests.integration.playbook import writes_sent
from tests.integration.test_attestation import iru
from tests.integration.test_optional_roles import received, run_role
from tests.integration.test_windows_roles import blueprint, item_on
from tests.sandbox_process import SandboxProcess

PROFILES, BLUEPRINT = "/api/v1/library/custom-profiles", "/api/v1/blueprints/{}"
APPS = "/api/v1/library/custom-apps"
# What the console calls them is in plugins/module_utils/_iru_permissions.py; these are the endpoints that they allow.
PERMISSIONS = {
    "List, Get, Create and Update Custom Profile": [
        ("GET", PROFILES),
        ("GET", f"{PROFILES}/{{}}"),
        ("POST", PROFILES),
        ("PATCH", f"{PROFILES}/{{}}"),
    ],
    "List Custom Profiles, Apps and Scripts": [
        ("GET", PROFILES),
        ("GET", APPS),
        ("GET", "/api/v1/library/custom-scripts"),
    ],
    "List, Get, Create, Update and Upload Custom App": [
        ("GET", APPS),
        ("GET", f"{APPS}/{{}}"),
        ("POST", APPS),
        ("PATCH", f"{APPS}/{{}}"),
        ("POST", f"{APPS}/upload"),
    ],
    "List audit events": [("GET", "/api/v1/audit/events")],
    "List Devices": [("GET", "/api/v1/devices")],
    "Get Device Library Items": [("GET", "/api/v1/devices/{}/library-items")],
    "Get Library Item Statuses": [("GET", "/api/v1/library/library-items/{}/status")],
    "Prism Installed profiles": [("GET", "/api/v1/prism/installed_profiles")],
    "`iru_library_assignment` names": [
        ("GET", "/api/v1/blueprints"),
        ("GET", f"{BLUEPRINT}/list-library-items"),
        ("POST", f"{BLUEPRINT}/assign-library-item"),
        ("POST", f"{BLUEPRINT}/remove-library-item"),
    ],
}
# Variables of a first run, and of a change.
RUNS: dict[str, list[dict[str, Any]]] = {
    "sso_extension": [{"platform_sso": True}, {"platform_sso": True, "custom_domains": ["a.example"]}],
    "open_prompt": [{"auto_launch": True}, {"auto_launch": True, "local_network_access": True}],
    "endpoint_security": [
        {"assurance": "Chrome", "assurance_signals": {"os_firewall": True}},
        {"assurance": "Chrome", "assurance_signals": {"os_firewall": False}, "macos_location": "/a/b.zta"},
    ],
    "managed_app_config": [{}, {"report_diagnostics": True}],
}


def named_in_readme(role: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The scopes of the Okta token, and the endpoints of Iru's."""
    text = " ".join((ROOT / "roles" / role / "README.md").read_text(encoding="utf-8").split())
    rights = re.search(r"Least rights: (.*?)\. Variables", text)
    assert rights, f"the README of {role} names no rights"
    # `okta.x.read` and `.manage`
    scopes = [
        f"okta.{area}.{kind}"
        for area, more in re.findall(r"`okta\.(\w+)\.read`(?: and `\.(manage)`)?", rights[1])
        for kind in ("read", *([more] if more else []))
    ]
    return scopes, [one for name, allowed in PERMISSIONS.items() if name in rights[1] for one in allowed]


def allow(sandbox: SandboxProcess, role: str) -> None:
    """The rights that the README names, and no others."""
    scopes, endpoints = named_in_readme(role)
    state = sandbox.state()
    token = state["iru"]["tokens"][sandbox.ready["iru_token"]]
    token["permissions"] = [{"path": path, "http_method": method} for method, path in endpoints]
    sandbox.load_state(state)
    sandbox.settings(okta={"ssws_scopes": scopes})


# Roles that deliver no profile. Okta Verify is taken off a Blueprint before, so that there is something to write.
DELIVERIES: list[tuple[str, dict[str, Any]]] = [
    ("okta_verify_macos", {"blueprints": ["Engineering", "Sales"], "minimum_installed": 1}),
    ("okta_verify_macos", {"route": "package", "folder": "{tmp}", "minimum_installed": 1}),
    ("okta_verify_windows", {"blueprints": ["Engineering", "Sales"]}),
    (
        "windows_certificate",
        {"url": "{scep_url}", "ca_file": "{ca_file}", "key_access_item": "Okta SCEP key access (Windows)"},
    ),
]


@pytest.mark.parametrize(("role", "options"), DELIVERIES)
def test_the_rights_of_the_readme_are_enough_to_deliver(
    tmp_path: Path, sandbox: SandboxProcess, role: str, options: dict[str, Any]
) -> None:
    values = {**sandbox.ready, "tmp": str(tmp_path)}
    filled = {key: each.format(**values) if isinstance(each, str) else each for key, each in options.items()}
    path = f"/api/v1/blueprints/{blueprint(sandbox, 'Sales')}/remove-library-item"
    for name, item_id in item_on(sandbox, "Sales").items():
        if name.startswith("Okta Verify"):
            iru(sandbox, "POST", path, json={"library_item_id": item_id})
    allow(sandbox, role)
    first = {key: each for key, each in filled.items() if key != "minimum_installed"}
    run_role(tmp_path / "first", sandbox, role, options=first)
    assert writes_sent(sandbox)
    sandbox.tick(60)
    again = run_role(tmp_path / "again", sandbox, role, options=filled)
    assert (again.changed(), writes_sent(sandbox)) == ([], [])
    assert not [one for one in sandbox.requests() if one["status"] in (401, 403)]


@pytest.mark.parametrize("role", RUNS)
def test_the_rights_of_the_readme_are_enough(tmp_path: Path, sandbox: SandboxProcess, role: str) -> None:
    allow(sandbox, role)
    for number, options in enumerate(RUNS[role]):
        run = run_role(tmp_path / str(number), sandbox, role, options=options)
        assert writes_sent(sandbox)
        assert not [one for one in sandbox.requests() if one["status"] in (401, 403)]
        assert not [task for task in run.tasks if task.result.get("warnings")]
    again = run_role(tmp_path / "again", sandbox, role, options=options)
    assert (again.changed(), writes_sent(sandbox)) == ([], [])
    state = sandbox.state()
    state["iru"]["tokens"][sandbox.ready["iru_token"]]["permissions"] = None
    sandbox.load_state(state)
    assert received(sandbox)
