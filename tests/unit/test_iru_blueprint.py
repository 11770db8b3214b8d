"""iru_blueprint and iru_blueprint_info."""

from __future__ import annotations

import pytest
import requests
from ansible_collections.okta_iru.attestation.plugins.modules import iru_blueprint, iru_blueprint_info

from tests.unit.iru_tenant import Tenant, run_in

PATH = "/api/v1/blueprints"
TEMPLATES = {
    "count": 2,
    "next": None,
    "previous": None,
    "results": [
        {
            "id": 2,
            "name": "CIS",
            "templates": [{"id": 16, "name": "Strict", "params": {}}, {"id": 17, "name": "Twice"}],
        },
        {"id": 1, "name": "Iru", "templates": [{"id": 9, "name": "Twice"}]},
    ],
}
UNKNOWN = "6391086e-85a1-4820-813c-f9c75025fff4"


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


def run(tenant, **options):
    return run_in(tenant, iru_blueprint, diff=True, **options)


def test_a_blueprint_is_created_once_with_the_documented_form(tenant):
    options = {"name": "Pilot", "description": "first wave", "enrollment_code": {"is_active": True}}
    predicted = run(tenant, check=True, **options)
    assert predicted["blueprint"]["id"] == "planned:blueprint:Pilot"
    real = run(tenant, **options)
    assert real["writes"] == predicted["writes"] == [{"method": "POST", "path": PATH}]
    assert real["diff"] == predicted["diff"]
    assert tenant.sent[-1]["enrollment_code.is_active"] is True
    assert tenant.blueprints[real["blueprint"]["id"]]["type"] == "classic"
    assert real["blueprint"]["computers_count"] == 0
    again = run(tenant, **options)
    assert (again["changed"], len(tenant.writes())) == (False, 1)


def test_a_new_blueprint_cannot_be_enrolled_into_unless_asked_for(tenant):
    created = run(tenant, name="Pilot")["blueprint"]
    assert created["enrollment_code"]["is_active"] is False
    # On one that exists, what is not set is left as it is.
    tenant.blueprints[created["id"]]["enrollment_code"]["is_active"] = True
    assert not run(tenant, name="Pilot")["changed"]


def test_only_differences_are_sent(tenant):
    blueprint = tenant.add_blueprint("Pilot", description="old")
    options = {"name": "Pilot", "description": "new", "icon": "ss-files", "enrollment_code": {"code": "112233"}}
    predicted = run(tenant, check=True, **options)
    real = run(tenant, **options)
    assert real["writes"] == predicted["writes"] == [{"method": "PATCH", "path": f"{PATH}/{blueprint['id']}"}]
    assert real["blueprint"] == predicted["blueprint"]
    assert real["diff"]["before"] == {"description": "old"}
    assert tenant.sent[-1] == {"description": "new"}
    assert not run(tenant, **options)["changed"]


def test_a_nested_difference_keeps_its_neighbours(tenant):
    tenant.add_blueprint("Pilot")
    result = run(tenant, name="Pilot", enrollment_code={"is_active": False})
    assert tenant.sent[-1] == {"enrollment_code.is_active": False}
    assert result["diff"]["after"] == {"enrollment_code": {"code": "112233", "is_active": False}}


def test_icon_and_colour_of_a_map_are_not_compared(tenant):
    tenant.add_blueprint("Pilot", "map")
    assert not run(tenant, name="Pilot", icon="ss-other", color="red-100")["changed"]


def test_an_empty_description_is_no_difference_from_none(tenant):
    tenant.add_blueprint("Pilot", description=None)
    assert not run(tenant, name="Pilot", description="", type="classic")["changed"]


def test_a_rename_by_id(tenant):
    blueprint = tenant.add_blueprint("Pilot")
    assert run(tenant, id=blueprint["id"].upper(), name="Pilot 2")["changed"]
    assert tenant.sent[-1] == {"name": "Pilot 2"}


def test_the_name_is_matched_whole(tenant):
    tenant.add_blueprint("Pilot of the second wave")
    assert run(tenant, name="Pilot")["changed"]
    assert len(tenant.blueprints) == 2


def test_the_type_cannot_be_changed(tenant):
    tenant.add_blueprint("Pilot", "map")
    result = run(tenant, name="Pilot", type="classic")
    assert "of the type map" in result["msg"]
    assert tenant.writes() == []


def test_a_copy_has_the_type_of_its_source(tenant):
    source = tenant.add_blueprint("Pilot", "map")
    run(tenant, name="Copy", source={"type": "blueprint", "name": "Pilot"})
    assert tenant.sent[-1] | {"type": "map", "source.type": "blueprint", "source.id": source["id"]} == tenant.sent[-1]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"name": "Copy", "source": {"type": "template", "name": "Strct"}}, "Did you mean 'Strict'"),
        ({"name": "Copy", "source": {"type": "template", "name": "Twice"}}, "2 Blueprint templates"),
        ({"id": UNKNOWN, "name": "Pilot"}, "no Blueprint with the id"),
        ({"id": "17"}, "expected an id"),
        ({"name": "Copy", "source": {"type": "blueprint", "name": "Pilto"}}, "Did you mean 'Pilot'"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_written(tenant, options, says):
    tenant.add_blueprint("Pilot")
    tenant.answers[f"{PATH}/templates/"] = 200, TEMPLATES
    assert says in run(tenant, **options)["msg"]
    assert tenant.writes() == []


def test_a_template_is_given_by_name_or_id(tenant):
    tenant.answers[f"{PATH}/templates/"] = 200, TEMPLATES
    for number, source in enumerate(({"name": "Strict"}, {"id": "16"})):
        options = {"name": f"Copy {number}", "source": {"type": "template", **source}}
        predicted = run(tenant, check=True, **options)
        real = run(tenant, **options)
        assert real["writes"] == predicted["writes"]
        assert real["diff"] == predicted["diff"]
        assert tenant.sent[-1] | {"source.type": "template", "source.id": "16"} == tenant.sent[-1]
        tenant.log.clear()
        assert not run(tenant, **options)["changed"]
        assert [path for _method, path, _status in tenant.log] == [PATH]  # what exists needs no template


def test_a_blueprint_with_devices_is_removed_only_by_two_options(tenant):
    blueprint = tenant.add_blueprint("Pilot", computers_count=3)
    gone = {"name": "Pilot", "state": "absent"}
    for options in ({}, {"force": True}, {"unmanage_devices": 3}, {"force": True, "unmanage_devices": 2}):
        for check in (True, False):
            refused = run(tenant, check=check, **gone, **options)
            assert (refused["failure"]["kind"], refused["failure"]["devices"]) == ("Refused", 3)
            assert "unmanage_devices: 3" in refused["msg"]
    assert tenant.writes() == []
    removed = run(tenant, **gone, force=True, unmanage_devices=3)
    assert removed["writes"] == [{"method": "DELETE", "path": f"{PATH}/{blueprint['id']}"}]
    assert "un-manages 3" in removed["warnings"][0]
    assert not run(tenant, name="Pilot", state="absent")["changed"]


def test_devices_are_counted_where_the_answer_has_no_count(tenant):
    blueprint = tenant.add_blueprint("Pilot")
    del tenant.blueprints[blueprint["id"]]["computers_count"]
    tenant.devices = [{"device_id": str(number)} for number in range(301)]
    assert run(tenant, name="Pilot", state="absent")["failure"]["devices"] == 301


def test_a_lost_answer_of_a_create_leaves_one_blueprint(tenant):
    tenant.lose = 1
    assert run(tenant, name="Pilot")["changed"]
    assert len(tenant.blueprints) == 1
    assert tenant.writes() == [("POST", PATH)]


def test_a_patch_that_never_arrived_is_repeated(tenant):
    def lost():
        raise requests.exceptions.ReadTimeout("gone")

    tenant.add_blueprint("Pilot")
    tenant.before = [lost]
    assert run(tenant, name="Pilot", description="new")["blueprint"]["description"] == "new"


def test_of_two_runs_side_by_side_the_later_one_takes_the_other_ones(tenant):
    tenant.before = [lambda: tenant.add_blueprint("Pilot", description="theirs")]
    result = run(tenant, name="Pilot", description="ours")
    assert [one["method"] for one in result["writes"]] == ["PATCH"]
    assert [one["description"] for one in tenant.blueprints.values()] == ["ours"]


def test_info_lists_all_or_exactly_one(tenant):
    one = tenant.add_blueprint("Pilot", nodes=1)
    tenant.add_blueprint("Pilot 2")
    item = tenant.add_profile("SCEP", b"<plist><dict/></plist>")
    one["nodes"]["node-0"].append(item["id"])

    def names(**options):
        return [each["name"] for each in run_in(tenant, iru_blueprint_info, **options)["blueprints"]]

    assert names() == ["Pilot", "Pilot 2"]
    assert names(name="Pilot") == names(id=one["id"]) == ["Pilot"]
    assert names(name="Pil") == []
    assert run_in(tenant, iru_blueprint_info, id=UNKNOWN)["failure"]["kind"] == "NotFound"
    listed = run_in(tenant, iru_blueprint_info, name="Pilot", library_items=True)["blueprints"]
    assert listed[0]["library_items"] == [{"id": item["id"], "name": "SCEP"}]


def test_info_lists_templates_on_request(tenant):
    tenant.answers[f"{PATH}/templates/"] = 200, TEMPLATES
    result = run_in(tenant, iru_blueprint_info, templates=True)
    assert [(one["id"], one["name"], one["category"]) for one in result["templates"]] == [
        (16, "Strict", "CIS"), (17, "Twice", "CIS"), (9, "Twice", "Iru")
    ]  # fmt: skip
    assert all("params" not in one for one in result["templates"])


def test_info_of_a_planned_blueprint_is_empty_of_items(tenant):
    planned = run_in(tenant, iru_blueprint_info, check=True, id="planned:blueprint:Pilot", library_items=True)
    assert planned["blueprints"][0]["library_items"] == []
    assert tenant.log == []
