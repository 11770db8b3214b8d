"""iru_library_assignment: classic Blueprints, maps, nodes, and each text that Iru refuses with."""

from __future__ import annotations

import pytest
import requests
from ansible_collections.okta_iru.attestation.plugins.modules import iru_library_assignment

from tests.unit.iru_tenant import Tenant, run_in

PROFILE = b"<plist><dict/></plist>"
NATIVE = "3427ebbc-7f59-4d8c-8a57-bd36f8c2ad6b"
UNKNOWN = "00000000-7f59-4d8c-8a57-bd36f8c2ad6b"


@pytest.fixture
def tenant() -> Tenant:
    tenant = Tenant()
    tenant.add_profile("Okta attestation", PROFILE)
    return tenant


def run(tenant, blueprints, **options):
    options = {"library_item": "Okta attestation", **options}
    return run_in(tenant, iru_library_assignment, diff=True, blueprints=blueprints, **options)


def item_of(tenant):
    return next(iter(tenant.profiles))


def request(blueprint, verb="assign"):
    return {"method": "POST", "path": f"/api/v1/blueprints/{blueprint['id']}/{verb}-library-item"}


@pytest.mark.parametrize("kind", ["classic", "map"])
def test_an_item_is_assigned_once_and_removed_once(tenant, kind):
    one, two = tenant.add_blueprint("Pilot", kind), tenant.add_blueprint("Engineering", kind)
    one["nodes"]["node-0"].append(item_of(tenant))
    wanted = ["Pilot", two["id"]]
    for state, expected in [("present", [request(two)]), ("absent", [request(one, "remove"), request(two, "remove")])]:
        predicted = run(tenant, wanted, state=state, check=True)
        real = run(tenant, wanted, state=state)
        assert real["writes"] == predicted["writes"] == expected
        assert real["diff"] == predicted["diff"]
        assert real["assignments"] == predicted["assignments"]
        assert not run(tenant, wanted, state=state)["changed"]
    assert len(tenant.writes()) == 3
    assert all(set(fields) == {"library_item_id"} for fields in tenant.sent)


def test_the_diff_names_the_blueprints(tenant):
    tenant.add_blueprint("Pilot")["nodes"]["node-0"].append(item_of(tenant))
    tenant.add_blueprint("Engineering")
    diff = run(tenant, ["Pilot", "Engineering"], check=True)["diff"]
    assert diff["before"] == {"blueprints": ["Pilot"]}
    assert diff["after"] == {"blueprints": ["Engineering", "Pilot"]}


def test_others_are_left_alone_unless_exact(tenant):
    one, two = tenant.add_blueprint("Pilot"), tenant.add_blueprint("Old")
    tenant.add_blueprint("Never")
    two["nodes"]["node-0"].append(item_of(tenant))
    assert run(tenant, ["Pilot"])["writes"] == [request(one)]
    predicted = run(tenant, ["Pilot"], exact=True, check=True)
    real = run(tenant, ["Pilot"], exact=True)
    assert real["writes"] == predicted["writes"] == [request(two, "remove")]
    assert [each["blueprint"]["name"] for each in real["assignments"]] == ["Pilot", "Old"]
    assert not run(tenant, ["Pilot"], exact=True)["changed"]
    assert run(tenant, [], exact=True)["writes"] == [request(one, "remove")]


def test_a_native_item_is_found_by_name_on_any_blueprint(tenant):
    tenant.add_blueprint("Other")["nodes"]["node-0"].append(NATIVE)
    one = tenant.add_blueprint("Pilot")
    result = run(tenant, ["Pilot"], library_item="Okta SCEP (native)")
    assert result["library_item"] == {"id": NATIVE, "name": "Okta SCEP (native)"}
    assert one["nodes"]["node-0"] == [NATIVE]


def test_two_items_of_a_name_are_an_error_that_lists_the_ids(tenant):
    tenant.add_profile("Okta attestation", PROFILE)
    tenant.add_blueprint("Pilot")
    result = run(tenant, ["Pilot"])
    assert set(result["failure"]["ids"]) == set(tenant.profiles)
    assert tenant.writes() == []


@pytest.mark.parametrize("verb", ["present", "absent"])
def test_membership_of_a_node_is_told_by_the_refusal(tenant, verb):
    node = tenant.add_blueprint("Map", "map", nodes=2)["nodes"]
    node["node-1"].append(item_of(tenant))
    wanted = [{"name": "Map", "node": "node-1" if verb == "present" else "node-0"}]
    predicted = run(tenant, wanted, state=verb, check=True)
    assert predicted["assignments"][0]["assigned"] is None
    assert "cannot be read" in predicted["warnings"][0]
    assert predicted["changed"] == (verb == "absent")
    real = run(tenant, wanted, state=verb)
    assert (real["changed"], real["writes"]) == (False, [])
    assert node["node-1"] == [item_of(tenant)]


def test_an_item_in_another_node_is_assigned_to_this_one(tenant):
    blueprint = tenant.add_blueprint("Map", "map", nodes=2)
    blueprint["nodes"]["node-1"].append(item_of(tenant))
    assert run(tenant, [{"id": blueprint["id"], "node": "node-0"}])["writes"] == [request(blueprint)]


def test_a_node_that_has_no_item_yet_is_predicted(tenant):
    blueprint = tenant.add_blueprint("Map", "map", nodes=2)
    predicted = run(tenant, [{"name": "Map", "node": "node-0"}], check=True)
    assert (predicted["writes"], predicted["assignments"][0]["assigned"]) == ([request(blueprint)], True)


@pytest.mark.parametrize(
    ("kind", "nodes", "entry", "item", "failure", "says"),
    [
        ("map", 2, "Pilot", None, "InvalidInput", "Option is held down on the map"),
        ("map", 2, {"name": "Pilot", "node": "node-7"}, None, "NotFound", "no node 'node-7'"),
        ("classic", 1, {"name": "Pilot", "node": "node-0"}, None, "InvalidInput", "without nodes"),
        ("classic", 1, "Pilot", UNKNOWN, "NotFound", "no Library item"),
        ("classic", 1, "Pilto", None, "NotFound", "Did you mean 'Pilot'"),
        ("classic", 1, UNKNOWN, None, "NotFound", "no Blueprint"),
        ("classic", 1, {"title": "Pilot"}, None, "InvalidInput", "name or id"),
        ("classic", 1, {"name": "Pilot", "id": UNKNOWN}, None, "InvalidInput", "name or id"),
        ("classic", 1, "Pilot", "Okta atestation", "NotFound", "Did you mean 'Okta attestation'"),
        ("map", 1, "Pilot", "planned:custom_profile:A", "InvalidInput", "check mode"),
    ],
)
def test_refusals_say_what_to_do(tenant, kind, nodes, entry, item, failure, says):  # noqa: PLR0917
    tenant.add_blueprint("Pilot", kind, nodes=nodes)
    result = run(tenant, [entry], **({"library_item": item} if item else {}))
    assert result["failure"]["kind"] == failure
    assert says in result["msg"]
    assert tenant.writes() == []


def test_exact_and_absent_exclude_each_other(tenant):
    assert run(tenant, [], state="absent", exact=True)["failure"]["kind"] == "InvalidInput"


def test_another_item_of_the_type_is_a_failure_unless_it_may_be_this_one(tenant):
    blueprint = tenant.add_blueprint("Map", "map", nodes=2)
    blueprint["nodes"]["node-0"].append("taken")
    wanted = [{"name": "Map", "node": "node-0"}]
    refused = run(tenant, wanted)
    assert (refused["failure"]["kind"], refused["failure"]["node"]) == ("Refused", "node-0")
    blueprint["nodes"]["node-1"].append(item_of(tenant))
    result = run(tenant, wanted)
    assert (result["changed"], result["writes"], result["assignments"][0]["assigned"]) == (False, [], None)
    assert "Look at the map" in result["warnings"][0]


def test_classic_refusals_of_a_parallel_run_change_nothing(tenant):
    blueprint = tenant.add_blueprint("Pilot")
    tenant.before = [lambda: blueprint["nodes"]["node-0"].append(item_of(tenant))]
    assert (run(tenant, ["Pilot"])["changed"], tenant.writes()) == (False, [])
    tenant.before = [blueprint["nodes"]["node-0"].clear]
    assert (run(tenant, ["Pilot"], state="absent")["changed"], tenant.writes()) == (False, [])


@pytest.mark.parametrize("entry", ["Pilot", {"name": "Pilot", "node": "node-0"}])
def test_a_lost_answer_counts_as_a_change(tenant, entry):
    tenant.add_blueprint("Pilot", "map")
    tenant.lose = 1
    result = run(tenant, [entry])
    assert (result["changed"], len(result["writes"]), len(tenant.writes())) == (True, 1, 1)


def test_an_assignment_that_never_arrived_is_repeated(tenant):
    def lost():
        raise requests.exceptions.ReadTimeout("gone")

    blueprint = tenant.add_blueprint("Pilot")
    tenant.before = [lost]
    assert run(tenant, ["Pilot"])["changed"]
    assert blueprint["nodes"]["node-0"] == [item_of(tenant)]


def test_planned_items_and_blueprints_are_accepted_in_check_mode(tenant):
    one = tenant.add_blueprint("Pilot")
    wanted = ["Pilot", "planned:blueprint:New"]
    result = run(tenant, wanted, library_item="planned:custom_profile:Okta", check=True)
    planned = {"id": "planned:blueprint:New"}
    assert result["writes"] == [request(one), request(planned)]
    assert [path for _, path, _ in tenant.log] == ["/api/v1/blueprints"]
    assert run(tenant, wanted, check=True)["writes"] == [request(one), request(planned)]
