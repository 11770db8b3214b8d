"""What the tests with one SDK share: a sandbox of their own, and a client of its tenant or org."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox_process import SandboxProcess


@pytest.fixture(scope="session")
def iru_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("irusdk"), "--fleet", "8", "--windows", "1") as process:
        yield process


@pytest.fixture
def iru_sandbox(iru_process: SandboxProcess) -> SandboxProcess:
    iru_process.reset()
    iru_process.settings(iru={"rate_limit_second": 10_000})  # these clients do not wait when they are told to
    return iru_process


@pytest.fixture
def iru_client(iru_sandbox: SandboxProcess) -> Iterator[Any]:
    irusdk = pytest.importorskip("irusdk", reason="irusdk is not installed; it is in requirements-test.txt")
    config = irusdk.IruConfig(verify=iru_sandbox.ready["ca_file"], max_retries=0)
    with irusdk.IruClient(iru_sandbox.ready["iru_url"], iru_sandbox.ready["iru_token"], config=config) as made:
        yield made


@pytest.fixture(scope="session")
def okta_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("okta-sdk"), "--fleet", "8", "--windows", "1") as started:
        yield started


@pytest.fixture
def sandbox(okta_process: SandboxProcess) -> SandboxProcess:
    okta_process.reset()
    return okta_process


@pytest.fixture
def client(sandbox: SandboxProcess) -> Any:
    from tests.contract.okta_sdk import connect  # noqa: PLC0415 - the SDK is not there in every environment

    return connect(sandbox, {"token": sandbox.ready["okta_token"]})
