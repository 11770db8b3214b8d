"""Our SCEP client against micromdm's server (Debian package scep), which shares no code with ours.

It answers with single DES, SHA-1 and octet strings in pieces; nothing else at hand exercises those.
"""

from __future__ import annotations

import datetime
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep import ScepClient
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_ca import describe, is_issued_by, validity
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_http import http_fetch
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_request import (
    EnrolmentRefused,
    require_certificate,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task, execute
from ansible_collections.okta_iru.attestation.plugins.modules import scep_probe

from tests.interop.programs import private_network, require_program

PORT = 18080  # free in a network of its own
SUBJECT = [[["O", "Lab"]], [["CN", "C02ABC123"]]]

# Accepts a challenge if a file of its name exists, and removes the file. The PKCS#10 request comes on stdin.
ONE_TIME = """#!/bin/sh
challenge=$({openssl} req -inform der -noout -text | sed -n 's/^ *challengePassword *://p' | tr -d ' ')
[ -n "$challenge" ] && [ -f "{folder}/$challenge" ] && rm "{folder}/$challenge"
"""

Serve = Callable[..., ScepClient]


@pytest.fixture(scope="module")
def depot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = require_program("scepserver")
    folder = tmp_path_factory.mktemp("micromdm") / "depot"
    command = [program, "ca", "-init", "-depot", folder, "-organization", "LabCA", "-keySize", "2048", "-years", "5"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return folder


@pytest.fixture
def serve(depot: Path) -> Iterator[Serve]:
    """Starts the server with more arguments and gives a client for it."""
    with ExitStack() as stack:
        stack.enter_context(private_network())

        def start(*arguments: str) -> ScepClient:
            command = [require_program("scepserver"), "-depot", str(depot), "-port", str(PORT), "-allowrenew", "0"]
            server = stack.enter_context(
                subprocess.Popen([*command, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            )
            stack.callback(server.kill)
            _wait_for(server)
            return ScepClient(http_fetch(f"http://127.0.0.1:{PORT}/scep", timeout=20))

        yield start


def _wait_for(server: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert server.poll() is None, f"scepserver ended with status {server.returncode}"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", PORT)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("scepserver does not listen")


def test_capabilities_and_ca_certificate(serve: Serve) -> None:
    client = serve("-challenge", "s3cret")
    assert {"AES", "SHA-256", "POSTPKIOperation"} <= set(client.capabilities.names)
    assert (client.capabilities.cipher, client.capabilities.digest) == ("aes128", "sha256")
    assert client.ca_content_type == ""  # nothing asked yet
    [certificate] = client.ca.certificates
    assert client.ca_content_type == "application/x-x509-ca-cert"
    assert client.ca.role(certificate) == "root"
    assert "LabCA" in describe(certificate)["subject"]


def test_enrols_with_the_right_static_challenge(serve: Serve) -> None:
    client = serve("-challenge", "s3cret")
    answer = client.request(SUBJECT, "s3cret")
    certificate = require_certificate(answer)
    assert (answer.cipher, answer.digest) == ("des", "sha1")
    assert is_issued_by(certificate, client.ca.chain[-1])
    assert certificate.subject.rfc4514_string() == "CN=C02ABC123,O=Lab"
    not_before, not_after = validity(certificate)
    assert not_after - not_before == datetime.timedelta(days=365)


@pytest.mark.parametrize("challenge", ["wrong", "", None], ids=["wrong", "empty", "missing"])
def test_refuses_a_challenge_that_is_not_the_right_one(serve: Serve, challenge: str | None) -> None:
    answer = serve("-challenge", "s3cret").request(SUBJECT, challenge)
    assert (answer.status, answer.fail_info, answer.certificate) == ("failure", "badRequest", None)
    with pytest.raises(EnrolmentRefused, match="badRequest") as error:
        require_certificate(answer)
    assert error.value.details == {"fail_info": "badRequest"}


def test_the_module_probes_and_enrols(serve: Serve) -> None:
    serve("-challenge", "s3cret")
    options = {name: spec.get("default") for name, spec in scep_probe.SPEC.options.items()}
    options |= {"url": f"http://127.0.0.1:{PORT}/scep", "challenge": "s3cret", "enroll": True}
    result = execute(scep_probe.run, Task(options))
    assert not result.get("failed"), result
    assert result["wrong_challenge"] == {"refused": True, "fail_info": "badRequest", "status": 200}
    assert result["enrolment"]["days"] in (364, 365)
    assert "s3cret" not in str(result)
    refused = execute(scep_probe.run, Task({**options, "challenge": "other"}))
    assert refused["failure"] == {"kind": "EnrolmentRefused", "fail_info": "badRequest"}


def test_one_time_challenge_is_good_once(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "once").touch()
    verifier = tmp_path / "verifier.sh"
    verifier.write_text(ONE_TIME.format(folder=tmp_path, openssl=require_program("openssl")))
    verifier.chmod(0o755)
    client = serve("-csrverifierexec", str(verifier))
    assert client.request(SUBJECT, "once").status == "success"
    assert client.request(SUBJECT, "once").fail_info == "badRequest"
