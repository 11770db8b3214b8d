"""What a PC does with a command: it fetches a certificate into the machine's store by the CSP ClientCertificateInstall,
gives it back, or runs the key-access script.

Documented by Microsoft: the nodes, which of them must be there, and that deleting a request deletes its certificate.
Documented by Iru: the certificate is in ``Cert:\\LocalMachine\\My``, where Okta Verify, which runs as the user, cannot
use the key until the script lets the user read it. Recorded by other MDMs: the answer to the request is 200 before the
enrolment begins, and a challenge that is no PrintableString fails with the text below.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from cryptography import x509

from sandbox.computers import certificates, profiles, scep
from sandbox.computers.fleet import Computer, setting

if TYPE_CHECKING:
    from sandbox.world import World

STORE = "LocalMachine\\My"
NOT_PRINTABLE = "Event 309: CRYPT_E_INVALID_PRINTABLE_STRING (0x2ab0003)"

_REQUIRED = (
    "ServerURL", "Challenge", "EKUMapping", "KeyUsage", "SubjectName", "KeyLength", "HashAlgorithm", "CAThumbprint",
)  # fmt: skip
_PRINTABLE = re.compile(r"[A-Za-z0-9 '()+,\-./:=?]*")
_SIGNATURE, _ENCIPHERMENT = 0x80, 0x20
_SYNCML = "{SYNCML:SYNCML1.2}"


class BadRequest(Exception):
    """A certificate request that Windows does not accept; the text is what Iru gets to know."""


async def carry_out(world: World, computer: Computer, command: dict[str, Any]) -> dict[str, Any]:
    """Does what the command says; the outcome is what `sandbox.iru.windows_mdm.answered` takes."""
    outcome: dict[str, Any] = {"error": None, "accepted": True}
    match command["request_type"]:
        case "RemoveClientCertificate":
            profiles.remove(computer, command["profile_id"])
        case "RunScript":
            outcome["error"] = _grant_key_access(computer)
        case _:
            outcome |= await _request(world, computer, command)
    return outcome | {"certificates": profiles.inventory(computer)}


def usable(world: World, computer: Computer) -> list[dict[str, Any]]:
    """The certificates whose key Okta Verify may use, oldest first."""
    readable = setting(world, "machine_keys_readable")
    return [each for each in computer["certificates"] if readable or each.get("user_may_read", True)]


async def _request(world: World, computer: Computer, command: dict[str, Any]) -> dict[str, Any]:
    """The answer to the request, and what became of the enrolment after it, which is in the PC's own event log only."""
    item_id = command["profile_id"]
    try:
        nodes = read_document(command["payload"])
        request = _scep_request(nodes)
    except BadRequest as error:
        return {"error": str(error), "accepted": False}
    computer["profiles"][item_id] = {
        "identifier": nodes["LocURI"],
        "payload_uuid": command["payload_uuid"],
        "payloads": [{key: value for key, value in nodes.items() if key != "LocURI"}],
    }
    try:
        if not _PRINTABLE.fullmatch(nodes["Challenge"]):
            raise scep.ScepFailure(NOT_PRINTABLE)
        made = await certificates.obtain(world, request, int(nodes["KeyLength"]))
    except scep.ScepFailure as error:
        computer.setdefault("event_log", []).append(str(error))
        return {"error": str(error), "accepted": True}
    kept = {"profile_id": item_id, "payload_uuid": command["payload_uuid"], "store": STORE, "user_may_read": False}
    computer["certificates"].append(made | kept)
    return {"error": None, "accepted": True}


def _grant_key_access(computer: Computer) -> str | None:
    """The key-access script: the user may read the key of every certificate of Okta's in the machine's store. Without
    one it fails, as the script of the role does."""
    found = [each for each in computer["certificates"] if each.get("store") == STORE]
    for each in found:
        each["user_may_read"] = True
    return None if found else "The script ended with exit code 1: no certificate of Okta's in Cert:\\LocalMachine\\My."


def read_document(text: str) -> dict[str, str]:
    """The nodes of a request by name, and its place as ``LocURI``. Raises BadRequest."""
    try:
        commands = list(ElementTree.fromstring(text).iter())  # noqa: S314 - from the sandbox's own Iru
    except ElementTree.ParseError as error:
        raise BadRequest(f"400 Bad request: the document is no XML ({error})") from error
    found: dict[str, str] = {}
    for command in commands:
        uri = command.findtext(f"{_SYNCML}Item/{_SYNCML}Target/{_SYNCML}LocURI")
        if uri is None:
            continue
        place, install, name = uri.partition("/Install/")
        if not place.startswith("./Device/Vendor/MSFT/ClientCertificateInstall/SCEP/"):
            raise BadRequest(f"404 Not found: {uri}")
        found["LocURI"] = place
        if install:
            found[name] = command.findtext(f"{_SYNCML}Item/{_SYNCML}Data") or ""
    missing = [name for name in (*_REQUIRED, "Enroll") if name not in found]
    if missing:
        raise BadRequest(f"500 Command failed: {', '.join(missing)} is missing")
    return found


def _scep_request(nodes: dict[str, str]) -> scep.Request:
    """What to ask of the SCEP server. Raises BadRequest."""
    usage = int(nodes["KeyUsage"])
    if not usage & (_SIGNATURE | _ENCIPHERMENT):
        raise BadRequest(f"500 Command failed: KeyUsage {usage} is neither for signatures nor for encipherment")
    if not re.fullmatch(r"[0-9A-Fa-f]{40}", nodes["CAThumbprint"]):
        raise BadRequest("500 Command failed: CAThumbprint is no SHA-1")
    try:
        # RFC 4514 has the last part first, Windows takes them as they are written.
        subject = x509.Name(reversed(list(x509.Name.from_rfc4514_string(nodes["SubjectName"]).rdns)))
    except ValueError as error:
        raise BadRequest(f"500 Command failed: SubjectName {nodes['SubjectName']}: {error}") from error
    purposes = [x509.ObjectIdentifier(oid) for oid in nodes["EKUMapping"].split("+")]
    return scep.Request(
        url=nodes["ServerURL"].split(";")[0],
        message="",
        challenge=nodes["Challenge"],
        subject=subject,
        extensions=[_key_usage(usage), x509.ExtendedKeyUsage(purposes)],
        ca_fingerprint=bytes.fromhex(nodes["CAThumbprint"]),
    )


def _key_usage(bits: int) -> x509.KeyUsage:
    names = ("content_commitment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign")
    others = dict.fromkeys((*names, "encipher_only", "decipher_only"), False)
    signs, enciphers = bool(bits & _SIGNATURE), bool(bits & _ENCIPHERMENT)
    return x509.KeyUsage(digital_signature=signs, key_encipherment=enciphers, **others)
