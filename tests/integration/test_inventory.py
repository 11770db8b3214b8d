"""The inventory plugin against the sandbox, through ansible-inventory and plays."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ansible_run import ROOT, run_playbook
from tests.sandbox_process import SandboxProcess

EXAMPLE = ROOT / "playbooks" / "inventory" / "devices.iru.yml.example"
PLUGIN = "okta_iru.attestation.iru"


def environment(sandbox: SandboxProcess) -> dict[str, str]:
    ready = sandbox.ready
    return {"IRU_URL": ready["iru_url"], "IRU_TOKEN": ready["iru_token"], "IRU_CA_FILE": ready["ca_file"]}


def inventory(
    sandbox: SandboxProcess, folder: Path, *, fails: bool = False, file: str = "devices.iru.yml", **options: Any
) -> Any:
    """What `ansible-inventory --list` gives for a configuration, or its output where it fails."""
    source = folder / file
    source.write_text(yaml.safe_dump({"plugin": PLUGIN, **options}), encoding="utf-8")
    return listed(source, environment(sandbox), fails=fails)


def listed(source: Path, variables: dict[str, str], *, fails: bool = False, arguments: tuple[str, ...] = ()) -> Any:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "IRU_", "OKTA_"))}
    shown = () if "--graph" in arguments else ("--list", "-vvv")
    command = [Path(sys.executable).parent / "ansible-inventory", "-i", source, *shown, *arguments]
    strict = {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1", "ANSIBLE_NOCOLOR": "1", "HOME": str(source.parent)}
    run = subprocess.run(
        command, cwd=ROOT, env={**kept, **strict, **variables}, capture_output=True, text=True, check=False
    )
    assert bool(run.returncode) is fails, run.stdout + run.stderr
    assert variables["IRU_TOKEN"] not in run.stdout + run.stderr
    if fails:
        return run.stdout + run.stderr
    return run.stdout.splitlines() if "--graph" in arguments else json.loads(run.stdout[run.stdout.index("{") :])


def hosts_of(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The variables of all hosts. Text that is never evaluated is marked in this JSON, all of it."""
    return {name: plain(variables) for name, variables in result["_meta"]["hostvars"].items()}


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return value.get("__ansible_unsafe", {key: plain(each) for key, each in value.items()})
    return [plain(each) for each in value] if isinstance(value, list) else value


def test_every_device_is_a_host_with_what_iru_knows_of_it(sandbox: SandboxProcess, tmp_path: Path) -> None:
    hosts = hosts_of(inventory(sandbox, tmp_path))
    devices = {device["serial_number"]: device for device in sandbox.state()["iru"]["devices"].values()}
    assert set(hosts) == set(devices)
    serial, one = next(iter(hosts.items()))
    assert one["iru_device_id"] == devices[serial]["device_id"]
    assert {type(host["iru_user"]) for host in hosts.values()} == {dict, type(None)}
    assert "ansible_host" not in one
    assert len(sandbox.requests("iru")) == 1


def test_groups_are_made_from_the_variables(sandbox: SandboxProcess, tmp_path: Path) -> None:
    result = inventory(
        sandbox, tmp_path,
        compose={"owner": "iru_user.email if iru_user else 'nobody'"},
        groups={"never_seen": "iru_last_check_in is none"},
        keyed_groups=[
            {"key": "iru_platform", "prefix": "platform"},
            {"key": "iru_tags", "prefix": "tag"},
            {"key": "iru_blueprint_name", "separator": "", "parent_group": "blueprints"},
        ],
    )  # fmt: skip
    hosts = hosts_of(result)
    assert len(result["platform_Windows"]["hosts"]) == 3
    assert result["tag_Executive"]["hosts"]
    assert len(result["never_seen"]["hosts"]) == 1
    assert "Head_Office" in result["blueprints"]["children"]
    assert sum(host["owner"] == "nobody" for host in hosts.values()) == 2


def test_iru_chooses_where_it_can(sandbox: SandboxProcess, tmp_path: Path) -> None:
    result = inventory(sandbox, tmp_path, blueprints=["Sales"], platforms=["Mac"])
    assert {host["iru_blueprint_name"] for host in hosts_of(result).values()} == {"Sales"}
    query = sandbox.requests("iru")[-1]["query"]
    assert "platform=Mac" in query
    assert "blueprint_id=" in query
    two = hosts_of(inventory(sandbox, tmp_path, blueprints=["Sales", "Executives"], tags=["Executive"]))
    assert {host["iru_blueprint_name"] for host in two.values()} == {"Executives"}


def test_a_wave_in_a_large_fleet_is_read_alone(sandbox: SandboxProcess, tmp_path: Path) -> None:
    sandbox.settings(iru={"synthetic_devices": 1000})
    everywhere = hosts_of(inventory(sandbox, tmp_path, platforms=["Mac", "Windows"]))
    waves = ["Sales", "Executives"]
    expected = {name for name, host in everywhere.items() if host["iru_blueprint_name"] in waves}
    sandbox.clear_requests()
    assert set(hosts_of(inventory(sandbox, tmp_path, blueprints=waves))) == expected
    log = [one for one in sandbox.requests("iru") if one["path"] == "/api/v1/devices"]
    assert len(log) == 2 and all("blueprint_id=" in one["query"] for one in log)
    sandbox.clear_requests()
    assert len(hosts_of(inventory(sandbox, tmp_path, tags=["Executive", "Loaner"]))) == 3
    assert ["tag_name_in=" in one["query"] for one in sandbox.requests("iru")] == [True]


def test_the_graph_shows_the_groups(sandbox: SandboxProcess, tmp_path: Path) -> None:
    source = tmp_path / "devices.iru.yml"
    groups = [{"key": "iru_platform", "prefix": "platform", "parent_group": "platforms"}]
    inventory(sandbox, tmp_path, keyed_groups=groups, platforms=["Windows"])
    graph = listed(source, environment(sandbox), arguments=("--graph",))
    pcs = [one["serial_number"] for one in sandbox.state()["iru"]["devices"].values() if one["platform"] == "Windows"]
    assert graph[:3] == ["@all:", "  |--@ungrouped:", "  |--@platforms:"]
    assert graph[3:] == ["  |  |--@platform_Windows:", *(f"  |  |  |--{serial}" for serial in sorted(pcs))]


def test_the_status_of_library_items_is_joined(sandbox: SandboxProcess, tmp_path: Path) -> None:
    result = inventory(
        sandbox, tmp_path, status_of=["Login Window", "Firewall"], platforms=["Mac"],
        keyed_groups=[{"key": "iru_library_items['Firewall'].bucket", "prefix": "firewall"}],
    )  # fmt: skip
    assert {key for key in result if key.startswith("firewall")} >= {"firewall_compliant", "firewall_missing"}
    one = hosts_of(result)[result["firewall_compliant"]["hosts"][0]]
    assert set(one["iru_library_items"]["Login Window"]) == {"status", "bucket", "reported_at"}


@pytest.mark.parametrize("hostname", ["device_name", "device_id"])
def test_hosts_are_named_as_wished_and_each_once(sandbox: SandboxProcess, tmp_path: Path, hostname: str) -> None:
    state = sandbox.state()
    first, second, third = list(state["iru"]["devices"].values())[:3]
    first["device_name"] = second["device_name"] = "Loan: Mac & more"
    third["device_name"] = ""
    sandbox.load_state(state)
    hosts = hosts_of(inventory(sandbox, tmp_path, hostname=hostname, hostvars_prefix="", hostvars_suffix="_of_iru"))
    assert len(hosts) == 25
    names = {host["serial_number_of_iru"]: name for name, host in hosts.items()}
    serials = [each["serial_number"] for each in (first, second, third)]
    if hostname == "device_name":
        expected = [*(f"Loan-Mac-more-{each}" for each in serials[:2]), third["device_id"]]
    else:
        expected = [each["device_id"] for each in (first, second, third)]
    assert [names[each] for each in serials] == expected


def test_a_second_run_reads_the_cache_and_another_question_does_not(sandbox: SandboxProcess, tmp_path: Path) -> None:
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    first = inventory(sandbox, tmp_path, **cache)
    sandbox.clear_requests()
    assert inventory(sandbox, tmp_path, **cache) == first
    assert sandbox.requests("iru") == []
    assert len(hosts_of(inventory(sandbox, tmp_path, platforms=["Windows"], **cache))) == 3
    assert len(sandbox.requests("iru")) == 1
    stored = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "cache").iterdir())
    assert sandbox.ready["iru_token"] not in stored
    source = tmp_path / "devices.iru.yml"
    listed(source, environment(sandbox), arguments=("--flush-cache",))
    assert len(sandbox.requests("iru")) == 2


def test_what_a_device_is_called_is_never_evaluated(sandbox: SandboxProcess, tmp_path: Path) -> None:
    state = sandbox.state()
    for device in state["iru"]["devices"].values():
        device["asset_tag"] = "{{ lookup('ansible.builtin.pipe', 'echo owned') }}"
    sandbox.load_state(state)
    source = tmp_path / "devices.iru.yml"
    config = {"plugin": PLUGIN, "platforms": ["Windows"], "compose": {"tag_of_asset": "iru_asset_tag"}}
    source.write_text(yaml.safe_dump(config), encoding="utf-8")
    tasks = [{"name": "show", "ansible.builtin.debug": {"msg": "{{ iru_asset_tag }}|{{ tag_of_asset }}"}}]
    play = [{"hosts": "all", "gather_facts": False, "tasks": tasks}]
    run = run_playbook(tmp_path, json.dumps(play), inventory=source, environment=environment(sandbox))
    messages = {task.result["msg"] for task in run.tasks}
    assert len(run.tasks) == 3
    assert all("lookup" in message for message in messages)
    assert "owned|" not in run.output


def test_the_example_works_as_it_is_once_it_has_a_name(sandbox: SandboxProcess, tmp_path: Path) -> None:
    source = tmp_path / "devices.iru.yml"
    shutil.copy(EXAMPLE, source)
    first = listed(source, environment(sandbox))
    sandbox.clear_requests()
    assert listed(source, environment(sandbox)) == first
    assert sandbox.requests("iru") == []
    assert {"platform_Mac", "never_seen", "missing", "blueprint_Sales"} <= set(first)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"blueprints": ["Sale"]}, "There is no Blueprint 'Sale'. Did you mean 'Sales'"),
        ({"status_of": ["Okta Verfy"]}, "Okta Verify"),
        ({"platforms": ["Amiga"]}, "Amiga"),
        ({"retries": -1}, "retries is -1"),
        ({"url": "https://example.kandji.io"}, "web console"),
        ({"compose": {"x": "nothing.at.all"}, "strict": True}, "nothing"),
        ({"file": "devices.yml", "nothing": 1}, "Failed to parse inventory"),
    ],
)
def test_bad_input_is_explained(sandbox: SandboxProcess, tmp_path: Path, options: dict[str, Any], message: str) -> None:
    output = inventory(sandbox, tmp_path, fails=True, **options)
    assert message in " ".join(output.split())


def test_a_wrong_token_is_explained_and_not_shown(sandbox: SandboxProcess, tmp_path: Path) -> None:
    wrong = "00000000-0000-4000-8000-000000000000"
    output = inventory(sandbox, tmp_path, fails=True, token=wrong)
    assert "Invalid authentication" in output
    assert wrong not in output
