"""Custom profiles of the sandbox's Iru tenant: rewrites, new UUIDs, error bodies."""

from __future__ import annotations

import plistlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from sandbox.iru import profiles
from tests.unit.sandbox_iru import Tenant, mobileconfig

PATH = "/library/custom-profiles"
PAYLOAD = {"PayloadType": "com.apple.security.scep", "PayloadIdentifier": "mine.scep", "Text": "$SERIAL_NUMBER ä"}


@pytest.fixture
def tenant() -> Tenant:
    return Tenant(fleet=8, windows=1)


def created(tenant: Tenant, **fields: str) -> dict[str, Any]:
    answer = tenant.upload("POST", PATH, mobileconfig(PAYLOAD), **({"name": "Okta SCEP"} | fields))
    assert answer.status == 201, answer.text
    profile: dict[str, Any] = answer.json
    return profile


def content(profile: dict[str, Any]) -> dict[str, Any]:
    parsed: dict[str, Any] = plistlib.loads(profile["profile"].encode())
    return parsed


def signed(profile: bytes) -> bytes:
    """CMS around the profile, with the content in it."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "signer")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256())
    signature = pkcs7.PKCS7SignatureBuilder().set_data(profile).add_signer(certificate, key, hashes.SHA256())
    return signature.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def test_a_signed_profile_is_refused_or_unwrapped(tenant: Tenant) -> None:
    file = signed(mobileconfig(PAYLOAD))
    assert tenant.upload("POST", PATH, file, name="Signed").status == 400
    tenant.state["settings"]["signed_profiles"] = "unwrapped"
    taken = tenant.upload("POST", PATH, file, name="Signed")
    assert (taken.status, content(taken.json)["PayloadContent"]) == (201, [PAYLOAD])
    assert tenant.upload("POST", PATH, file[:-900], name="Cut").status == 400


def test_create_answers_with_the_recorded_object_and_defaults(tenant: Tenant) -> None:
    profile = created(tenant)
    assert profile["mdm_identifier"] == f"com.kandji.profile.custom.{profile['id']}"
    flags = {name: value for name, value in profile.items() if name.startswith("runs_on_")}
    assert flags == {
        "runs_on_mac": True, "runs_on_iphone": False, "runs_on_ipad": False, "runs_on_tv": False,
        "runs_on_vision": False, "runs_on_android": False, "runs_on_windows": False,
    }  # fmt: skip
    assert profile["active"] is True
    assert profile["created_at"].endswith("Z") and len(profile["created_at"]) == len("2026-01-01T00:00:00.000000Z")


def test_iru_owns_three_top_level_keys_and_keeps_the_rest_verbatim(tenant: Tenant) -> None:
    profile = created(tenant)
    stored = content(profile)
    assert stored["PayloadIdentifier"] == profile["mdm_identifier"]
    assert stored["PayloadDisplayName"] == "Okta SCEP"
    assert stored["PayloadUUID"] == profile["id"]
    assert stored["PayloadContent"] == [PAYLOAD]
    assert (stored["PayloadType"], stored["PayloadVersion"]) == ("Configuration", 1)


_PLIST = st.recursive(
    st.booleans() | st.integers(-(2**62), 2**62) | st.binary(max_size=20) | st.text("aä$%<&'\" \n", max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abKey ", min_size=1, max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)
_WORLD = Tenant(fleet=2, windows=0).world


@given(payload=st.dictionaries(st.text("abKey ", min_size=1, max_size=6), _PLIST, max_size=4))
def test_payloads_survive_every_write_whatever_is_in_them(payload: dict[str, Any]) -> None:
    profile = profiles.create(_WORLD, "any", mobileconfig(payload))
    profiles.update(_WORLD, profile, {"name": "other"})
    assert content(profile)["PayloadContent"] == [payload]


@pytest.mark.parametrize("fields", [{}, {"name": "Okta SCEP"}, {"active": "true"}])
def test_every_patch_makes_a_new_payload_uuid_even_one_that_changes_nothing(
    tenant: Tenant, fields: dict[str, str]
) -> None:
    before = created(tenant)
    answer = tenant.upload("PATCH", f"{PATH}/{before['id']}", **fields)
    assert answer.status == 200
    after = answer.json
    assert content(after)["PayloadUUID"] != content(before)["PayloadUUID"]
    assert after["updated_at"] > before["updated_at"]
    assert content(after) | {"PayloadUUID": 0} == content(before) | {"PayloadUUID": 0}


def test_a_rename_without_a_file_rewrites_the_display_name(tenant: Tenant) -> None:
    profile = created(tenant)
    renamed = tenant.upload("PATCH", f"{PATH}/{profile['id']}", name="New").json
    assert content(renamed)["PayloadDisplayName"] == renamed["name"] == "New"


def test_a_new_file_replaces_the_payloads_and_keeps_the_name(tenant: Tenant) -> None:
    profile = created(tenant)
    other = {"PayloadType": "com.apple.dock"}
    answer = tenant.upload("PATCH", f"{PATH}/{profile['id']}", mobileconfig(other, PayloadDescription="d")).json
    assert content(answer)["PayloadContent"] == [other]
    assert content(answer)["PayloadDescription"] == "d"
    assert content(answer)["PayloadDisplayName"] == "Okta SCEP"


@pytest.mark.parametrize(("added", "scope"), [(True, "System"), (False, None)])
def test_whether_a_scope_is_added_can_be_switched(tenant: Tenant, added: bool, scope: str | None) -> None:
    tenant.state["settings"]["payload_scope_added"] = added
    assert content(created(tenant)).get("PayloadScope") == scope


def test_an_old_tenant_has_no_android_and_windows_flags(tenant: Tenant) -> None:
    tenant.state["settings"]["android_and_windows_flags"] = False
    assert not {"runs_on_android", "runs_on_windows"} & set(created(tenant))


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_an_unknown_profile_is_an_html_404(tenant: Tenant, method: str) -> None:
    answer = tenant.request(method, f"{PATH}/{tenant.world.new_uuid()}")
    assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (404, "text/html")
    assert "<h1>Not Found</h1>" in answer.text


@pytest.mark.parametrize("file", [b"", b"no profile", b"<plist", b"<plist><dict/></plist>", plistlib.dumps(["list"])])
def test_a_file_that_is_no_profile_is_refused(tenant: Tenant, file: bytes) -> None:
    answer = tenant.upload("POST", PATH, file, name="Bad")
    assert answer.status == 400
    assert list(answer.json) == ["file"]
    assert all(profile["name"] != "Bad" for profile in tenant.state["custom_profiles"].values())


@pytest.mark.parametrize(("shape", "kind"), [("fields", dict), ("list", list), ("string", str), ("detail", dict)])
def test_the_shape_of_a_refusal_can_be_switched(tenant: Tenant, shape: str, kind: type) -> None:
    tenant.state["settings"]["validation_error_shape"] = shape
    answer = tenant.upload("POST", PATH, b"bad", name="Bad")
    assert answer.status == 400
    assert isinstance(answer.json, kind)


def test_a_refused_patch_changes_nothing(tenant: Tenant) -> None:
    profile = created(tenant)
    path = f"{PATH}/{profile['id']}"
    assert tenant.upload("PATCH", path, b"bad", name="New").status == 400
    assert tenant.upload("PATCH", path, name="New", runs_on_mac="false").status == 400
    assert tenant.upload("PATCH", path, name="New", active="maybe").status == 400
    assert tenant.get(path).json == profile


def test_delete_takes_the_profile_off_its_blueprints(tenant: Tenant) -> None:
    firewall = tenant.named("custom_profiles", "Firewall")
    answer = tenant.request("DELETE", f"{PATH}/{firewall['id']}")
    assert (answer.status, answer.text) == (204, "")
    items = tenant.get(f"/blueprints/{tenant.named('blueprints', 'Engineering')['id']}/list-library-items").json
    assert firewall["id"] not in [item["id"] for item in items["results"]]
    assert tenant.get(f"/library/library-items/{firewall['id']}/status").status == 404


def test_the_list_comes_in_pages_that_hold_each_profile_once(tenant: Tenant) -> None:
    tenant.state["settings"]["custom_profiles_page_size"] = 2
    for number in range(2):
        created(tenant, name=f"p{number}")
    first = tenant.get(PATH).json
    assert (first["count"], first["previous"]) == (5, None)
    seen, following = [each["id"] for each in first["results"]], first["next"]
    while following:
        page = tenant.get(PATH + "?" + following.partition("?")[2]).json
        seen += [each["id"] for each in page["results"]]
        following = page["next"]
    assert sorted(seen) == sorted(tenant.state["custom_profiles"])
    assert tenant.get(PATH, page=4).status == 404


def test_name_and_file_are_required(tenant: Tenant) -> None:
    assert tenant.upload("POST", PATH, mobileconfig(PAYLOAD)).json == {"name": ["This field is required."]}
    assert tenant.upload("POST", PATH, name="No file").json == {"file": ["This field is required."]}
