"""Wrong input of the Iru modules against the sandbox: explained, nothing written, the same in check mode."""

from __future__ import annotations

import plistlib
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.modules import (
    iru_blueprint,
    iru_custom_profile,
    iru_custom_script,
    iru_library_assignment,
)

from tests.integration.iru_module import run, scep_options, written
from tests.sandbox_process import SandboxProcess

CHROME = {"PayloadType": "com.google.Chrome", "HomepageLocation": "https://start.example.com"}


def _mobileconfig() -> dict[str, Any]:
    payload = {"PayloadVersion": 1, "PayloadIdentifier": "com.example.a.1", "PayloadUUID": "A0B1", **CHROME}
    top = {"PayloadType": "Configuration", "PayloadVersion": 1, "PayloadIdentifier": "com.example.a"}
    return {**top, "PayloadUUID": "B0C1", "PayloadContent": [payload]}


def signed(folder: Path) -> Path:
    """A profile as `/usr/bin/security cms` or a vendor signs it: CMS around the XML, made by openssl."""
    plain, key, cert, out = (folder / name for name in ("p.xml", "key.pem", "cert.pem", "signed.mobileconfig"))
    plain.write_bytes(plistlib.dumps(_mobileconfig()))
    make = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=signer",
        "-keyout",
        key,
        "-out",
        cert,
    ]
    sign = ["openssl", "cms", "-sign", "-nodetach", "-binary", "-outform", "DER", "-in", plain, "-signer", cert]
    for command in (make, [*sign, "-inkey", key, "-out", out]):
        subprocess.run(command, check=True, capture_output=True)
    return out


def file_of(content: bytes) -> Callable[[Path], Path]:
    def written_to(folder: Path) -> Path:
        path = folder / "profile.mobileconfig"
        path.write_bytes(content)
        return path

    return written_to


XML = plistlib.dumps(_mobileconfig())


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (file_of(b"no plist at all"), "not well-formed XML"),
        (file_of(b""), "empty"),
        (file_of(XML[: len(XML) // 2]), "not well-formed XML"),
        (file_of(b'{"PayloadType": "Configuration"}'), "JSON"),
        (file_of(b"<!doctype html><html>Sign in</html>"), "web page"),
        (file_of(plistlib.dumps(["Configuration"])), "expected a dictionary"),
        (file_of(plistlib.dumps(_mobileconfig(), fmt=plistlib.FMT_BINARY)[:-40]), "no property list"),
        (signed, "openssl cms -verify"),
    ],
)
def test_a_file_that_is_no_profile(sandbox, tmp_path, make, says):
    refused = run(sandbox, iru_custom_profile, name="Chrome", src=str(make(tmp_path)), fails=True)
    assert says in refused["msg"]
    assert sandbox.requests("iru") == []


def test_a_binary_property_list_is_the_same_profile(sandbox, tmp_path):
    path = file_of(plistlib.dumps(_mobileconfig(), fmt=plistlib.FMT_BINARY))(tmp_path)
    assert run(sandbox, iru_custom_profile, name="Chrome", src=str(path))["changed"]
    assert not run(sandbox, iru_custom_profile, name="Chrome", content=XML.decode())["changed"]
    assert not run(sandbox, iru_custom_profile, name="Chrome", src=str(path))["changed"]


def test_a_profile_that_is_too_large_for_the_tenant(sandbox):
    def large(letter):
        payload = {**CHROME, "HomepageLocation": letter * 2_000_000}
        return {"name": "Chrome", "identifier": "com.example.chrome", "payloads": [payload]}

    assert run(sandbox, iru_custom_profile, **large("a"))["changed"]
    assert not run(sandbox, iru_custom_profile, **large("a"))["changed"]
    sandbox.settings(iru={"maximum_body_bytes": 1_000_000})
    refused = run(sandbox, iru_custom_profile, **large("b"), fails=True)
    assert "What was sent is larger than Iru takes" in refused["msg"]


@pytest.mark.parametrize("check", [True, False])
def test_a_second_profile_of_a_domain_is_refused_by_the_listing_alone(sandbox, check):
    first = run(sandbox, iru_custom_profile, name="First", identifier="com.example.1", payloads=[CHROME])["profile"]
    sandbox.clear_requests()
    second = {"name": "Second", "identifier": "com.example.2", "payloads": [CHROME]}
    refused = run(sandbox, iru_custom_profile, **second, fails=True, check=check)
    assert (refused["failure"]["kind"], refused["failure"]["conflicts"][0]["id"]) == ("Refused", first["id"])
    assert [one["path"] for one in sandbox.requests("iru")] == ["/api/v1/library/custom-profiles"]


@pytest.mark.parametrize("check", [True, False])
def test_no_scep_profile_beside_okta_device_trust(sandbox, check):
    sandbox.settings(iru={"okta_device_trust": True})
    refused = run(sandbox, iru_custom_profile, **scep_options(sandbox), fails=True, check=check)
    assert "Okta Device Trust of Iru" in refused["msg"]
    assert refused["failure"]["conflicts"][0]["id"] == "com.kandji.profile.odt.scep"
    assert len(refused["failure"]["conflicts"][0]["claims"]) > 1
    assert [one["method"] for one in sandbox.requests("iru")] == ["GET", "GET"]
    allowed = run(sandbox, iru_custom_profile, **scep_options(sandbox), allow_conflicts=True, check=check)
    assert allowed["changed"]


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("kind", ["custom_profiles", "custom_scripts"])
def test_two_items_of_a_name_are_told_apart_by_id(sandbox, kind, state):
    content = sandbox.state()
    items = content["iru"][kind]
    one = next(iter(items.values()))
    twin = {**one, "id": "11111111-2222-4333-8444-555555555555"}
    items[twin["id"]] = twin
    sandbox.load_state(content)
    module = iru_custom_profile if kind == "custom_profiles" else iru_custom_script
    refused = run(sandbox, module, name=one["name"], active=False, state=state, fails=True)
    assert one["id"] in refused["msg"] and twin["id"] in refused["msg"]
    assert written(sandbox) == []
    assert run(sandbox, module, id=twin["id"], name=one["name"], state="absent")["changed"]


def test_an_item_that_is_on_the_blueprint_already_is_none_to_add(sandbox):
    here = {"library_item": "Firewall", "blueprints": ["Engineering"]}
    assert not run(sandbox, iru_library_assignment, **here)["changed"]
    # Somebody else puts it there between our look and our write: Iru refuses what has been done by then.
    state = sandbox.state()
    profile = next(one for one in state["iru"]["custom_profiles"].values() if one["name"] == "Firewall")
    body = {"count": 0, "next": None, "previous": None, "results": []}
    sandbox.faults({"match": {"service": "iru", "path": "*/list-library-items"}, "do": {"body": body, "status": 200}})
    late = run(sandbox, iru_library_assignment, library_item=profile["id"], blueprints=["Engineering"])
    assert (late["changed"], written(sandbox)) == (False, [])


CASES: dict[str, tuple[Any, dict[str, Any], list[str]]] = {
    "a map with conditions without a node": (
        iru_library_assignment,
        {"library_item": "Firewall", "blueprints": ["Executives"]},
        ["'Executives'", "Option"],
    ),
    "a node of a classic Blueprint": (
        iru_library_assignment,
        {"library_item": "Firewall", "blueprints": [{"name": "Sales", "node": "0c1d"}]},
        ["'Sales'", "without nodes"],
    ),
    "a node that is not there": (
        iru_library_assignment,
        {"library_item": "Firewall", "blueprints": [{"name": "Executives", "node": "0c1d"}]},
        ["no node '0c1d'"],
    ),
    "a Blueprint of a name that is taken, of the other type": (
        iru_blueprint,
        {"name": "Sales", "type": "map"},
        ["'Sales'", "classic", "map"],
    ),
    "a source that is not there": (
        iru_blueprint,
        {"name": "New", "source": {"type": "blueprint", "name": "Salez"}},
        ["'Salez'", "'Sales'"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_is_explained(sandbox, case):
    module, options, expected = CASES[case]
    refused = run(sandbox, module, **options, fails=True)
    assert [words for words in expected if words not in refused["msg"]] == []
    assert written(sandbox) == []


def test_a_second_item_of_a_type_that_a_node_takes_once(sandbox):
    state = sandbox.state()
    slack = next(one for one in state["iru"]["native_items"].values() if one["name"] == "Slack")
    office = next(one for one in state["iru"]["blueprints"].values() if one["name"] == "Head Office")
    for number in range(2):
        item = {**slack, "id": f"{number}{slack['id'][1:]}", "name": f"macOS {number}", "type": "macos-release"}
        state["iru"]["native_items"][item["id"]] = item
    office["nodes"][0]["items"].append(f"0{slack['id'][1:]}")
    sandbox.load_state(state)
    options = {"library_item": f"1{slack['id'][1:]}", "blueprints": ["Head Office"]}
    refused = run(sandbox, iru_library_assignment, **options, fails=True)
    assert refused["failure"]["kind"] == "Refused"
    assert "an item of the same type is there" in refused["msg"]
    # The one that is there is no conflict with itself.
    assert not run(sandbox, iru_library_assignment, library_item="macOS 0", blueprints=["Head Office"])["changed"]
    assert written(sandbox) == []


def only_permitted(sandbox: SandboxProcess, *permitted: str) -> None:
    """Leave the token these permissions, ``GET /api/v1/blueprints``."""
    state = sandbox.state()
    rows = [{"http_method": method, "path": path} for method, _blank, path in (one.partition(" ") for one in permitted)]
    state["iru"]["tokens"][sandbox.ready["iru_token"]]["permissions"] = rows
    sandbox.load_state(state)


LIST = "GET /api/v1/library/custom-profiles"
LIST_BLUEPRINTS, LIST_ITEMS = "GET /api/v1/blueprints", "GET /api/v1/blueprints/{blueprint_id}/list-library-items"


@pytest.mark.parametrize(
    ("module", "options", "permitted", "missing"),
    [
        (iru_custom_profile, {"name": "x", "state": "absent"}, [], "Custom Profiles: List Custom Profiles"),
        (iru_custom_profile, None, [LIST], "Custom Profiles: Create Custom Profile"),
        (iru_blueprint, {"name": "x"}, [], "Blueprints: List Blueprints"),
        (iru_blueprint, {"name": "x"}, [LIST_BLUEPRINTS], "Blueprints: Create Blueprint"),
        (iru_blueprint, {"name": "Sales", "description": "d"}, [LIST_BLUEPRINTS], "Blueprints: Update Blueprint"),
        (
            iru_library_assignment,
            {"library_item": "Firewall", "blueprints": ["Sales"]},
            [LIST, LIST_BLUEPRINTS],
            "Blueprints: List Library Items",
        ),
        (
            iru_library_assignment,
            {"library_item": "Firewall", "blueprints": ["Sales"]},
            [LIST, LIST_BLUEPRINTS, LIST_ITEMS],
            "Blueprints: Assign Library Item",
        ),
        (
            iru_library_assignment,
            {"library_item": "Firewall", "blueprints": ["Engineering"], "state": "absent"},
            [LIST, LIST_BLUEPRINTS, LIST_ITEMS],
            "Blueprints: Remove Library Item",
        ),
    ],
)
def test_a_token_without_one_permission_is_told_which(sandbox, module, options, permitted, missing):
    only_permitted(sandbox, *permitted)
    refused = run(sandbox, module, **(scep_options(sandbox) if options is None else options), fails=True)
    assert f'"{missing}"' in refused["msg"]
    assert refused["failure"]["permission"] == missing
    assert written(sandbox) == []
