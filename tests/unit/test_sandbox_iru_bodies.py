"""Bodies of every shape at the writing endpoints of the sandbox's Iru tenant: answered or refused, never a crash."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.sandbox_iru import Tenant, mobileconfig

_TENANT = Tenant(fleet=4, windows=1)
_BLUEPRINT = _TENANT.named("blueprints", "Sales")["id"]
_DEVICE = next(iter(_TENANT.state["devices"]))
_PROFILE = _TENANT.named("custom_profiles", "Firewall")["id"]
_KEYS = (
    "name", "type", "source", "enrollment_code", "enrollment_code.code", "enrollment_code.is_active", "library_item_id",
    "assignment_node_id", "tags", "user", "blueprint_id", "asset_tag", "file", "active", "runs_on_mac", "description",
)  # fmt: skip
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from(["map", _PROFILE, "blueprint"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["id", "type", "code", "is_active"]), inner, max_size=3)
    ),
    max_leaves=4,
)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/blueprints"),
        ("PATCH", f"/blueprints/{_BLUEPRINT}"),
        ("POST", f"/blueprints/{_BLUEPRINT}/assign-library-item"),
        ("PATCH", "/blueprint-routing"),
        ("PATCH", f"/devices/{_DEVICE}"),
        ("POST", "/library/custom-profiles"),
        ("PATCH", f"/library/custom-profiles/{_PROFILE}"),
        ("POST", "/tags"),
    ],
)
@settings(max_examples=25, deadline=None)
@given(body=st.dictionaries(st.sampled_from(_KEYS), _VALUES, max_size=5))
def test_json_of_any_shape(method: str, path: str, body: dict[str, Any]) -> None:
    answer = _TENANT.request(method, path, json=body)
    assert answer.status < 500
    assert answer.status < 300 or answer.json


@pytest.mark.parametrize("fields", [{"a": "1", "a.b": "2"}, {"a.b": "2", "a": "1"}, {"": "1"}, {".": "1"}])
def test_form_keys_that_contradict_each_other(fields: dict[str, str]) -> None:
    assert _TENANT.request("POST", "/tags", data=fields | {"name": "x"}).status == 201


def test_values_of_another_type_where_a_structure_is_expected() -> None:
    body = {"name": "New", "enrollment_code": {"is_active": True}}
    assert list(_TENANT.request("POST", "/blueprints", json=body | {"source": "x"}).json) == ["source"]
    assert list(_TENANT.request("POST", "/blueprints", json=body | {"enrollment_code": 5}).json) == ["enrollment_code"]
    assert list(_TENANT.request("PATCH", f"/devices/{_DEVICE}", json={"tags": 5}).json) == ["tags"]


def test_a_body_over_the_limit() -> None:
    file = mobileconfig({"PayloadType": "com.apple.font", "Font": bytes(1 << 20)})
    assert _TENANT.upload("POST", "/library/custom-profiles", file, name="Font").status == 201
    _TENANT.state["settings"]["maximum_body_bytes"] = 1 << 20
    answer = _TENANT.upload("POST", "/library/custom-profiles", file, name="Font")
    assert (answer.status, list(answer.json), answer.headers["Allow"]) == (413, ["detail"], "GET, POST")
    _TENANT.state["settings"]["maximum_body_bytes"] = None


def test_a_file_where_text_is_expected() -> None:
    assert _TENANT.upload("POST", "/tags", mobileconfig(), name="x").status == 201
    assert _TENANT.upload("POST", "/library/custom-profiles", mobileconfig()).status == 400
