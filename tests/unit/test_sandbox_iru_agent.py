"""Apps, scripts and actions of the sandbox's Iru tenant, and what the simulated Macs make of them."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.iru import apps, scope, scripts
from tests.unit.sandbox_company import Company
from tests.unit.sandbox_iru import Answer, Tenant

AUDIT = "#!/bin/zsh\n[[ -d '/Applications/Okta Verify.app' ]]"


@pytest.fixture
def company() -> Company:
    return Company(fleet=4, windows=1)


def everywhere(company: Company, item: dict[str, Any]) -> dict[str, Any]:
    for blueprint in company.iru["blueprints"].values():
        blueprint["nodes"][0]["items"].append(item["id"])
    scope.refresh_item(company.world, item["id"])
    return item


def app(company: Company, **fields: Any) -> dict[str, Any]:
    usual = {"name": "Okta Verify", "install_type": "package", "install_enforcement": "install_once", "sha256": "a"}
    return everywhere(company, apps.create(company.world, usual | fields))


def script(company: Company, **fields: Any) -> dict[str, Any]:
    usual = {"name": "Report", "execution_frequency": "once", "script": "echo 'all is well'"}
    return everywhere(company, scripts.create(company.world, usual | fields))


def rows(company: Company, item: dict[str, Any]) -> list[dict[str, Any]]:
    return list(company.iru["statuses"][item["id"]].values())


def statuses(company: Company, item: dict[str, Any]) -> set[str]:
    return {row["status"] for row in rows(company, item)}


def test_macs_install_an_app_and_pcs_do_not(company: Company) -> None:
    made = app(company)
    assert statuses(company, made) == {"PENDING"}
    assert company.tick(15)["apps"] == len(rows(company, made)) == 3
    assert statuses(company, made) == {"PASS"}
    macs = [each for each in company.fleet if each["platform"] == "MACOS"]
    assert [mac["apps"] for mac in macs] == [{made["id"]: "a"}] * 3
    assert company.tick(60)["apps"] == 0


def test_an_audit_script_decides_at_every_check_in(company: Company) -> None:
    made = app(company, install_enforcement="continuously_enforce", audit_script=AUDIT)
    company.tick(15)
    assert statuses(company, made) == {"PASS"}
    first = rows(company, made)[0]["last_audit_run"]
    company.fleet[0]["apps"].clear()
    assert company.tick(15)["apps"] == 1, "who took the app away gets it again"
    assert rows(company, made)[0]["last_audit_run"] > first


@pytest.mark.parametrize(
    ("scripts_of_app", "status", "installed"),
    [
        ({"audit_script": "exit 0"}, "PASS", 0),
        ({"audit_script": "exit 1"}, "ERROR", 3),
        ({"audit_script": AUDIT, "preinstall_script": "exit 2"}, "ERROR", 0),
        ({"audit_script": AUDIT, "postinstall_script": "exit 2"}, "ERROR", 0),
    ],
)
def test_exit_codes(company: Company, scripts_of_app: dict[str, str], status: str, installed: int) -> None:
    made = app(company, install_enforcement="continuously_enforce", **scripts_of_app)
    assert (company.tick(15)["apps"], statuses(company, made)) == (installed, {status})


GUARDED = "if [ ! -d '/Applications/Okta Verify.app' ]; then\n  exit 1\nfi\n"
AWK = "awk 'BEGIN {\n  if (1) exit 1\n  exit 0\n}'\n"


@pytest.mark.parametrize(
    ("audit", "installed", "status"),
    [
        ("exit 1\nexit 0", 3, "ERROR"),
        ("echo 'exit 1'\nexit 0", 0, "PASS"),
        ("# exit 1\nexit 0 # all is well", 0, "PASS"),
        (f"{GUARDED}exit 0", 3, "PASS"),
        (f"{GUARDED}exit 1", 3, "ERROR"),
        ("[ -d /Applications ] || exit 1\nexit 0", 3, "PASS"),
        ("check() {\n  exit 1\n}\nexit 0", 3, "PASS"),
        ("for one in a b; do\n  echo $one\ndone\nexit 0", 0, "PASS"),
        (f"{AWK}exit 0", 0, "PASS"),
        (AWK, 3, "PASS"),
        ("exit $?", 3, "PASS"),
        ('echo it"\'"s fine\nexit 0', 0, "PASS"),
    ],
)
def test_what_an_audit_script_says_is_read_and_conditions_are_left_to_the_app(
    company: Company, audit: str, installed: int, status: str
) -> None:
    made = app(company, install_enforcement="continuously_enforce", audit_script=audit)
    assert (company.tick(15)["apps"], statuses(company, made)) == (installed, {status})


def test_self_service_only_offers(company: Company) -> None:
    made = app(company, install_enforcement="no_enforcement", show_in_self_service=True)
    offered = script(company, execution_frequency="no_enforcement", show_in_self_service=True)
    happened = company.tick(15)
    assert (happened["apps"], happened["scripts"]) == (0, 0)
    assert statuses(company, made) == statuses(company, offered) == {"AVAILABLE"}


def test_another_package_is_installed_again(company: Company) -> None:
    made = app(company)
    company.tick(15)
    made["sha256"] = "b"
    scope.item_updated(company.world, made, afresh=True)
    assert statuses(company, made) == {"PENDING"}
    assert company.tick(15)["apps"] == 3


@pytest.mark.parametrize(("frequency", "runs"), [("once", 3), ("every_15_min", 3 * 8), ("every_day", 3)])
def test_how_often_a_script_runs(company: Company, frequency: str, runs: int) -> None:
    made = script(company, execution_frequency=frequency)
    assert company.tick(8 * 15)["scripts"] == runs
    assert {row["last_audit_log"] for row in rows(company, made)} == {"all is well"}
    assert company.tick(24 * 60)["scripts"] == {"once": 0, "every_15_min": 3 * 96, "every_day": 3}[frequency]


@pytest.mark.parametrize(("remediation", "status"), [("", "ERROR"), ("exit 0", "PASS"), ("exit 1", "ERROR")])
def test_remediation(company: Company, remediation: str, status: str) -> None:
    made = script(company, script="echo broken\nexit 3", remediation_script=remediation)
    company.tick(15)
    assert statuses(company, made) == {status}


def act(tenant: Tenant, device: dict[str, Any], name: str, **options: Any) -> Answer:
    return tenant.request("POST", f"/devices/{device['device_id']}/action/{name}", **options)


@pytest.fixture
def tenant() -> Tenant:
    return Tenant(fleet=8, windows=1)


def device(tenant: Tenant, platform: str = "Mac") -> dict[str, Any]:
    return next(each for each in tenant.state["devices"].values() if each["platform"] == platform)


def test_an_action_is_answered_without_a_body(tenant: Tenant) -> None:
    answer = act(tenant, device(tenant), "blankpush")
    assert (answer.status, answer.text, answer.headers["Allow"]) == (200, "", "POST")
    assert act(tenant, device(tenant), "blankpush").status == 200
    assert act(tenant, {"device_id": "0"}, "blankpush").status == 404
    assert act(tenant, device(tenant), "levitate").status == 404


def test_a_command_that_waits_is_not_sent_twice(tenant: Tenant) -> None:
    assert act(tenant, device(tenant), "updateinventory").status == 200
    again = act(tenant, device(tenant), "updateinventory")
    assert (again.status, again.json) == (400, "Command already running")
    commands = tenant.get(f"/devices/{device(tenant)['device_id']}/commands").json["commands"]["results"]
    assert (commands[-1]["command_type"], commands[-1]["status"]) == ("DeviceInformation", 1)
    assert "action" not in commands[-1]


def test_a_pc_only_checks_in_daily(tenant: Tenant) -> None:
    answer = act(tenant, device(tenant, "Windows"), "updateinventory")
    assert (answer.status, answer.json) == (400, "Command is not allowed for current device")
    assert act(tenant, device(tenant, "Windows"), "dailycheckin").status == 200


def test_each_action_is_a_permission_of_its_own(tenant: Tenant) -> None:
    token = tenant.state["tokens"][tenant.state["api_token"]]
    path = "/api/v1/devices/{device_id}/action/blankpush"
    token["permissions"] = [{"path": path, "http_method": "POST"}]
    assert act(tenant, device(tenant), "blankpush").status == 200
    assert act(tenant, device(tenant), "dailycheckin").status == 403


def test_a_called_computer_checks_in_at_once(company: Company) -> None:
    company.tick(15)
    first = next(iter(company.iru["devices"].values()))
    first["pending_actions"] = {"blankpush": {}, "setname": {"device_name": "Renamed"}}
    assert company.tick(0)["check_ins"] == 1
    assert first["device_name"] == "Renamed"
    assert company.tick(0)["check_ins"] == 0
