"""What tests of SCEP clients ask of the running sandbox: one-time challenges, the System Log, OpenSSL's opinion."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import requests

from tests.interop.programs import require_program
from tests.sandbox_process import SandboxProcess

_PASSWORD = re.compile(r"challenge password is:\s*<B>\s*([^\s<]+)", re.IGNORECASE)


def fetch_challenge(sandbox: SandboxProcess) -> str:
    """Get a one-time challenge as an MDM server does."""
    ready = sandbox.ready
    credentials = (ready["scep_username"], ready["scep_password"])
    answer = requests.get(ready["scep_challenge_url"], auth=credentials, verify=ready["ca_file"], timeout=10)
    answer.raise_for_status()
    found = _PASSWORD.search(answer.text)
    assert found, answer.text
    return found[1]


def reset_secret(sandbox: SandboxProcess) -> str:
    """Reset the static secret; returns the new one."""
    headers = {"Authorization": f"Bearer {sandbox.ready['control_token']}"}
    url = sandbox.ready["control_url"] + "/control/okta/reset-secret"
    answer = requests.post(url, headers=headers, verify=sandbox.ready["ca_file"], timeout=10)
    answer.raise_for_status()
    return str(answer.json()["scep_challenge"])


def issued(sandbox: SandboxProcess) -> list[dict[str, Any]]:
    """Targets (id = serial, displayName = subject) of the ``pki.cert.issue`` events, read by Okta's API."""
    ready = sandbox.ready
    answer = requests.get(
        f"{ready['okta_url']}/api/v1/logs",
        params={"filter": 'eventType eq "pki.cert.issue"'},
        headers={"Authorization": f"SSWS {ready['okta_token']}"},
        verify=ready["ca_file"],
        timeout=10,
    )
    answer.raise_for_status()
    return [event["target"][0] for event in answer.json()]


def assert_issued(sandbox: SandboxProcess, certificate: Path, subject: str) -> None:
    """The certificate verifies up to the root for client authentication and is the only one that the log tells of."""
    folder, authorities = certificate.parent, sandbox.state()["pki"]["authorities"]
    for name in ("root", "intermediate"):
        (folder / f"{name}.pem").write_text(authorities[name]["certificate"])
    _openssl(
        "verify", "-purpose", "sslclient", "-x509_strict", "-CAfile", folder / "root.pem",
        "-untrusted", folder / "intermediate.pem", certificate,
    )  # fmt: skip
    shown = _openssl("x509", "-in", certificate, "-noout", "-subject", "-serial", "-nameopt", "RFC2253")
    logged = [(target["displayName"], int(target["id"], 16)) for target in issued(sandbox)]
    shown_subject, shown_serial = shown.split("\n")[:2]
    assert shown_subject == f"subject={subject}"
    assert logged == [(subject, int(shown_serial.removeprefix("serial="), 16))]


def _openssl(*arguments: str | Path) -> str:
    done = subprocess.run([require_program("openssl"), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
