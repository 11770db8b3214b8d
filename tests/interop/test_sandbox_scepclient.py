"""Debian's ``scepclient`` (micromdm, written in Go) enrols with the sandbox's certificate authority."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.interop.programs import require_program
from tests.interop.sandbox_pki import assert_issued, fetch_challenge, issued, reset_secret
from tests.sandbox_process import SandboxProcess


def enrol(
    sandbox: SandboxProcess, url: str, challenge: str, folder: Path, *, trusting: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run ``scepclient`` in a new folder: it takes a csr.pem that it finds for its own, old challenge and all."""
    folder.mkdir()
    command = [
        require_program("scepclient"), "-server-url", url, "-challenge", challenge, "-cn", "C02XG0AAJGH5",
        "-organization", "Example", "-ou", "Mac", "-country", "SE", "-keySize", "2048",
        "-private-key", "key.pem", "-certificate", "certificate.pem",
    ]  # fmt: skip
    environment = {**os.environ, **({"SSL_CERT_FILE": sandbox.ready["ca_file"]} if trusting else {})}
    return subprocess.run(
        command, cwd=folder, env=environment, timeout=60, check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


@pytest.mark.parametrize("url", ["scep_url", "scep_http_url"], ids=["TLS", "plain"])
def test_enrols_with_the_secret(sandbox: SandboxProcess, tmp_path: Path, url: str) -> None:
    folder = tmp_path / "mac"
    done = enrol(sandbox, sandbox.ready[url], sandbox.ready["scep_challenge"], folder)
    assert done.returncode == 0, done.stdout
    assert_issued(sandbox, folder / "certificate.pem", "CN=C02XG0AAJGH5,OU=Mac,O=Example,C=SE")


@pytest.mark.parametrize("url", ["scep_url", "scep_http_url"], ids=["TLS", "plain"])
def test_is_refused_without_it(sandbox: SandboxProcess, tmp_path: Path, url: str) -> None:
    refused(enrol(sandbox, sandbox.ready[url], "wrong", tmp_path / "mac"), tmp_path / "mac")
    assert issued(sandbox) == []


def refused(done: subprocess.CompletedProcess[str], folder: Path) -> None:
    assert done.returncode == 1
    assert "badRequest" in done.stdout
    assert not (folder / "certificate.pem").exists()


def test_tells_when_it_does_not_trust_the_server(sandbox: SandboxProcess, tmp_path: Path) -> None:
    """The TLS tests would prove nothing if the client took any server."""
    secret = sandbox.ready["scep_challenge"]
    done = enrol(sandbox, sandbox.ready["scep_url"], secret, tmp_path / "mac", trusting=False)
    assert done.returncode == 1
    assert "certificate signed by unknown authority" in done.stdout


def test_a_reset_secret_no_longer_works(sandbox: SandboxProcess, tmp_path: Path) -> None:
    secret = reset_secret(sandbox)
    url = sandbox.ready["scep_url"]
    refused(enrol(sandbox, url, sandbox.ready["scep_challenge"], tmp_path / "old"), tmp_path / "old")
    assert enrol(sandbox, url, secret, tmp_path / "new").returncode == 0


def test_a_one_time_challenge_works_once(sandbox: SandboxProcess, tmp_path: Path) -> None:
    challenge = fetch_challenge(sandbox)
    url = sandbox.ready["scep_url"]
    assert enrol(sandbox, url, challenge, tmp_path / "first").returncode == 0
    refused(enrol(sandbox, url, challenge, tmp_path / "second"), tmp_path / "second")
    assert len(issued(sandbox)) == 1


def test_a_certificate_that_nobody_uses_is_revoked(sandbox: SandboxProcess, tmp_path: Path) -> None:
    """No FastPass sign-in presents it, and the clock that ticks move is the one that counts the 90 days."""
    done = enrol(sandbox, sandbox.ready["scep_url"], sandbox.ready["scep_challenge"], tmp_path / "mac")
    assert done.returncode == 0, done.stdout
    sandbox.tick(89 * 24 * 60)
    assert revocations(sandbox) == [None]
    sandbox.tick(24 * 60)
    assert revocations(sandbox) != [None]


def revocations(sandbox: SandboxProcess) -> list[str | None]:
    return [record["revoked_at"] for record in sandbox.state()["pki"]["issued"].values()]
