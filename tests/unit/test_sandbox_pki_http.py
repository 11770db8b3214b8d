"""The HTTP side of Okta's certificate authority in the sandbox: paths, content types, limits, one-time challenges."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Mapping
from urllib.parse import quote

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from multidict import CIMultiDictProxy

from sandbox import okta, pki
from sandbox.codec import cms
from sandbox.control import control_app
from sandbox.pki import ca
from sandbox.web import service_app
from sandbox.world import World
from tests.unit.sandbox_pki_requester import Requester, new_world

_PASSWORD = re.compile(r"challenge password is: <B> ([A-Za-z0-9_-]{32}) </B>")


class Answer:
    """What came back."""

    def __init__(self, status: int, headers: CIMultiDictProxy[str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


class Service:
    """The service of one world; each request starts it anew, which costs a millisecond."""

    def __init__(self) -> None:
        self.world: World = new_world()
        self.world.runtime.origins = {"okta": "https://okta.example", "scep_http": "http://okta.example"}
        self.ready: Mapping[str, str] = pki.ready_fields(self.world)

    def path(self, field: str) -> str:
        return self.ready[field].removeprefix("https://okta.example")

    def request(self, method: str, path: str, *, data: bytes = b"", authorization: str | None = None) -> Answer:
        async def exchange() -> Answer:
            app: web.Application = service_app(self.world, "okta", pki.routes(self.world), okta.middlewares(self.world))
            headers = {"Authorization": authorization} if authorization else {}
            async with (
                TestClient(TestServer(app)) as client,
                client.request(method, path, data=data, headers=headers) as got,
            ):
                return Answer(got.status, got.headers, await got.read())

        return asyncio.run(exchange())

    def scep(self, operation: str, method: str = "GET", *, data: bytes = b"", more: str = "") -> Answer:
        return self.request(method, f"{self.path('scep_url')}?operation={operation}{more}", data=data)

    def challenge(self, authorization: str | None) -> Answer:
        return self.request("GET", self.path("scep_challenge_url"), authorization=authorization)


def basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def requester(service: Service) -> Requester:
    return Requester(challenge=service.ready["scep_challenge"])


def test_what_the_console_shows(service: Service) -> None:
    ready = service.ready
    ids = r"[0-9A-F]{40}", r"rac[A-Za-z0-9]{17}"
    assert re.fullmatch(r"https://okta\.example/pki/{}/scep/{}".format(*ids), ready["scep_url"])
    assert re.fullmatch(
        r"https://okta\.example/api/v1/certificateAuthorities/{}/registrationAuthorities/{}/challenge".format(*ids),
        ready["scep_challenge_url"],
    )
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", ready["scep_challenge"])
    assert re.fullmatch(r"okta-[A-Z]{6}", ready["scep_username"])


def test_capabilities(service: Service) -> None:
    answer = service.scep("GetCACaps")
    assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (200, "text/plain")
    capabilities = answer.body.decode().split("\n")
    assert {"POSTPKIOperation", "SHA-256", "SHA-384", "AES", "DES3"} <= set(capabilities)
    assert "Renewal" not in capabilities


def test_ca_certificates(service: Service) -> None:
    answer = service.scep("GetCACert", more="&message=anything")
    assert answer.headers["Content-Type"] == "application/x-x509-ca-ra-cert"
    assert cms.read_certs_only(answer.body)[0] == ca.authority(service.world, "registration").certificate


def test_enrolment_by_post(service: Service, requester: Requester) -> None:
    answer = service.scep("PKIOperation", "POST", data=requester.message(service.world))
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/x-pki-message")
    assert requester.issued(answer.body)[0].subject == requester.subject()


@pytest.mark.parametrize("safe", ["", "+/="], ids=["encoded", "plus left as it is"])
def test_enrolment_by_get(service: Service, requester: Requester, safe: str) -> None:
    message = quote(base64.b64encode(requester.message(service.world)), safe=safe)
    answer = service.scep("PKIOperation", more="&message=" + message)
    assert answer.status == 200
    requester.issued(answer.body)


@pytest.mark.parametrize(
    ("operation", "method", "more"),
    [
        ("PKIOperation", "POST", ""),
        ("PKIOperation", "GET", ""),
        ("PKIOperation", "GET", "&message=%%%"),
        ("PKIOperation", "GET", "&message=aGVsbG8="),
        ("GetNextCACert", "GET", ""),
        ("", "GET", ""),
        ("GetCACaps", "POST", ""),
    ],
)
def test_what_is_not_understood_is_a_plain_server_error(
    service: Service, operation: str, method: str, more: str
) -> None:
    answer = service.scep(operation, method, more=more)
    assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (500, "text/plain")


def test_garbage_may_be_told_otherwise(service: Service) -> None:
    service.world.data["pki"]["settings"]["garbage_status"] = 400
    assert service.scep("PKIOperation", "POST", data=b"hello").status == 400


def test_other_authorities_are_not_found(service: Service) -> None:
    for field in ("scep_url", "scep_challenge_url"):
        path = service.path(field)
        for own in (service.world.data["pki"]["ca_id"], service.world.data["pki"]["ra_id"]):
            other = own[:-1] + ("A" if own[-1] != "A" else "B")
            assert service.request("GET", path.replace(own, other)).status == 404


def test_resetting_the_secret_by_the_control_api(service: Service, requester: Requester) -> None:
    async def exchange() -> str:
        app, headers = control_app(service.world, "control-token"), {"Authorization": "Bearer control-token"}
        async with TestClient(TestServer(app)) as client:
            answer = await client.post("/control/okta/reset-secret", headers=headers)
            return str((await answer.json())["scep_challenge"])

    secret = asyncio.run(exchange())
    old = service.scep("PKIOperation", "POST", data=requester.message(service.world))
    assert cms.read_pki_message(old.body).attributes.fail_info == 2
    assert pki.ready_fields(service.world)["scep_challenge"] == secret != service.ready["scep_challenge"]


def test_throttling_when_switched_on(service: Service, requester: Requester) -> None:
    service.world.data["pki"]["settings"]["requests_per_minute"] = 2
    message = requester.message(service.world)
    assert [service.scep("PKIOperation", "POST", data=message).status for _ in range(3)] == [200, 200, 429]
    assert service.scep("GetCACaps").status == 200
    assert len(ca.issued(service.world)) == 2


def test_a_challenge_that_was_fetched_enrols_once(service: Service) -> None:
    answer = service.challenge(basic(service.ready["scep_username"], service.ready["scep_password"]))
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=windows-1252")
    found = _PASSWORD.search(answer.body.decode("windows-1252"))
    assert found
    requester = Requester(challenge=found[1])
    requester.issued(service.scep("PKIOperation", "POST", data=requester.message(service.world)).body)
    second = service.scep("PKIOperation", "POST", data=requester.message(service.world))
    assert (second.status, cms.read_pki_message(second.body).attributes.pki_status) == (200, 2)


@pytest.mark.parametrize(("username", "password"), [("", "wrong"), ("wrong", ""), ("wrong", "wrong")])
def test_challenges_need_both_credentials(service: Service, username: str, password: str) -> None:
    header = basic(username or service.ready["scep_username"], password or service.ready["scep_password"])
    answer = service.challenge(header)
    assert (answer.status, answer.body) == (401, b"")
    assert service.world.data["pki"]["challenges"] == {}


def test_challenges_spend_their_bucket(service: Service) -> None:
    service.world.data["okta"]["settings"]["rate_limits"] = {"/api/v1/certificateAuthorities": 2}
    header = basic(service.ready["scep_username"], service.ready["scep_password"])
    answers = [service.challenge(header) for _ in range(3)]
    assert [(each.status, each.headers["X-Rate-Limit-Remaining"]) for each in answers] == [
        (200, "1"),
        (200, "0"),
        (429, "0"),
    ]
    assert len(service.world.data["pki"]["challenges"]) == 2


def test_challenges_are_not_served_without_tls(service: Service) -> None:
    assert [route.path for route in pki.scep_routes(service.world)] == ["/pki/{ca_id}/scep/{ra_id}"] * 2


@pytest.mark.parametrize("authorization", [None, "SSWS 00abc", "Basic !!!", "Basic", "Basic aGVsbG8="])
def test_challenges_need_basic_authentication(service: Service, authorization: str | None) -> None:
    assert service.challenge(authorization).status == 401
