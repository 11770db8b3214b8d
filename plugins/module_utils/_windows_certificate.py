# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the SyncML that makes Windows fetch a client certificate by SCEP: the CSP ``ClientCertificateInstall``.

Iru has no item that delivers such a document; it is for MDMs that have, such as Fleet and Workspace ONE. Nodes and
formats: Microsoft's pages "ClientCertificateInstall CSP" and "… DDF". All belong into one Atomic, Enroll last.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_options import choice, count, text, texts
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_subject import parse_subject
from ansible_collections.okta_iru.attestation.plugins.module_utils._profile_variables import longest_expansion
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_challenge import (
    NOT_FOR_WINDOWS,
    windows_can_encode,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._scep_url import parse_scep_url
from ansible_collections.okta_iru.attestation.plugins.module_utils._windows_thumbprint import root_thumbprint

KEY_USAGES = {"signing": 0x80, "encryption": 0x20, "both": 0xA0}
KEY_PROTECTIONS = {"tpm": 1, "tpm_if_present": 2, "software": 3, "hello": 4}
KEY_LENGTHS = (1024, 2048, 4096)
HASH_ALGORITHMS = ("SHA-1", "SHA-2", "SHA-3")
VALID_PERIODS = ("Days", "Months", "Years")
CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2"
LONGEST_CN = 64  # X.520, ub-common-name

_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
# A challenge that the MDM puts in itself, such as Fleet's $FLEET_SECRET_…; no secret of Okta's begins so.
_VARIABLE = re.compile(r"\$[A-Za-z][A-Za-z0-9_]*|\$\{[A-Za-z][A-Za-z0-9_]*\}")
# What CertStrToName reads as the end of a value or as more than text, so that the value is quoted.
_QUOTED = re.compile(r'^\s|\s$|[,+="\n<>#;]')

Node = tuple[str, str, Any]
"""Name below Install, SyncML format, value."""


def client_certificate_install(
    url: str | Sequence[str],
    *,
    challenge: str,
    subject: str,
    ca_certificate: str | bytes | None = None,
    ca_thumbprint: str | None = None,
    unique_id: str = "OktaAttestation",
    root: str = "User",
    form: str = "bare",
    key_length: int = 2048,
    key_usage: str = "signing",
    key_protection: str | None = None,
    container_name: str | None = None,
    custom_text: str | None = None,
    hash_algorithms: str | Sequence[str] = ("SHA-2",),
    extended_key_usage: str | Sequence[str] = (CLIENT_AUTHENTICATION,),
    subject_alternative_names: str | Sequence[str] = (),
    retry_count: int = 3,
    retry_delay: int = 5,
    valid_period: str | None = None,
    valid_period_units: int | None = None,
    template_name: str | None = None,
    aad_key_identifiers: str | Sequence[str] = (),
    challenge_base64: bool = False,
) -> str:
    """The document, one ``Add`` a node and the ``Exec`` of Enroll.

    ``form`` ``bare`` is a row of commands, which the MDM server numbers and wraps; ``syncml`` is the whole message. The
    certificate of the root authority is PEM or DER, or its SHA-1 is given. ``root`` is the certificate store: User,
    which Okta strongly prefers, or Device. ``subject`` is text such as CN=…,OU=… with the variables of the MDM.
    ``retry_delay`` is in minutes. Microsoft's page asks for a challenge in base64, while plain text is what works in
    the field; ``challenge_base64`` follows the page. Raises InvalidInput; no message holds the challenge.
    """
    hashes = _joined("hash_algorithms", hash_algorithms, "+", HASH_ALGORITHMS)
    if key_protection == "hello" and (key_length != 2048 or hashes != "SHA-2"):  # page "ClientCertificateInstall DDF"
        raise InvalidInput("key_protection hello takes key_length 2048 and hash_algorithms SHA-2 only.")
    nodes: list[Node | None] = [
        ("RetryCount", "int", count("retry_count", retry_count, highest=30)),
        ("RetryDelay", "int", count("retry_delay", retry_delay, lowest=1)),
        ("KeyUsage", "int", KEY_USAGES[choice("key_usage", key_usage, tuple(KEY_USAGES))]),
        ("KeyLength", "int", choice("key_length", key_length, KEY_LENGTHS)),
        ("HashAlgorithm", "chr", hashes),
        ("SubjectName", "chr", _subject_name(subject)),
        _optional("SubjectAlternativeNames", _alternative_names(subject_alternative_names)),
        *_validity(valid_period, valid_period_units),
        ("EKUMapping", "chr", "+".join(_oids("extended_key_usage", extended_key_usage))),
        *_protection(key_protection, container_name, custom_text),
        _optional("TemplateName", template_name and text("template_name", template_name)),
        _optional("AADKeyIdentifierList", _joined("aad_key_identifiers", aad_key_identifiers, ";")),
        ("ServerURL", "chr", ";".join(parse_scep_url(one).url for one in texts("url", url))),
        ("Challenge", "chr", _challenge(challenge, in_base64=challenge_base64)),
        ("CAThumbprint", "chr", root_thumbprint(ca_certificate, ca_thumbprint)),
    ]
    base = (
        f"./{choice('root', root, ('User', 'Device'))}/Vendor/MSFT/ClientCertificateInstall/SCEP/{_unique(unique_id)}"
    )
    commands = [_command("Add", base, "node", None)]
    commands += [_command("Add", f"{base}/Install/{name}", kind, value) for name, kind, value in filter(None, nodes)]
    commands.append(_command("Exec", f"{base}/Install/Enroll", None, None))
    return _bare(commands) if choice("form", form, ("bare", "syncml")) == "bare" else _message(commands)


def _command(verb: str, uri: str, kind: str | None, value: Any) -> ElementTree.Element:
    command = ElementTree.Element(verb)
    item = ElementTree.SubElement(command, "Item")
    ElementTree.SubElement(ElementTree.SubElement(item, "Target"), "LocURI").text = uri
    if kind is not None:
        ElementTree.SubElement(ElementTree.SubElement(item, "Meta"), "Format", xmlns="syncml:metinf").text = kind
    if value is not None:
        ElementTree.SubElement(item, "Data").text = str(value)
    return command


def _bare(commands: list[ElementTree.Element]) -> str:
    return "".join(_written(command) for command in commands)


def _message(commands: list[ElementTree.Element]) -> str:
    message = ElementTree.Element("SyncML", xmlns="SYNCML:SYNCML1.2")
    body = ElementTree.SubElement(message, "SyncBody")
    atomic = ElementTree.SubElement(body, "Atomic")
    ElementTree.SubElement(atomic, "CmdID").text = "1"
    for number, command in enumerate(commands, start=2):
        numbered = ElementTree.Element("CmdID")
        numbered.text = str(number)
        command.insert(0, numbered)
        atomic.append(command)
    ElementTree.SubElement(body, "Final")
    return _written(message)


def _written(element: ElementTree.Element) -> str:
    ElementTree.indent(element)
    return ElementTree.tostring(element, encoding="unicode") + "\n"


def _optional(name: str, value: str | None) -> Node | None:
    return (name, "chr", value) if value else None


def _challenge(challenge: Any, *, in_base64: bool) -> str:
    plain = text("challenge", challenge)
    if not _VARIABLE.fullmatch(plain) and not windows_can_encode(plain):
        raise InvalidInput(NOT_FOR_WINDOWS)
    return base64.b64encode(plain.encode()).decode() if in_base64 else plain


def _unique(value: Any) -> str:
    name = text("unique_id", value)
    if not re.fullmatch(r"[A-Za-z0-9._-]+", name):
        raise InvalidInput(f"unique_id is {name!r}; it is a part of a path: letters, digits, dot, dash, underscore.")
    return name


def _subject_name(subject: Any) -> str:
    """The name as CertStrToName reads it: values with special characters in quotes, quotes in them doubled."""
    parts = []
    for ((name, value),) in parse_subject(text("subject", subject)):
        if name == "CN" and longest_expansion(value)[0] > LONGEST_CN:
            raise InvalidInput(f"CN={value} is longer than the {LONGEST_CN} characters of X.520; move a part to OU.")
        quoted = '"{}"'.format(value.replace('"', '""')) if _QUOTED.search(value) else value
        parts.append(f"{name}={quoted}")
    return ",".join(parts)


def _alternative_names(names: Any) -> str:
    given = texts("subject_alternative_names", names)
    for name in given:
        if not re.fullmatch(r"[^;+]+\+[^;]+", name):
            raise InvalidInput(f"subject_alternative_names has {name!r}; expected FORMAT+NAME without a semicolon.")
    return ";".join(given)


def _validity(period: str | None, units: int | None) -> list[Node]:
    if period is None and units is None:
        return []
    if period is None or units is None:
        raise InvalidInput("valid_period and valid_period_units go together.")
    choice("valid_period", period, VALID_PERIODS)
    return [("ValidPeriod", "chr", period), ("ValidPeriodUnits", "int", count("valid_period_units", units, lowest=1))]


def _protection(protection: str | None, container: str | None, prompt: str | None) -> list[Node]:
    if (protection == "hello") != bool(container):
        raise InvalidInput("key_protection hello needs container_name, and nothing else has one.")
    if prompt and protection != "hello":
        raise InvalidInput("custom_text is for the prompt of Windows Hello, key_protection hello.")
    if protection is None:
        return []
    number = KEY_PROTECTIONS[choice("key_protection", protection, tuple(KEY_PROTECTIONS))]
    nodes: list[Node] = [("KeyProtection", "int", number)]
    if container:
        nodes.append(("ContainerName", "chr", text("container_name", container)))
    if prompt:
        nodes.append(("CustomTextToShowInPrompt", "chr", text("custom_text", prompt)))
    return nodes


def _oids(option: str, value: Any) -> list[str]:
    oids = texts(option, value)
    for oid in oids:
        if not _OID.fullmatch(oid):
            raise InvalidInput(f"{option} has {oid!r}; expected object identifiers such as {CLIENT_AUTHENTICATION}.")
    if not oids:
        raise InvalidInput(f"{option} is empty; Windows needs one, such as {CLIENT_AUTHENTICATION}.")
    return oids


def _joined(option: str, value: Any, sign: str, allowed: Sequence[str] | None = None) -> str:
    items = texts(option, value)
    if allowed is not None and not items:
        raise InvalidInput(f"{option} is empty; expected some of {', '.join(allowed)}.")
    return sign.join(item if allowed is None else choice(option, item, allowed) for item in items)
