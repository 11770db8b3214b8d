"""Authenticators of the sandbox's Okta org, as recorded of new orgs and of refusals."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.okta_org import Org, in_org

SETTINGS = {"compliance": {"fips": "REQUIRED"}, "userVerification": "REQUIRED", "nonsense": 1}
# What a rule of Okta's own example for managed computers asks for.
CONSTRAINT = {"possession": {"phishingResistant": "REQUIRED", "deviceBound": "REQUIRED"}}


async def verify(org: Org) -> dict[str, Any]:
    _, listed = await org.call("GET", "authenticators")
    return next(each for each in listed if each["key"] == "okta_verify")


async def add_rule(org: Org, device: dict[str, Any] | None = None) -> None:
    _, policy = await org.call("POST", "policies", {"type": "ACCESS_POLICY", "name": "Desktops"})
    method = {"type": "ASSURANCE", "factorMode": "2FA", "constraints": [CONSTRAINT]}
    rule = {"name": "Managed", "type": "ACCESS_POLICY", "actions": {"appSignOn": {"verificationMethod": method}}}
    rule["actions"]["appSignOn"]["access"] = "ALLOW"  # type: ignore[index]
    status, _ = await org.call("POST", f"policies/{policy['id']}/rules", {**rule, "conditions": {"device": device}})
    assert status == 200


def test_listed_by_name_with_their_links() -> None:
    async def scenario(org: Org) -> None:
        _, listed = await org.call("GET", "authenticators")
        assert [(each["name"], each["status"]) for each in listed] == [
            ("Email", "ACTIVE"), ("Okta Verify", "ACTIVE"), ("Password", "ACTIVE"), ("Phone", "INACTIVE"),
            ("Security Key or Biometric", "INACTIVE"), ("Security Question", "ACTIVE"),
        ]  # fmt: skip
        keys = ["type", "id", "key", "status", "name", "created", "lastUpdated", "settings", "_links"]
        assert list(listed[1]) == keys
        assert [list(each["_links"]) for each in listed[:4]] == [
            ["self", "deactivate", "methods"],
            ["self", "deactivate", "methods", "enroll"],
            ["self", "methods"],
            ["self", "activate", "methods"],
        ]
        assert "settings" not in listed[4]
        assert await org.call("GET", f"authenticators/{listed[1]['id']}") == (200, listed[1])
        status, body = await org.call("GET", "authenticators/autX")
        assert (status, body["errorSummary"]) == (404, "Not found: Resource not found: autX (Authenticator)")

    in_org(scenario)


def test_put_replaces_the_settings() -> None:
    async def scenario(org: Org) -> None:
        found = await verify(org)
        path = f"authenticators/{found['id']}"
        body = {"id": found["id"], "key": "okta_verify", "name": "Okta Verify", "type": "app", "settings": SETTINGS}
        status, put = await org.call("PUT", path, {**body, "status": "INACTIVE"})
        assert (status, put["status"], put["_links"]) == (200, "ACTIVE", found["_links"])
        default = {"channelBinding": {"style": "NUMBER_CHALLENGE", "required": "NEVER"}, "appInstanceId": ""}
        asked = {"compliance": {"fips": "REQUIRED"}, "userVerification": "REQUIRED"}
        assert put["settings"] == {**asked, **default, "userVerificationMethods": ["PIN", "BIOMETRICS"]}
        assert (await org.call("PUT", path, {**body, "settings": {}}))[1]["settings"] == found["settings"]
        org.data["settings"].update(authenticator_put_merges=True, enrollment_security_level=True)
        await org.call("PUT", path, {**body, "settings": {"enrollmentSecurityLevel": "HIGH"}})
        merged = (await org.call("PUT", path, {**body, "settings": asked}))[1]["settings"]
        assert (merged["enrollmentSecurityLevel"], merged["userVerification"]) == ("HIGH", "REQUIRED")

    in_org(scenario)


@pytest.mark.parametrize(
    ("body", "subject"),
    [
        ({"key": "webauthn"}, "key"),
        ({"type": "email"}, "type"),
        ({"settings": []}, "settings"),
        ({"settings": {"userVerification": "MAYBE"}}, "settings"),
        ({"settings": {"userVerificationMethods": []}}, "settings"),
        ({"settings": {"compliance": "REQUIRED"}}, "settings"),
        ({"settings": {"channelBinding": {"required": True}}}, "settings"),
    ],
)
def test_put_refuses(body: dict[str, Any], subject: str) -> None:
    async def scenario(org: Org) -> None:
        path = f"authenticators/{(await verify(org))['id']}"
        status, answer = await org.call("PUT", path, {"key": "okta_verify", **body})
        assert (status, answer["errorSummary"]) == (400, f"Api validation failed: {subject}")

    in_org(scenario)


def test_flexible_okta_verify_wants_the_key_of_a_method() -> None:
    async def scenario(org: Org) -> None:
        org.data["settings"]["flexible_okta_verify"] = True
        path = f"authenticators/{(await verify(org))['id']}"
        assert (await org.call("PUT", path, {"key": "okta_verify"}))[0] == 400
        assert (await org.call("PUT", path, {"key": "okta_verify_fastpass"}))[1]["key"] == "okta_verify"

    in_org(scenario)


def test_methods() -> None:
    async def scenario(org: Org) -> None:
        path = f"authenticators/{(await verify(org))['id']}/methods"
        _, listed = await org.call("GET", path)
        assert [(each["type"], list(each["_links"])) for each in listed] == [
            ("totp", ["self"]), ("push", ["self", "activate"]), ("signed_nonce", ["self", "deactivate"]),
        ]  # fmt: skip
        settings = {"keyProtection": "HARDWARE", "algorithms": ["ES256"]}
        _, put = await org.call("PUT", f"{path}/signed_nonce", {"type": "signed_nonce", "settings": settings})
        assert put["settings"] == {**settings, "showSignInWithOV": "NEVER"}
        assert (await org.call("GET", f"{path}/signed_nonce"))[1] == put
        wrong = (({"type": "totp"}, "E0000001"), ({"settings": {"algorithms": []}}, "E0000001"))
        for body, code in wrong:
            assert (await org.call("PUT", f"{path}/push", body))[1]["errorCode"] == code
        null = {**org.headers, "Content-Type": "application/json"}
        answer = await org.client.put(f"/api/v1/{path}/push", data="null", headers=null)
        assert (answer.status, (await answer.json())["errorCode"]) == (400, "E0000003")
        assert (await org.call("POST", f"{path}/totp/lifecycle/deactivate"))[0] == 400
        assert (await org.call("GET", f"{path}/sms"))[0] == 404

    in_org(scenario)


@pytest.mark.parametrize("device", [{"registered": True}, None])
def test_not_switched_off_while_rules_need_it(device: dict[str, Any] | None) -> None:
    async def scenario(org: Org) -> None:
        path = f"authenticators/{(await verify(org))['id']}"
        await add_rule(org, device)
        for lifecycle in (f"{path}/lifecycle/deactivate", f"{path}/methods/signed_nonce/lifecycle/deactivate"):
            status, body = await org.call("POST", lifecycle)
            assert (status, body["errorSummary"]) == (400, "Api validation failed: Authenticator")
            causes = [each["errorSummary"] for each in body["errorCauses"]]
            assert causes[:-1] == (["App Assurance Policies: Desktops"] if device else [])
            assert causes[-1].endswith("Policy rules: Managed")
        key = next(each for each in org.data["authenticators"].values() if each["key"] == "webauthn")
        assert (await org.call("POST", f"authenticators/{key['id']}/lifecycle/activate"))[1]["status"] == "ACTIVE"
        status, _ = await org.call("POST", f"{path}/methods/signed_nonce/lifecycle/deactivate")
        assert status == (400 if device else 200)

    in_org(scenario)


def test_not_switched_off_while_the_enrolment_policy_enables_it() -> None:
    async def scenario(org: Org) -> None:
        path = f"authenticators/{(await verify(org))['id']}/lifecycle"
        status, body = await org.call("POST", f"{path}/deactivate")
        assert (status, body["errorCode"]) == (403, "E0000148")
        assert body["errorSummary"].endswith(
            '"Device state" must not be set to "registered" in app assurance policies.'
        )
        assert body["errorCauses"] == [{"errorSummary": "Authenticator Enrollment Policies: Default Policy"}]
        org.data["settings"]["enrollment_policy_authenticators"] = []
        _, off = await org.call("POST", f"{path}/deactivate")
        assert (off["status"], "activate" in off["_links"]) == ("INACTIVE", True)
        assert (await org.call("POST", f"{path}/activate"))[1]["status"] == "ACTIVE"
        events = [event["eventType"].rpartition(".")[2] for event in org.data["logs"]]
        assert events == ["deactivate", "activate"]

    in_org(scenario)
