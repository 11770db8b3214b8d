"""The vendors' own host names lead to the sandbox through its proxy, for our modules and for anybody else."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest
import requests
from ansible_collections.okta_iru.attestation.plugins.modules import iru_device_info, iru_tag_info

from tests.integration.iru_module import run
from tests.sandbox_process import SandboxProcess

IRU_HOSTS = ["attest.api.kandji.io", "attest.api.eu.kandji.io", "attest.api.iru.com"]


@pytest.fixture
def proxied(sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch) -> SandboxProcess:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, sandbox.ready["proxy_url"])
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    return sandbox


@pytest.mark.parametrize("host", IRU_HOSTS)
def test_every_address_of_iru(proxied: SandboxProcess, host: str) -> None:
    assert run(proxied, iru_tag_info, url=f"https://{host}")["tags"]
    proxied.settings(iru={"page_limit": 10})
    assert len(run(proxied, iru_device_info, url=f"https://{host}")["devices"]) == 25


def test_an_okta_org(proxied: SandboxProcess) -> None:
    proxied.settings(okta={"link_host": "attest.okta.com"})
    headers, ca_file = {"Authorization": f"SSWS {proxied.ready['okta_token']}"}, proxied.ready["ca_file"]
    first = requests.get("https://attest.okta.com/api/v1/users?limit=1", headers=headers, verify=ca_file, timeout=30)
    second = requests.get(first.links["next"]["url"], headers=headers, verify=ca_file, timeout=30)
    assert (first.status_code, second.status_code) == (200, 200) and first.json() != second.json()


@pytest.mark.parametrize("url", ["https://example.com", "https://attest.okta.com:8443", "https://127.0.0.1:1"])
def test_no_other_host_is_reached(proxied: SandboxProcess, url: str) -> None:
    with pytest.raises(requests.exceptions.ProxyError, match="403"):
        requests.get(url, timeout=30)


def test_what_is_no_tunnel_is_refused(sandbox: SandboxProcess) -> None:
    proxy = urlsplit(sandbox.ready["proxy_url"])
    for sent in (b"GET http://attest.okta.com/ HTTP/1.1\r\n\r\n", b"nonsense\r\n\r\n"):
        with socket.create_connection((proxy.hostname, proxy.port), timeout=10) as connection:
            connection.sendall(sent)
            assert connection.recv(100).startswith(b"HTTP/1.1 403 ")
    with socket.create_connection((proxy.hostname, proxy.port), timeout=10) as connection:
        connection.sendall(b"x" * 100_000)
        assert connection.recv(100) == b""
