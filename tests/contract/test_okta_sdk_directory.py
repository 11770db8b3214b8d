"""Okta's own Python SDK signs in to the sandbox's org and reads what info modules read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from okta.client import Client

from tests.contract.okta_sdk import ask, connect, pages, refusal
from tests.sandbox_process import SandboxProcess
from tests.unit.signing_keys import jwk

pytestmark = pytest.mark.filterwarnings("ignore:ssl_context is deprecated:DeprecationWarning")

SCOPES = ["okta.groups.read", "okta.apps.read", "okta.features.read", "okta.domains.read", "okta.policies.read"]


def service_app(sandbox: SandboxProcess, **more: Any) -> dict[str, Any]:
    key = Path(sandbox.ready["okta_private_key_file"]).read_text(encoding="utf-8")
    return {
        "authorizationMode": "PrivateKey",
        "clientId": sandbox.ready["okta_client_id"],
        "privateKey": key,
        "scopes": SCOPES,
        **more,
    }


def name_of(group: Any) -> str:
    """The SDK has two kinds of profile."""
    return str(group.profile.actual_instance.name)


def test_groups(client: Client, sandbox: SandboxProcess) -> None:
    groups = [group for page in pages(client.list_groups, limit=3) for group in page]
    assert [group.id for group in groups] == list(sandbox.state()["okta"]["groups"])
    assert [name_of(group) for group in ask(client.list_groups(q="desk"))] == ["Desktop users"]
    search = 'profile.name eq "Break glass" or profile.name eq "Everyone"'
    assert [name_of(group) for group in ask(client.list_groups(search=search))] == ["Everyone", "Break glass"]
    counted = ask(client.list_groups(expand="stats"))[0]
    assert counted.embedded.stats.users_count == 9
    assert ask(client.get_group(groups[0].id)).type.value == "BUILT_IN"
    missing = refusal(client.get_group("00gNoSuchGroup123456"))
    assert (missing.status, missing.error_code) == (404, "E0000007")


def test_apps(client: Client, sandbox: SandboxProcess) -> None:
    apps = [app for page in pages(client.list_applications, limit=4) for app in page]
    assert [app.id for app in apps] == list(sandbox.state()["okta"]["apps"])
    assert {type(app).__name__ for app in apps} == {"SamlApplication", "OpenIdConnectApplication"}
    named = ask(client.list_applications(q="Sales"))
    assert [app.label for app in named] == ["Salesforce"]
    active = ask(client.list_applications(filter='status eq "ACTIVE"', limit=200))
    assert len(active) == len(apps)
    refused = refusal(client.list_applications(after="nothing"))
    assert (refused.status, refused.error_code) == (400, "E0000029")


def test_features(client: Client) -> None:
    features = ask(client.list_features())
    assert {feature.stage.value.value for feature in features} == {"EA", "BETA"}
    assert {feature.status.value for feature in features} == {"DISABLED"}
    child = next(feature for feature in features if feature.name.startswith("Custom remediation"))
    (parent,) = ask(client.list_feature_dependencies(child.id))
    assert [each.id for each in ask(client.list_feature_dependents(parent.id))] == [child.id]
    assert ask(client.get_feature(child.id)).description == child.description


def test_domains(client: Client) -> None:
    (domain,) = ask(client.list_custom_domains()).domains
    assert (domain.id, domain.validation_status.value) == ("default", "COMPLETED")


@pytest.mark.parametrize("form", ["PEM", "JWK"])
def test_a_private_key_in_both_forms(sandbox: SandboxProcess, form: str) -> None:
    app = service_app(sandbox)
    if form == "JWK":
        key = jwk(serialization.load_pem_private_key(app["privateKey"].encode(), None))
        del key["key_ops"]  # a list, which the SDK takes for a text
        app["privateKey"] = json.dumps(key)
    assert len(ask(connect(sandbox, app).list_groups())) == 4
    assert [one["path"] for one in sandbox.requests("okta")] == ["/oauth2/v1/token", "/api/v1/groups"]


def test_proof_of_possession(sandbox: SandboxProcess) -> None:
    sandbox.settings(okta={"dpop_required": True})
    client = connect(sandbox, service_app(sandbox, dpopEnabled=True))
    assert len(ask(client.list_groups())) == 4
    assert len(ask(client.list_applications(limit=5))) == 5
    assert [(one["path"], one["status"]) for one in sandbox.requests("okta")] == [
        ("/oauth2/v1/token", 400),
        ("/oauth2/v1/token", 200),
        ("/api/v1/groups", 200),
        ("/api/v1/apps", 200),
    ]


def test_an_app_that_demands_a_proof_gives_no_token_without(sandbox: SandboxProcess) -> None:
    sandbox.settings(okta={"dpop_required": True})
    error = refusal(connect(sandbox, service_app(sandbox)).list_groups())
    assert "The DPoP proof JWT header is missing." in str(error)
