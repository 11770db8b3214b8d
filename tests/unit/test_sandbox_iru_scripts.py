"""Custom scripts of the sandbox's Iru tenant."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.sandbox_iru import Tenant

PATH = "/library/custom-scripts"
USUAL = {"name": "Uptime", "execution_frequency": "every_day", "script": "#!/bin/sh\nuptime\n"}
# Keys and types of the published answer to "Create Custom Script".
PUBLISHED = {
    "id": str, "name": str, "active": bool, "execution_frequency": str, "restart": bool, "script": str,
    "remediation_script": str, "created_at": str, "updated_at": str, "show_in_self_service": bool,
}  # fmt: skip


@pytest.fixture
def tenant() -> Tenant:
    return Tenant(fleet=8, windows=1)


def created(tenant: Tenant, **changes: Any) -> dict[str, Any]:
    answer = tenant.request("POST", PATH, json=USUAL | changes)
    assert answer.status == 201, answer.text
    script: dict[str, Any] = answer.json
    return script


def shown(tenant: Tenant) -> dict[str, Any]:
    category = tenant.get("/self-service/categories").json[0]["id"]
    return {"show_in_self_service": True, "self_service_category_id": category, "self_service_recommended": True}


def test_the_answer_is_the_published_one(tenant: Tenant) -> None:
    script = created(tenant)
    assert {key: type(value) for key, value in script.items()} == PUBLISHED
    assert (script["script"], script["remediation_script"]) == ("#!/bin/sh\nuptime", "")
    assert tenant.get(f"{PATH}/{script['id']}").json == script
    assert script in tenant.get(PATH).json["results"]


def test_category_and_recommendation_can_only_be_written(tenant: Tenant) -> None:
    script = created(tenant, **shown(tenant))
    assert set(script) == set(PUBLISHED)
    assert tenant.state["custom_scripts"][script["id"]]["self_service_recommended"] is True
    tenant.state["settings"]["script_category_shown"] = True
    assert set(tenant.get(f"{PATH}/{script['id']}").json) - set(PUBLISHED) == set(shown(tenant)) - set(PUBLISHED)


RULES: dict[str, tuple[dict[str, Any], str]] = {
    "not enforced and not shown": ({"execution_frequency": "no_enforcement"}, "show_in_self_service"),
    "shown without a category": ({"show_in_self_service": True}, "self_service_category_id"),
    "another frequency": ({"execution_frequency": "hourly"}, "execution_frequency"),
    "no script": ({"script": "\n"}, "script"),
    "no name": ({"name": ""}, "name"),
}


@pytest.mark.parametrize("case", RULES)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_broken_rule_names_its_field(tenant: Tenant, case: str, method: str) -> None:
    changes, field = RULES[case]
    address = PATH if method == "POST" else f"{PATH}/{created(tenant)['id']}"
    answer = tenant.request(method, address, json=USUAL | changes)
    assert (answer.status, list(answer.json)) == (400, [field])


@pytest.mark.parametrize("missing", USUAL)
def test_what_a_script_needs(tenant: Tenant, missing: str) -> None:
    sent = {key: value for key, value in USUAL.items() if key != missing}
    assert (tenant.request("POST", PATH, json=sent).status) == 400


def test_update_and_removal(tenant: Tenant) -> None:
    script = created(tenant)
    after = tenant.request("PATCH", f"{PATH}/{script['id']}", json=shown(tenant) | {"execution_frequency": "once"}).json
    assert (after["show_in_self_service"], after["execution_frequency"]) == (True, "once")
    assert after["script"] == script["script"]
    assert tenant.request("DELETE", f"{PATH}/{script['id']}").status == 204
    assert tenant.request("PATCH", f"{PATH}/{script['id']}", json={}).status == 404
