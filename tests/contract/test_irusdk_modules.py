"""irusdk and the modules of this collection at one tenant: each sees and corrects what the other wrote."""

from __future__ import annotations

import plistlib
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.modules import (
    iru_blueprint,
    iru_blueprint_info,
    iru_custom_profile,
    iru_library_assignment,
)

from tests.integration.iru_module import NAME, run, scep_options
from tests.sandbox_process import SandboxProcess

irusdk = pytest.importorskip("irusdk", reason="irusdk is not installed; it is in requirements-test.txt")

# irusdk takes a CA file as text, which its HTTP library calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:.verify=<str>.:DeprecationWarning")


@pytest.fixture
def sandbox(iru_sandbox: SandboxProcess) -> SandboxProcess:
    iru_sandbox.reset()
    return iru_sandbox


def test_a_profile_that_irusdk_changed_is_brought_back_by_one_write(sandbox: SandboxProcess, iru_client: Any) -> None:
    made = run(sandbox, iru_custom_profile, **scep_options(sandbox))["profile"]
    read = iru_client.custom_profiles.get(made["id"])
    assert (read.name, read.mdm_identifier, read.active) == (NAME, made["mdm_identifier"], True)
    content = plistlib.loads(read.profile.encode())
    assert content["PayloadUUID"] == made["payload_uuid"]
    content["PayloadContent"][0]["PayloadContent"]["Keysize"] = 4096
    iru_client.custom_profiles.update(made["id"], profile=plistlib.dumps(content))
    restored = run(sandbox, iru_custom_profile, **scep_options(sandbox))
    assert [one["method"] for one in restored["writes"]] == ["PATCH"]
    assert [key for key in restored["diff"]["after"] if "Keysize" in key]
    stored = plistlib.loads(iru_client.custom_profiles.get(made["id"]).profile.encode())
    assert stored["PayloadContent"][0]["PayloadContent"]["Keysize"] == 2048
    # What irusdk uploads unchanged, with other text and other keys at the top, is no difference.
    iru_client.custom_profiles.update(made["id"], profile=plistlib.dumps(stored, sort_keys=False), name=NAME)
    assert not run(sandbox, iru_custom_profile, **scep_options(sandbox))["changed"]


def test_blueprints_from_templates_and_items_in_nodes(sandbox: SandboxProcess, iru_client: Any) -> None:
    # Not by irusdk, which takes a template category for a Blueprint and its documented number for no id.
    name = run(sandbox, iru_blueprint_info, name="none", templates=True)["templates"][0]["name"]
    made = run(sandbox, iru_blueprint, name="Hardened", source={"type": "template", "name": name})["blueprint"]
    assert iru_client.blueprints.get(made["id"]).params == made["params"] != {}
    profile = run(sandbox, iru_custom_profile, **scep_options(sandbox))["profile"]["id"]
    (executives,) = iru_client.blueprints.list(name="Executives")
    nodes = sandbox.state()["iru"]["blueprints"][executives.id]["nodes"]
    places = [{"id": executives.id, "node": node["id"]} for node in nodes]
    assert profile in iru_client.blueprints.assign_library_item(
        executives.id, profile, assignment_node_id=nodes[0]["id"]
    )
    both = run(sandbox, iru_library_assignment, library_item=profile, blueprints=places)
    assert [one["changed"] for one in both["assignments"]] == [False, True]
    assert profile in iru_client.blueprints.remove_library_item(
        executives.id, profile, assignment_node_id=nodes[0]["id"]
    )
    gone = run(sandbox, iru_library_assignment, library_item=profile, blueprints=places, state="absent")
    assert [one["changed"] for one in gone["assignments"]] == [False, True]
    assert profile not in [each.id for each in iru_client.blueprints.library_items(executives.id)]
