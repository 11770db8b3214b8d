"""The document for the Windows CSP ClientCertificateInstall, read back with an XML parser."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from xml.etree import ElementTree

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._windows_certificate import (
    client_certificate_install,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.profile_samples import HOST, ROOT, ROOT_DER, ROOT_PEM

URL = f"https://{HOST}/pki/x/scep/y"
CHALLENGE = "Az09 '()+,-./:=?"
THUMBPRINT = hashlib.sha1(ROOT_DER).hexdigest().upper()  # noqa: S324 - Windows compares SHA-1
SUBJECT = "CN=$DEVICE managementAttestation"
FORMAT = "{syncml:metinf}Format"
BASE = "./User/Vendor/MSFT/ClientCertificateInstall/SCEP/OktaAttestation"


def document(**options: Any) -> str:
    return client_certificate_install(
        **{"url": URL, "challenge": CHALLENGE, "subject": SUBJECT, "ca_thumbprint": THUMBPRINT, **options}
    )


def tree(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)  # noqa: S314 - our own document


def nodes(text: str) -> list[tuple[str, str, str | None, str | None]]:
    """Verb, URI, format and data of each command of the bare form, in order."""
    commands = tree(f"<all>{text}</all>")
    return [
        (command.tag, command.findtext("Item/Target/LocURI") or "", command.findtext(f"Item/Meta/{FORMAT}"),
         command.findtext("Item/Data"))
        for command in commands
    ]  # fmt: skip


def data(text: str) -> dict[str, str | None]:
    return {uri.rpartition("/")[2]: value for _verb, uri, _format, value in nodes(text)}


def test_the_bare_form_has_every_required_node_and_enrols_last():
    assert nodes(document()) == [
        ("Add", BASE, "node", None),
        ("Add", f"{BASE}/Install/RetryCount", "int", "3"),
        ("Add", f"{BASE}/Install/RetryDelay", "int", "5"),
        ("Add", f"{BASE}/Install/KeyUsage", "int", "128"),
        ("Add", f"{BASE}/Install/KeyLength", "int", "2048"),
        ("Add", f"{BASE}/Install/HashAlgorithm", "chr", "SHA-2"),
        ("Add", f"{BASE}/Install/SubjectName", "chr", SUBJECT),
        ("Add", f"{BASE}/Install/EKUMapping", "chr", "1.3.6.1.5.5.7.3.2"),
        ("Add", f"{BASE}/Install/ServerURL", "chr", URL),
        ("Add", f"{BASE}/Install/Challenge", "chr", CHALLENGE),
        ("Add", f"{BASE}/Install/CAThumbprint", "chr", THUMBPRINT),
        ("Exec", f"{BASE}/Install/Enroll", None, None),
    ]


def test_the_whole_message_is_one_atomic_with_numbered_commands():
    message = tree(document(form="syncml"))
    (body,) = message
    assert (message.tag, body.tag) == ("{SYNCML:SYNCML1.2}SyncML", "{SYNCML:SYNCML1.2}SyncBody")
    atomic, final = body
    assert final.tag == "{SYNCML:SYNCML1.2}Final"
    number, *commands = atomic
    ids = [number.text, *(command[0].text for command in commands)]
    assert ids == [str(index) for index in range(1, len(ids) + 1)]
    assert [command.tag for command in commands][-2:] == ["{SYNCML:SYNCML1.2}Add", "{SYNCML:SYNCML1.2}Exec"]
    # The commands are those of the bare form, with a number each and in the namespace of the message.
    plain = document(form="syncml").replace(' xmlns="SYNCML:SYNCML1.2"', "")
    inner = "".join(ElementTree.tostring(one, "unicode") for one in tree(plain)[0][0][1:])
    assert nodes(inner) == nodes(document())


def test_the_optional_nodes():
    text = document(
        root="Device",
        unique_id="Acme",
        url=[URL, f"{URL}2"],
        key_usage="both",
        key_length=4096,
        key_protection="tpm",
        hash_algorithms=["SHA-2", "SHA-3"],
        extended_key_usage=["1.3.6.1.5.5.7.3.2", "2.5.29.37.0"],
        subject_alternative_names=["11+$EMAIL", "2+$EMAIL"],
        retry_count=30,
        retry_delay=1,
        valid_period="Years",
        valid_period_units=1,
        template_name="1.2.3",
        aad_key_identifiers=["a", "b"],
        challenge_base64=True,
    )
    assert data(text) == {
        "Acme": None,
        "RetryCount": "30",
        "RetryDelay": "1",
        "KeyUsage": "160",
        "KeyLength": "4096",
        "KeyProtection": "1",
        "HashAlgorithm": "SHA-2+SHA-3",
        "SubjectName": SUBJECT,
        "SubjectAlternativeNames": "11+$EMAIL;2+$EMAIL",
        "ValidPeriod": "Years",
        "ValidPeriodUnits": "1",
        "EKUMapping": "1.3.6.1.5.5.7.3.2+2.5.29.37.0",
        "TemplateName": "1.2.3",
        "AADKeyIdentifierList": "a;b",
        "ServerURL": f"{URL};{URL}2",
        "Challenge": base64.b64encode(CHALLENGE.encode()).decode(),
        "CAThumbprint": THUMBPRINT,
        "Enroll": None,
    }
    assert all(uri.startswith("./Device/Vendor/MSFT/") for _verb, uri, _format, _data in nodes(text))


def test_the_nodes_of_windows_hello():
    found = data(document(key_protection="hello", container_name="Acme Hello", custom_text="Sign in"))
    assert (found["KeyProtection"], found["KeyLength"], found["HashAlgorithm"]) == ("4", "2048", "SHA-2")
    assert (found["ContainerName"], found["CustomTextToShowInPrompt"]) == ("Acme Hello", "Sign in")


@pytest.mark.parametrize("form", [ROOT_PEM, ROOT_PEM.decode(), ROOT_DER, base64.b64encode(ROOT_DER).decode()])
def test_the_thumbprint_is_the_sha_1_of_the_root(form):
    assert data(document(ca_thumbprint=None, ca_certificate=form))["CAThumbprint"] == THUMBPRINT
    colons = ":".join(THUMBPRINT[index : index + 2].lower() for index in range(0, 40, 2))
    assert data(document(ca_thumbprint=colons))["CAThumbprint"] == THUMBPRINT


def test_of_a_chain_the_root_is_taken_and_an_intermediate_alone_refused():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Acme Intermediate")])
    times = (ROOT.not_valid_before_utc, ROOT.not_valid_after_utc)
    builder = x509.CertificateBuilder(ROOT.subject, name, key.public_key(), 8, *times)
    intermediate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    chain = intermediate + ROOT_PEM
    assert data(document(ca_thumbprint=None, ca_certificate=chain))["CAThumbprint"] == THUMBPRINT
    with pytest.raises(InvalidInput, match="no root"):
        document(ca_thumbprint=None, ca_certificate=intermediate)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("CN=a b,OU=c", "CN=a b,OU=c"),
        (r"CN=a\, Inc,O=x\"y", 'CN="a, Inc",O="x""y"'),
        (r"CN=\ a", 'CN=" a"'),
        ("cn=a,1.2.3=b=c", 'CN=a,1.2.3="b=c"'),
    ],
)
def test_values_with_special_characters_are_quoted_as_windows_reads_them(subject, expected):
    assert data(document(subject=subject))["SubjectName"] == expected


@pytest.mark.parametrize("secret", ["se_cret-Canary", "$a b_Canary", "secret!Canary", "sécretCanary", "Canary\tsecret"])
@pytest.mark.parametrize("in_base64", [False, True])
def test_a_challenge_that_windows_cannot_encode_is_refused_with_the_reason(secret, in_base64):
    with pytest.raises(InvalidInput, match="PrintableString") as caught:
        document(challenge=secret, challenge_base64=in_base64)
    assert "Canary" not in str(caught.value)
    assert "Reset the secret key" in str(caught.value)


@pytest.mark.parametrize("variable", ["$FLEET_SECRET_OKTA", "${OKTA_KEY}"])
def test_a_challenge_that_the_mdm_puts_in_is_left_to_it(variable):
    assert data(document(challenge=variable))["Challenge"] == variable


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"challenge": ""}, "challenge"),
        ({"url": "acme.example/scep"}, "https"),
        ({"subject": "a"}, "no '='"),
        ({"subject": "CN=" + "x" * 65}, "64 characters"),
        ({"ca_thumbprint": None}, "ca_certificate"),
        ({"ca_certificate": ROOT_PEM}, "either"),
        ({"ca_thumbprint": "ab" * 32}, "it is a SHA-256"),
        ({"ca_thumbprint": "abc"}, "40 hexadecimal digits"),
        ({"ca_thumbprint": None, "ca_certificate": "text"}, "no X.509"),
        ({"ca_thumbprint": None, "ca_certificate": "-----BEGIN x"}, "no X.509"),
        ({"root": "Machine"}, "User, Device"),
        ({"form": "xml"}, "bare, syncml"),
        ({"unique_id": "a/b"}, "part of a path"),
        ({"key_usage": "none"}, "signing, encryption, both"),
        ({"key_length": 3072}, "1024, 2048, 4096"),
        ({"key_protection": "hello"}, "container_name"),
        ({"key_protection": "hello", "container_name": "x", "key_length": 4096}, "2048"),
        ({"key_protection": "hello", "container_name": "x", "hash_algorithms": ["SHA-1", "SHA-2"]}, "SHA-2"),
        ({"container_name": "x"}, "key_protection hello"),
        ({"custom_text": "x"}, "Windows Hello"),
        ({"hash_algorithms": ["SHA256"]}, "SHA-1, SHA-2, SHA-3"),
        ({"hash_algorithms": []}, "SHA-1, SHA-2, SHA-3"),
        ({"extended_key_usage": ["clientAuth"]}, "object identifiers"),
        ({"extended_key_usage": []}, "Windows needs one"),
        ({"subject_alternative_names": ["a@b"]}, r"FORMAT\+NAME"),
        ({"retry_count": 31}, "0 to 30"),
        ({"retry_delay": 0}, "1 or more"),
        ({"valid_period": "Years"}, "go together"),
        ({"valid_period": "Weeks", "valid_period_units": 1}, "Days, Months, Years"),
    ],
)
def test_what_is_refused(options, words):
    with pytest.raises(InvalidInput, match=words):
        document(**options)


printable = st.text("abcXYZ09 '()+,-./:=?", min_size=1, max_size=40).filter(lambda text: text == text.strip())


@given(printable, st.sampled_from(["<&>", "a&b", "x"]))
def test_whatever_is_written_is_read_back(challenge, container):
    options = {"challenge": challenge, "key_protection": "hello", "container_name": container}
    read = data(document(**options))
    assert (read["Challenge"], read["ContainerName"]) == (challenge, container)
    assert document(**options) == document(**options)
