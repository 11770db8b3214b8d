"""strongSwan's ``pki --scepca`` and ``pki --scep`` (written in C) enrol with the sandbox's certificate authority."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.interop.programs import did_not_run, require_program
from tests.interop.sandbox_pki import assert_issued, fetch_challenge, issued
from tests.sandbox_process import SandboxProcess

TRUST_STORE = Path("/etc/ssl/certs/ca-certificates.crt")
_WITH_TRUST = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'


class Computer:
    """A folder with a key and the CA certificates that ``pki --scepca`` fetched, and ``pki`` run in it."""

    def __init__(self, sandbox: SandboxProcess, folder: Path, *, tls: bool) -> None:
        self.folder = folder
        self.url = sandbox.ready["scep_url" if tls else "scep_http_url"]
        self.prefix = _trusting(sandbox.ready["ca_file"]) if tls else []
        self.run("--scepca", "--url", self.url, "--caout", "ca.der", "--raout", "ra.der").check_returncode()
        key = self.run("--gen", "--type", "rsa", "--size", "2048", "--outform", "der")
        (folder / "key.der").write_bytes(key.stdout)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        command = [*self.prefix, require_program("pki"), *arguments]
        return subprocess.run(command, cwd=self.folder, capture_output=True, timeout=60, check=False)

    def enrol(self, challenge: str, cipher: str) -> subprocess.CompletedProcess[bytes]:
        """Ask for a certificate; on success it is in certificate.pem."""
        done = self.run(
            "--scep", "--url", self.url, "--in", "key.der", "--dn", "C=SE, O=Example, CN=C02XG0AAJGH5",
            "--password", challenge, "--cipher", cipher, "--digest", "sha256", "--outform", "pem",
            "--cacert-enc", "ra.der", "--cacert-sig", "ca-1.der", "--cacert", "ca.der",
        )  # fmt: skip
        (self.folder / "certificate.pem").write_bytes(done.stdout)
        return done


def _trusting(tls_ca: str) -> list[str]:
    """A command that runs another one with the sandbox's TLS CA in place of the machine's trust store.

    ``pki`` cannot be told a trust anchor for https, so it gets a view of the file system of its own.
    """
    unshare = shutil.which("unshare") or did_not_run("the program unshare is missing; on Debian: util-linux")
    if not TRUST_STORE.exists():
        did_not_run(f"{TRUST_STORE} is missing; on Debian: apt-get install ca-certificates")
    prefix = [unshare, "--map-root-user", "--mount", "sh", "-c", _WITH_TRUST, "sh", tls_ca, str(TRUST_STORE)]
    tried = subprocess.run([*prefix, "true"], capture_output=True, text=True, check=False)
    return prefix if tried.returncode == 0 else did_not_run(f"no mount namespace can be made: {tried.stderr.strip()}")


@pytest.fixture(params=[False, True], ids=["plain", "TLS"])
def computer(sandbox: SandboxProcess, tmp_path: Path, request: pytest.FixtureRequest) -> Computer:
    folder = tmp_path / "computer"
    folder.mkdir()
    return Computer(sandbox, folder, tls=request.param)


@pytest.mark.parametrize("cipher", ["des3", "aes"])
def test_enrols_with_the_secret(sandbox: SandboxProcess, computer: Computer, cipher: str) -> None:
    done = computer.enrol(sandbox.ready["scep_challenge"], cipher)
    assert done.returncode == 0, done.stderr.decode()
    assert_issued(sandbox, computer.folder / "certificate.pem", "CN=C02XG0AAJGH5,O=Example,C=SE")


@pytest.mark.parametrize("cipher", ["des3", "aes"])
def test_is_refused_without_it(sandbox: SandboxProcess, computer: Computer, cipher: str) -> None:
    refused(computer.enrol("wrong", cipher))
    assert issued(sandbox) == []


def refused(done: subprocess.CompletedProcess[bytes]) -> None:
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"badRequest" in done.stderr


def test_a_one_time_challenge_works_once(sandbox: SandboxProcess, computer: Computer) -> None:
    challenge = fetch_challenge(sandbox)
    assert computer.enrol(challenge, "aes").returncode == 0
    refused(computer.enrol(challenge, "aes"))
    assert len(issued(sandbox)) == 1


def test_it_trusts_the_registration_authority_by_its_chain(computer: Computer) -> None:
    """``pki --scepca`` itself builds RA, intermediate, root, and writes what it found."""
    assert {path.name for path in computer.folder.glob("*.der")} == {"ca.der", "ca-1.der", "ra.der", "key.der"}


def test_it_refuses_a_server_that_it_does_not_trust(sandbox: SandboxProcess, tmp_path: Path) -> None:
    """The TLS tests would prove nothing if the client took any server."""
    command = [require_program("pki"), "--scepca", "--url", sandbox.ready["scep_url"], "--caout", "ca.der"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert done.returncode != 0
    assert b"libcurl request failed [60]" in done.stderr  # CURLE_PEER_FAILED_VERIFICATION
    assert not (tmp_path / "ca.der").exists()
