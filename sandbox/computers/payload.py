"""Reads a delivered .mobileconfig as macOS does: its own variables, and what a SCEP payload asks for."""

from __future__ import annotations

import base64
import plistlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from xml.parsers.expat import ExpatError

from cryptography import x509
from cryptography.x509.oid import NameOID

from sandbox.computers.scep import Request

SCEP = "com.apple.security.scep"
_T = TypeVar("_T")

# Apple's schema: short names, else the dotted number of the attribute.
_ATTRIBUTES = {
    "C": NameOID.COUNTRY_NAME,
    "L": NameOID.LOCALITY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
}
_USER_PRINCIPAL_NAME = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
_KEY_SIZES = (1024, 2048, 4096)
_SIGNING, _ENCRYPTION = 1, 4
_MAC_VARIABLE = re.compile(r"%([A-Za-z]+)%")


class BadPayload(Exception):
    """A profile or payload that a Mac does not install; the text is what it writes into its log."""


def read_profile(xml: str) -> dict[str, Any]:
    """The top level of a profile. Raises BadPayload."""
    try:
        profile = plistlib.loads(xml.encode())
    except (plistlib.InvalidFileException, ExpatError, ValueError) as error:
        raise BadPayload(f"The profile is not a property list: {error}") from error
    payloads = profile.get("PayloadContent") if isinstance(profile, dict) else None
    if not isinstance(payloads, list) or not all(isinstance(each, dict) for each in payloads):
        raise BadPayload("The PayloadContent of the profile is no array of dictionaries")
    return dict(profile)


def as_json(value: Any) -> Any:
    """A part of a profile for the state: data as base64 and dates as ISO 8601, since JSON has neither."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, datetime) else value


def scep_payloads(profile: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Settings of all SCEP payloads, which stand in the payload's own PayloadContent. Raises BadPayload."""
    payloads = [each for each in profile["PayloadContent"] if each.get("PayloadType") == SCEP]
    settings = [payload.get("PayloadContent") for payload in payloads]
    if not all(isinstance(each, dict) for each in settings):
        raise BadPayload("The SCEP payload has no PayloadContent")
    return [dict(each) for each in settings if isinstance(each, dict)]


def key_size(settings: Mapping[str, Any]) -> int:
    """Bits of the key to make; Apple's default is 1024. Raises BadPayload for a size or type that macOS has not."""
    size, key_type = settings.get("Keysize", 1024), settings.get("Key Type", "RSA")
    if size not in _KEY_SIZES or key_type != "RSA":
        raise BadPayload(f"The SCEP payload asks for a key that cannot be made: {key_type} {size}")
    return int(size)


def scep_request(settings: Mapping[str, Any], variables: Mapping[str, str]) -> Request:
    """What to ask of the SCEP server. ``variables`` are macOS's, without the percent signs. Raises BadPayload."""
    url = settings.get("URL")
    if not isinstance(url, str) or not re.match(r"https?://[^/]", url):
        raise BadPayload(f"The SCEP server URL is not valid: {url!r} has no http or https scheme")
    usage = _typed(settings, "Key Usage", int, 0)
    extensions: list[x509.ExtensionType] = []
    if usage & (_SIGNING | _ENCRYPTION):
        extensions.append(_key_usage(usage))
    alternative_names = _alternative_names(_typed(settings, "SubjectAltName", dict, {}), variables)
    if alternative_names:
        extensions.append(x509.SubjectAlternativeName(alternative_names))
    return Request(
        url=url,
        message=_typed(settings, "Name", str, ""),
        challenge=_typed(settings, "Challenge", str, ""),
        subject=_subject(_typed(settings, "Subject", list, []), variables),
        extensions=extensions,
        ca_fingerprint=_typed(settings, "CAFingerprint", bytes, b""),
    )


def _typed(settings: Mapping[str, Any], key: str, kind: type[_T], default: _T) -> _T:
    """A value of the type that Apple's schema gives it."""
    value = settings.get(key, default)
    if not isinstance(value, kind):
        raise BadPayload(f"{key} of the SCEP payload is of the wrong type: {type(value).__name__}")
    return value


def _expand(text: str, variables: Mapping[str, str]) -> str:
    """macOS expands ``%SerialNumber%`` and the like in subject and alternative names; an unknown one stays."""
    return _MAC_VARIABLE.sub(lambda match: variables.get(match[1], match[0]), text)


def _subject(rdns: Any, variables: Mapping[str, str]) -> x509.Name:
    """``[[["O", "Acme"]], [["CN", "x"]]]`` as a name; the order of the RDNs is kept."""
    try:
        return x509.Name(
            [
                x509.RelativeDistinguishedName(
                    [x509.NameAttribute(_attribute(key), _expand(value, variables)) for key, value in rdn]
                )
                for rdn in rdns
            ]
        )
    except (TypeError, ValueError) as error:
        # X.520 allows a common name of 64 characters. What macOS does with a longer one is not known.
        raise BadPayload(f"The subject of the SCEP payload is not valid: {error}") from error


def _attribute(name: str) -> x509.ObjectIdentifier:
    return _ATTRIBUTES.get(name) or x509.ObjectIdentifier(name)


def _key_usage(bits: int) -> x509.KeyUsage:
    names = ("content_commitment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign")
    others = dict.fromkeys((*names, "encipher_only", "decipher_only"), False)
    return x509.KeyUsage(digital_signature=bool(bits & _SIGNING), key_encipherment=bool(bits & _ENCRYPTION), **others)


def _alternative_names(names: Mapping[str, Any], variables: Mapping[str, str]) -> list[x509.GeneralName]:
    """Apple's schema says string, its text says string or array of strings; both are taken."""
    made: list[x509.GeneralName] = []
    for kind, given in names.items():
        values = [_expand(str(value), variables) for value in (given if isinstance(given, list) else [given])]
        # A user variable is empty on a computer without a user; such a name is left out (constructed).
        made += [_general_name(kind, value) for value in values if value]
    return made


def _general_name(kind: str, value: str) -> x509.GeneralName:
    try:
        match kind:
            case "rfc822Name":
                return x509.RFC822Name(value)
            case "dNSName":
                return x509.DNSName(value)
            case "uniformResourceIdentifier":
                return x509.UniformResourceIdentifier(value)
            case "ntPrincipalName":
                encoded = value.encode()
                return x509.OtherName(_USER_PRINCIPAL_NAME, b"\x0c" + _length(len(encoded)) + encoded)
    except ValueError as error:
        raise BadPayload(f"The alternative name {kind} of the SCEP payload is not valid: {error}") from error
    raise BadPayload(f"The SCEP payload asks for an unknown kind of alternative name: {kind}")


def _length(count: int) -> bytes:
    """DER length of a UTF8String."""
    if count < 0x80:
        return bytes([count])
    octets = count.to_bytes((count.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets
