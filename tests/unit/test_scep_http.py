"""The SCEP client's HTTP against real sockets on loopback."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _scep_http
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import (
    BadAnswer,
    InvalidInput,
    OutcomeUnknown,
    Unreachable,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_http import MAX_ANSWER, http_fetch
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.unit.http_service import Answer, http_service
from tests.unit.scep_identities import key, name

SECRET = "canary-4711"


def test_a_request_is_sent_as_it_is() -> None:
    answers = [
        Answer(200, b"AES", {"Content-Type": "text/plain"}),
        Answer(302, b"", {"Location": "http://127.0.0.1:1/"}),
    ]
    with http_service(*answers) as service:
        fetch = http_fetch(f"{service.url}/scep?ca=a")
        assert fetch("GET", {"operation": "GetCACaps", "message": "a+b/="}, None) == (200, "text/plain", b"AES")
        assert fetch("POST", {"operation": "PKIOperation"}, b"\x30\x00").status == 302  # and not followed
    assert service.methods() == ["GET", "POST"]
    assert service.paths() == [
        "/scep?ca=a&operation=GetCACaps&message=a%2Bb%2F%3D",
        "/scep?ca=a&operation=PKIOperation",
    ]
    assert service.asked[1][2]["Content-Type"] == "application/x-pki-message"
    assert service.asked[1][3] == b"\x30\x00"


def test_credentials_go_out_as_http_basic_and_only_if_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setattr(_scep_http, "is_loopback", lambda url: False)
    monkeypatch.setenv("NO_PROXY", "*")
    with http_service(Answer(), Answer()) as service:
        http_fetch(service.url, credentials=("okta-ABCDEF", "pässword"))("GET", {}, None)
        http_fetch(service.url)("GET", {}, None)
    assert service.asked[0][2]["Authorization"] == f"Basic {base64.b64encode('okta-ABCDEF:pässword'.encode()).decode()}"
    assert "Authorization" not in service.asked[1][2]


def test_loopback_is_asked_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with http_service(Answer(200, b"x")) as service:
        assert http_fetch(service.url)("GET", {}, None).content == b"x"


def test_an_endless_answer_is_not_read() -> None:
    with http_service(Answer(200, b"x" * (MAX_ANSWER + 1))) as service, pytest.raises(BadAnswer, match="more than"):
        http_fetch(service.url)("GET", {}, None)


@pytest.mark.parametrize("answer", [Answer(close=True), Answer(200, b"x" * 100, cut=10)], ids=["closed", "cut"])
def test_a_broken_answer_to_a_post_leaves_the_outcome_unknown(answer: Answer) -> None:
    with http_service(answer) as service, pytest.raises(OutcomeUnknown, match="may have been issued") as error:
        http_fetch(service.url)("POST", {"operation": "PKIOperation"}, SECRET.encode())
    assert SECRET not in error.value.message


def test_a_broken_answer_to_a_get_is_told_without_the_query() -> None:
    with http_service(Answer(close=True)) as service, pytest.raises(Unreachable, match="cannot be reached") as error:
        http_fetch(service.url)("GET", {"operation": "PKIOperation", "message": SECRET}, None)
    assert SECRET not in error.value.message


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_host_that_does_not_listen_is_unreachable(method: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but not listening
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/scep"
        with pytest.raises(Unreachable, match="refused"):
            http_fetch(url)(method, {"message": SECRET}, b"" if method == "POST" else None)


def test_an_unknown_host_is_unreachable() -> None:
    with pytest.raises(Unreachable, match=r"https://nowhere\.invalid/scep cannot be reached"):
        http_fetch("https://nowhere.invalid/scep", timeout=5)("GET", {"message": SECRET}, None)


# --- TLS ---


@pytest.fixture(scope="module")
def tls_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """server.pem (certificate and key for 127.0.0.1), ca.pem (the same certificate) and other.pem (another one)."""
    folder = tmp_path_factory.mktemp("tls")
    for file, number in (("ca.pem", 6), ("other.pem", 7)):
        now = datetime.datetime.now(datetime.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name("localhost"))
            .issuer_name(name("localhost"))
            .public_key(key(number).public_key())
            .serial_number(number)
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
            .sign(key(number), hashes.SHA256())
        )
        (folder / file).write_bytes(certificate.public_bytes(Encoding.PEM))
    private = key(6).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.pem").write_bytes((folder / "ca.pem").read_bytes() + private)
    return folder


@pytest.fixture
def tls_url(tls_files: Path) -> Iterator[str]:
    """A TLS service that answers every connection once with the capability AES."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls_files / "server.pem")
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            raw, _ = listener.accept()
            raw.settimeout(10)
            with context.wrap_socket(raw, server_side=True) as connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nAES")
        except OSError:  # the client did not trust us
            pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{listener.getsockname()[1]}/scep"
    listener.close()
    thread.join(timeout=10)


def test_ca_file_wins_over_the_environment(tls_url: str, tls_files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_scep_http, "is_loopback", lambda url: False)
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls_files / "other.pem"))
    assert http_fetch(tls_url, ca_file=str(tls_files / "ca.pem"))("GET", {}, None).content == b"AES"


@pytest.mark.parametrize("ca_file", [None, "other.pem"])
def test_an_untrusted_certificate_is_told_and_nothing_sent(tls_url: str, tls_files: Path, ca_file: str | None) -> None:
    fetch = http_fetch(tls_url, ca_file=str(tls_files / ca_file) if ca_file else None)
    with pytest.raises(Unreachable, match=r"not trusted .*ca_file"):
        fetch("POST", {}, b"x")


def test_a_missing_ca_file_is_told_before_anything_is_sent() -> None:
    with pytest.raises(InvalidInput, match="does not exist"):
        http_fetch("https://127.0.0.1:1/scep", ca_file="/nonexistent/ca.pem")
