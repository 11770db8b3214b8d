"""The whole documented sequence: prediction, convergence, evidence, second runs, drift."""

from __future__ import annotations

import json
import plistlib
from pathlib import Path
from typing import Any

import requests
from cryptography import x509

from tests.ansible_run import AnsibleRun
from tests.integration.playbook import attest, attested, inventory_with, writes_sent, writes_told
from tests.sandbox_process import SandboxProcess

PROFILE = "Okta management attestation"
RULE = "Managed desktop with FastPass"


def okta(sandbox: SandboxProcess, method: str, path: str, body: Any = None) -> Any:
    """One request to the org, as a person at another tool would send it."""
    return _api(sandbox.ready["okta_url"], f"SSWS {sandbox.ready['okta_token']}", sandbox, method, path, json=body)


def iru(sandbox: SandboxProcess, method: str, path: str, **body: Any) -> Any:
    """One request to the tenant."""
    return _api(sandbox.ready["iru_url"], f"Bearer {sandbox.ready['iru_token']}", sandbox, method, path, **body)


def _api(base: str, authorization: str, sandbox: SandboxProcess, method: str, path: str, **body: Any) -> Any:
    session = requests.Session()
    session.trust_env = False
    answer = session.request(
        method,
        base + path,
        headers={"Authorization": authorization},
        verify=sandbox.ready["ca_file"],
        timeout=30,
        **body,
    )
    assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


def policies(sandbox: SandboxProcess) -> dict[str, dict[str, Any]]:
    """App sign-in policies by name."""
    return {one["name"]: one for one in okta(sandbox, "GET", "/api/v1/policies?type=ACCESS_POLICY")}


def rules(sandbox: SandboxProcess) -> list[dict[str, Any]]:
    """Rules of the policy that the playbook makes."""
    policy = policies(sandbox)["Managed desktops"]
    return list(okta(sandbox, "GET", f"/api/v1/policies/{policy['id']}/rules"))


def profile(sandbox: SandboxProcess) -> dict[str, Any]:
    """The custom profile that the playbook makes."""
    listing = iru(sandbox, "GET", "/api/v1/library/custom-profiles")["results"]
    (found,) = [one for one in listing if one["name"] == PROFILE]
    return dict(found)


def computers(sandbox: SandboxProcess) -> list[dict[str, Any]]:
    """The simulated computers."""
    return list(sandbox.state()["computers"]["fleet"].values())


def same_but_for_planned_ids(planned: list[tuple[str, str]], sent: list[tuple[str, str]]) -> bool:
    """Whether both lists tell of the same writes, a planned id standing for exactly one real one."""
    real: dict[str, str] = {}
    for (method, path), (sent_method, sent_path) in zip(planned, sent, strict=True):
        parts, sent_parts = path.split("/"), sent_path.split("/")
        if method != sent_method or len(parts) != len(sent_parts):
            return False
        for part, sent_part in zip(parts, sent_parts, strict=True):
            if part.startswith("planned:"):
                if real.setdefault(part, sent_part) != sent_part:
                    return False
            elif part != sent_part:
                return False
    return len(set(real.values())) == len(real)


def diffs(run: AnsibleRun) -> list[tuple[Any, Any]]:
    """Before and after of each change; titles may hold an id that is only planned yet."""
    found = [task.result["diff"] for task in run.tasks if task.result.get("changed")]
    return [(one["before"], one["after"]) for one in found]


def test_a_check_of_the_first_run_predicts_exactly_its_writes(tmp_path: Path, sandbox: SandboxProcess) -> None:
    checked = attest(tmp_path / "check", sandbox, check=True, diff=True)
    assert writes_sent(sandbox) == []
    run = attest(tmp_path / "run", sandbox, diff=True)
    sent = writes_sent(sandbox)
    assert len(sent) == 7, "profile, three Blueprints, policy, rule, app"
    assert writes_told(run) == sent
    assert same_but_for_planned_ids(writes_told(checked), sent), (writes_told(checked), sent)
    assert checked.changed() == run.changed()
    assert diffs(checked) == diffs(run)


def test_a_second_run_changes_and_sends_nothing(tmp_path: Path, sandbox: SandboxProcess) -> None:
    attested(tmp_path / "first", sandbox)
    for name in ("at once", "after two hours"):
        again = attest(tmp_path / name, sandbox)
        assert again.changed() == [], again.output
        assert writes_sent(sandbox) == []
        sandbox.tick(120)
    identity = profile(sandbox)["profile"]
    attest(tmp_path / "last", sandbox)
    assert profile(sandbox)["profile"] == identity, "a profile that is written anew re-enrols everybody"


def test_enrolled_certificates_are_of_the_org_of_the_device_and_in_the_log(
    tmp_path: Path, sandbox: SandboxProcess
) -> None:
    attested(tmp_path, sandbox)
    sandbox.tick(60)
    sandbox.tick(60)
    enrolled = [(one, certificate) for one in computers(sandbox) for certificate in one["certificates"]]
    assert len(enrolled) == 17
    root, intermediate = _authorities(sandbox)
    intermediate.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)
    events = okta(sandbox, "GET", '/api/v1/logs?limit=1000&filter=eventType eq "pki.cert.issue"')
    assert len(events) == 17
    for computer, kept in enrolled:
        certificate = x509.load_pem_x509_certificate(kept["certificate"].encode())
        certificate.verify_directly_issued_by(intermediate)
        assert certificate.subject.rfc4514_string() == f"CN={computer['serial_number']}"
        serial = f"{certificate.serial_number:x}"
        logged = [one for one in events if serial in str(one).lower()]
        assert len(logged) == 1, f"certificate {serial} stands in {len(logged)} events"
        assert computer["serial_number"] in str(logged[0])


def _authorities(sandbox: SandboxProcess) -> tuple[x509.Certificate, x509.Certificate]:
    from cryptography.hazmat.primitives.serialization import pkcs7  # noqa: PLC0415 - not the collection's own reader

    session = requests.Session()
    session.trust_env = False
    url = f"{sandbox.ready['scep_url']}?operation=GetCACert"
    answer = session.get(url, verify=sandbox.ready["ca_file"], timeout=30)
    found = pkcs7.load_der_pkcs7_certificates(answer.content)
    (root,) = [one for one in found if one.subject == one.issuer]
    issued_by_root = [one for one in found if one.issuer == root.subject and one != root]
    (intermediate,) = [
        one for one in issued_by_root if one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    ]
    return root, intermediate


def test_the_rule_stands_above_the_catch_all_which_is_as_it_was(tmp_path: Path, sandbox: SandboxProcess) -> None:
    before = {
        name: okta(sandbox, "GET", f"/api/v1/policies/{one['id']}/rules") for name, one in policies(sandbox).items()
    }
    attest(tmp_path, sandbox)
    for name, found in before.items():
        assert okta(sandbox, "GET", f"/api/v1/policies/{policies(sandbox)[name]['id']}/rules") == found
    ours = {rule["name"]: rule for rule in rules(sandbox)}
    assert set(ours) == {RULE, "Catch-all Rule"}
    assert ours[RULE]["priority"] < ours["Catch-all Rule"]["priority"]
    assert ours["Catch-all Rule"]["created"] == ours["Catch-all Rule"]["lastUpdated"]
    assert ours["Catch-all Rule"]["actions"]["appSignOn"]["access"] == "ALLOW"
    assert ours[RULE]["conditions"]["device"] == {"registered": True, "managed": True}


def test_the_catch_all_of_a_policy_that_is_there_stays_as_it_is(tmp_path: Path, sandbox: SandboxProcess) -> None:
    okta(sandbox, "POST", "/api/v1/policies", {"name": "Managed desktops", "type": "ACCESS_POLICY", "status": "ACTIVE"})
    sandbox.tick(60)
    (before,) = rules(sandbox)
    attest(tmp_path, sandbox)
    (after,) = [one for one in rules(sandbox) if one["id"] == before["id"]]
    assert json.dumps(after) == json.dumps(before)
    assert [one["name"] for one in sorted(rules(sandbox), key=lambda one: one["priority"])] == [RULE, before["name"]]


def _loosen_rule(sandbox: SandboxProcess) -> None:
    rule = next(one for one in rules(sandbox) if one["name"] == RULE)
    body = {key: value for key, value in rule.items() if key in ("type", "name", "priority", "conditions", "actions")}
    del body["conditions"]["device"]
    policy = policies(sandbox)["Managed desktops"]
    okta(sandbox, "PUT", f"/api/v1/policies/{policy['id']}/rules/{rule['id']}", body)


def _weaken_profile(sandbox: SandboxProcess) -> None:
    found = profile(sandbox)
    content = plistlib.loads(found["profile"].encode())
    content["PayloadContent"][0]["PayloadContent"]["KeyIsExtractable"] = True
    file = ("profile.mobileconfig", plistlib.dumps(content))
    iru(sandbox, "PATCH", f"/api/v1/library/custom-profiles/{found['id']}", files={"file": file})


def _take_off_blueprint(sandbox: SandboxProcess) -> None:
    listing = iru(sandbox, "GET", "/api/v1/blueprints")["results"]
    (sales,) = [one for one in listing if one["name"] == "Sales"]
    body = {"library_item_id": profile(sandbox)["id"]}
    iru(sandbox, "POST", f"/api/v1/blueprints/{sales['id']}/remove-library-item", json=body)


def test_drift_is_shown_and_repaired_with_one_write_each(tmp_path: Path, sandbox: SandboxProcess) -> None:
    """Of each role alone, and one change at a time: test_role_drift.py."""
    attested(tmp_path / "first", sandbox)
    for by_hand in (_weaken_profile, _take_off_blueprint, _loosen_rule):
        by_hand(sandbox)
    checked = attest(tmp_path / "check", sandbox, check=True, diff=True)
    assert [name.rpartition(" : ")[2] for name in checked.changed()] == [
        "Put the SCEP profile into the Library",
        "Assign it to the Blueprints",
        "Have the rule for managed computers",
    ]
    assert all(shown in checked.output for shown in ("KeyIsExtractable", "Sales", "registered"))
    assert writes_sent(sandbox) == []
    repaired = attest(tmp_path / "repair", sandbox)
    assert repaired.changed() == checked.changed()
    assert writes_sent(sandbox) == writes_told(checked)
    assert len(writes_sent(sandbox)) == 3
    assert attest(tmp_path / "again", sandbox).changed() == []


def test_a_wrong_secret_shows_and_the_right_one_mends_it(tmp_path: Path, sandbox: SandboxProcess) -> None:
    wrong = inventory_with(tmp_path, sandbox, scep_challenge="not-the-secret-of-this-platform")
    attest(tmp_path / "wrong", sandbox, inventory=wrong)
    sandbox.tick(60)
    seen = attest(tmp_path / "seen", sandbox, inventory=wrong, arguments=["--tags", "verify"])
    report = seen.only("okta_iru.attestation.verify : Report").result["verify_report"]
    assert len(report["failed"]) == 17
    assert (report["certificates_issued"], report["managed"]) == (0, 0)
    attest(tmp_path / "right", sandbox)
    sandbox.tick(60)
    sandbox.tick(60)
    mended = attest(
        tmp_path / "mended",
        sandbox,
        arguments=["--tags", "verify"],
        variables={"verify_minimum_managed": "80"},
    )
    assert mended.only("okta_iru.attestation.verify : Report").result["verify_report"]["failed"] == []


def test_too_few_managed_macs_fail_where_that_is_asked_for(tmp_path: Path, sandbox: SandboxProcess) -> None:
    attested(tmp_path / "first", sandbox)
    few = attest(
        tmp_path / "few",
        sandbox,
        arguments=["--tags", "verify"],
        variables={"verify_minimum_managed": 50},
        fails=True,
    )
    assert "0 of 17 Macs in scope are managed (0 %), expected 50 %" in " ".join(few.output.split())
