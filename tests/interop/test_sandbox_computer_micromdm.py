"""The simulated Mac's own SCEP client against micromdm's server (Debian package scep).

The sandbox's CA and computers share a codec; a server of other people shows that the computers speak SCEP, no dialect.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.computers import payload, scep
from tests.interop.programs import private_network, require_program

PORT = 18081  # free in a network of its own
CHALLENGE = "right-secret"


@pytest.fixture(scope="module")
def depot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("micromdm") / "depot"
    command = [require_program("scepserver"), "ca", "-init", "-depot", folder, "-keySize", "2048"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return folder


@pytest.fixture
def server(depot: Path) -> Iterator[None]:
    command = [require_program("scepserver"), "-depot", depot, "-port", str(PORT), "-challenge", CHALLENGE]
    quiet = subprocess.DEVNULL
    with private_network(), subprocess.Popen([*command, "-allowrenew", "0"], stdout=quiet, stderr=quiet) as process:
        _wait()
        yield
        process.terminate()


def _wait() -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", PORT), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def enroll(challenge: str) -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
    settings = {
        "URL": f"http://127.0.0.1:{PORT}/scep", "Challenge": challenge, "Key Usage": 1,
        "Subject": [[["O", "Lab"]], [["CN", "%SerialNumber%"]]],
    }  # fmt: skip
    request = payload.scep_request(settings, {"SerialNumber": "C02ABC123"})
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return asyncio.run(scep.enroll(request, key, ssl.create_default_context())), key


def test_the_right_secret_brings_a_certificate(server: None) -> None:
    certificate, key = enroll(CHALLENGE)
    assert certificate.public_key() == key.public_key()
    assert certificate.subject.rfc4514_string() == "CN=C02ABC123,O=Lab"


def test_a_wrong_secret_is_refused(server: None) -> None:
    with pytest.raises(scep.ScepFailure, match="refused the request: badRequest"):
        enroll("wrong-secret")
