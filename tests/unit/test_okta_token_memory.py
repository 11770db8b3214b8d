"""Tokens that the tasks of one run share: what is used again, what is not, and memory that two processes write."""

from __future__ import annotations

import os
import time

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_token_memory import AccessToken, TokenMemory
from ansible_collections.okta_iru.attestation.plugins.module_utils._secrets import Secrets
from ansible_collections.okta_iru.attestation.plugins.module_utils._shared_memory import SharedMemory, shared
from ansible_collections.okta_iru.attestation.plugins.module_utils._signing_key import SigningKey

from tests.unit.http_service import Answer, http_service
from tests.unit.signing_keys import KEYS, pem
from tests.unit.test_okta_oauth import CHALLENGE, DONE, GRANTED, forms, org

OTHER = Answer(body={"access_token": "at-second", "expires_in": 3600, "token_type": "Bearer"})
ORG, APP, SCOPES = "https://acme.okta.com", "0oa1", ("okta.logs.read", "okta.groups.read")


def key(name: str = "ES256") -> SigningKey:
    return SigningKey.load(pem(KEYS[name]), None, Secrets())


def token(**changes) -> AccessToken:
    given = {"scheme": "Bearer", "token": "at-1", "renew_at": time.monotonic() + 60, "scopes": SCOPES}
    return AccessToken(**{**given, "unknown_scopes": (), "proof_key": None, **changes})


def test_a_later_task_uses_the_token_of_an_earlier_one():
    memory, secrets = SharedMemory(), Secrets()
    with http_service(GRANTED, DONE, DONE) as service:
        for _task in range(2):
            assert org(service, secrets=secrets, memory=memory).get("/api/v1/org") == {"done": True}
        assert service.methods() == ["POST", "GET", "GET"]
        assert "at-123456" not in secrets.scrub("at-123456")


@pytest.mark.parametrize(
    ("answers", "tokens"),
    [
        ([Answer(401, {"errorCode": "E0000011"})], ["at-123456", "at-123456", "at-second", "at-second"]),
        ([Answer(401, b"", {"WWW-Authenticate": CHALLENGE.format("invalid_token", "dead")})], None),
    ],
)
def test_a_token_that_okta_no_longer_accepts_is_not_used_again(answers, tokens):
    memory = SharedMemory()
    with http_service(GRANTED, DONE, *answers, OTHER, DONE, DONE) as service:
        for _task in range(3):
            org(service, memory=memory).get("/api/v1/org")
        used = [headers["Authorization"][7:] for _m, path, headers, _b in service.asked if path == "/api/v1/org"]
        assert used == (tokens or ["at-123456", "at-123456", "at-second", "at-second"])


def test_a_token_about_to_expire_is_not_used_again():
    memory = SharedMemory()
    soon = Answer(body={"access_token": "at-short", "expires_in": 100, "token_type": "Bearer"})
    with http_service(soon, DONE, GRANTED, DONE) as service:
        for _task in range(2):
            org(service, memory=memory).get("/api/v1/org")
        assert len(forms(service)) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"org": "https://other.okta.com"},
        {"client_id": "0oa2"},
        {"key": key("RS256")},
        {"scopes": SCOPES[:1]},
        {"scopes": (*SCOPES, "okta.logs.manage")},
    ],
)
def test_a_token_is_for_the_same_org_app_key_and_scopes_only(other):
    memory = SharedMemory()
    same = {"shared": memory, "org": ORG, "client_id": APP, "key": key(), "scopes": SCOPES}
    TokenMemory(**same).keep_token(token())
    known = TokenMemory(**{**same, "scopes": SCOPES[::-1]}).token(but="")
    assert known is not None
    assert (known.token, known.scopes) == ("at-1", SCOPES)
    assert TokenMemory(**same).token(but="at-1") is None
    assert TokenMemory(**{**same, **other}).token(but="") is None


def test_the_key_for_proofs_goes_with_its_token():
    """Two tasks at once may each have made a key; a token holds with its own only."""
    memory = SharedMemory()
    mine = TokenMemory(memory, ORG, APP, key(), SCOPES)
    first, second = SigningKey.generate(), SigningKey.generate()
    mine.keep_token(token(scheme="DPoP", proof_key=first.pem()))
    mine.keep_proof_key(second, "nonce-1")
    known = mine.token(but="")
    assert known is not None
    assert SigningKey.of_pem(str(known.proof_key)).public_jwk() == first.public_jwk()
    remembered, nonce = TokenMemory(memory, ORG, APP, key(), ("okta.apps.read",)).proof_key() or (None, None)
    assert (remembered and remembered.public_jwk(), nonce) == (second.public_jwk(), "nonce-1")


def test_a_module_process_remembers_nothing():
    assert shared() is None
    alone = TokenMemory(shared(), ORG, APP, key(), SCOPES)
    alone.keep_token(token())
    alone.keep_proof_key(key(), None)
    assert (alone.token(but=""), alone.proof_key()) == (None, None)


def test_memory_is_that_of_forked_processes_too():
    memory = SharedMemory()
    memory.remember("before", {"told": 1})
    child = os.fork()
    if child == 0:
        memory.remember("after", {"told": memory.recall("before")})
        os._exit(0)
    os.waitpid(child, 0)
    assert memory.recall("after") == {"told": {"told": 1}}


def test_what_is_too_large_cut_or_of_another_name_is_not_there(monkeypatch):
    memory = SharedMemory()
    memory.remember("large", {"text": "x" * 20_000})
    assert memory.recall("large") is None
    monkeypatch.setattr(SharedMemory, "_start", staticmethod(lambda name: 0))
    memory.remember("one", {"text": "1"})
    assert (memory.recall("one"), memory.recall("other")) == ({"text": "1"}, None)
    memory._memory[60:62] = b"##"  # another process was writing
    assert memory.recall("one") is None
