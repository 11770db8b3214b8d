"""Every shape of error body that the vendors are known to send becomes one sentence."""

from __future__ import annotations

import json

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._error_bodies import explain_iru, explain_okta
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Request, Response
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_token import ApiToken
from hypothesis import given
from hypothesis import strategies as st


def answer(status, body, content_type="application/json", **headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(Request("POST", "/api/v1/x"), status, {"Content-Type": content_type, **headers}, content)


OKTA_NOT_FOUND = {
    "errorCode": "E0000007",
    "errorSummary": "Not found: Resource not found: 00p1 (Policy)",
    "errorLink": "E0000007",
    "errorId": "oae123",
    "errorCauses": [],
}


def test_okta_error_shows_code_summary_causes_and_the_ids_for_support():
    body = {**OKTA_NOT_FOUND, "errorCauses": [{"errorSummary": "name: The field is too long"}]}
    error = explain_okta(answer(404, body, **{"X-Okta-Request-Id": "req-1"}))
    for part in ("404 E0000007", "Resource not found: 00p1", "name: The field is too long", "oae123", "req-1"):
        assert part in error.message
    assert (error.status, error.code, error.details["error_id"]) == (404, "E0000007", "oae123")


@pytest.mark.parametrize(
    ("status", "code", "advice"), [(401, "E0000011", "create a new one"), (403, "E0000006", "lost it")]
)
def test_what_to_do_about_an_api_token(status, code, advice):
    refusal = explain_okta(answer(status, {"errorCode": code, "errorSummary": "Refused"}))
    token = ApiToken("00secret")
    assert advice in refusal.with_advice(token.advice(refusal)).message
    assert token.advice(explain_okta(answer(404, OKTA_NOT_FOUND))) == ""


def test_okta_says_what_is_wrong_with_an_oauth_token_in_a_header_only():
    challenge = 'Bearer realm="http://x", scope="okta.logs.read", error="insufficient_scope", error_description="No."'
    refusal = explain_okta(answer(403, b"", **{"WWW-Authenticate": challenge}))
    assert (refusal.code, refusal.details["scope"]) == ("insufficient_scope", "okta.logs.read")
    assert "403 insufficient_scope: No" in refusal.message


def test_okta_oauth_errors_have_their_own_shape():
    error = explain_okta(answer(400, {"error": "invalid_client", "error_description": "No such client"}))
    assert error.code == "invalid_client"
    assert "No such client" in error.message


@pytest.mark.parametrize(
    ("status", "body", "kind", "expected"),
    [
        (400, {"dep_account": ["Enter a valid UUID."]}, "application/json", "dep_account: Enter a valid UUID"),
        (400, ["Device is not in lost mode."], "application/json", "Device is not in lost mode"),
        (
            400,
            "Library Item already exists on Blueprint",
            "application/json",
            "Library Item already exists on Blueprint",
        ),
        (404, {"detail": "Not found."}, "application/json", "404: Not found. There is no such object"),
        (
            401,
            {"message": "Invalid authentication"},
            "application/json",
            "Invalid authentication. The API token is wrong",
        ),
        (400, b"JSON parse error - x", "text/plain", "JSON parse error - x"),
        (404, b"<!DOCTYPE html><title>Not Found</title>", "text/html", "a web page titled 'Not Found'"),
        (413, {"detail": "Too large."}, "application/json", "413: Too large. What was sent is larger than Iru takes"),
        (500, b"", "application/json", "with 500."),
    ],
)
def test_iru_bodies_of_every_shape(status, body, kind, expected):
    assert expected in explain_iru(answer(status, body, kind)).message


def refused(method, path):
    return explain_iru(Response(Request(method, path), 403, {}, b""))


def test_iru_missing_permission_is_named_as_the_console_names_it():
    error = refused("POST", "/api/v1/library/custom-profiles")
    assert (
        'It is "Custom Profiles: Create Custom Profile" for POST on /api/v1/library/custom-profiles.' in error.message
    )
    assert error.details["permission"] == "Custom Profiles: Create Custom Profile"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/api/v1/blueprints/templates/", "Blueprints: Get Blueprint Templates"),
        ("GET", "/api/v1/blueprints/0c1d", "Blueprints: Get Blueprint"),
        ("POST", "/api/v1/blueprints/0c1d/remove-library-item", "Blueprints: Remove Library Item"),
        ("GET", "/api/v1/library/library-items/0c1d/status", "Library: Get Library Item Statuses"),
        ("GET", "/api/v1/prism/installed_profiles", "Prism: Installed profiles"),
    ],
)
def test_iru_permissions_are_found_by_method_and_path(method, path, expected):
    assert refused(method, path).details["permission"] == expected


def test_iru_permission_of_an_unknown_request_is_named_by_the_request():
    error = refused("POST", "/api/v1/x")
    assert "It is the one for POST on /api/v1/x." in error.message
    assert "permission" not in error.details


@given(st.binary(max_size=200))
def test_no_body_breaks_the_explanation(body):
    for explain in (explain_iru, explain_okta):
        assert len(explain(answer(400, body)).message) < 2000


vendor_key = st.sampled_from(["errorCode", "errorSummary", "errorCauses", "error", "detail", "message"])
json_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9) | vendor_key, inner, max_size=4),
)


@given(json_value)
def test_no_json_breaks_the_explanation(body):
    for explain in (explain_iru, explain_okta):
        assert explain(answer(400, body)).status == 400
