"""The document by which Iru makes a PC fetch its certificate into the machine's store: CSP ClientCertificateInstall.

That the certificate comes into the machine's store is documented by Iru, the CSP and its nodes by Microsoft, the values
by Iru's guide for Okta. How Iru puts its form into the CSP is not public, so the document is constructed.
"""

from __future__ import annotations

from xml.etree import ElementTree

# The fields of Iru's guide for Okta that a Mac does not have, in the CSP's words.
_RETRIES, _RETRY_MINUTES = "3", "5"
_SIGNING = "128"
_CLIENT_AUTHENTICATION, _ANY_PURPOSE = "1.3.6.1.5.5.7.3.2", "2.5.29.37.0"


def base_uri(item_id: str) -> str:
    """Where the request of an item is on the PC."""
    return f"./Device/Vendor/MSFT/ClientCertificateInstall/SCEP/{item_id}"


def document(item_id: str, *, url: str, challenge: str, thumbprint: str) -> str:
    """The SyncML of one item, with Iru's variables in it. ``thumbprint``: SHA-1 of the root, hexadecimal."""
    install = f"{base_uri(item_id)}/Install"
    nodes = [
        ("RetryCount", "int", _RETRIES),
        ("RetryDelay", "int", _RETRY_MINUTES),
        ("KeyUsage", "int", _SIGNING),
        ("KeyLength", "int", "2048"),
        ("HashAlgorithm", "chr", "SHA-2"),
        ("SubjectName", "chr", "CN=$SERIAL_NUMBER"),
        ("EKUMapping", "chr", f"{_CLIENT_AUTHENTICATION}+{_ANY_PURPOSE}"),
        ("ServerURL", "chr", url),
        ("Challenge", "chr", challenge),
        ("CAThumbprint", "chr", thumbprint),
    ]
    message = ElementTree.Element("SyncML", xmlns="SYNCML:SYNCML1.2")
    body = ElementTree.SubElement(message, "SyncBody")
    atomic = ElementTree.SubElement(body, "Atomic")
    ElementTree.SubElement(atomic, "CmdID").text = "1"
    _command(atomic, "Add", base_uri(item_id), "node", None)
    for name, kind, value in nodes:
        _command(atomic, "Add", f"{install}/{name}", kind, value)
    _command(atomic, "Exec", f"{install}/Enroll", None, None)
    ElementTree.SubElement(body, "Final")
    return ElementTree.tostring(message, encoding="unicode")


def _command(atomic: ElementTree.Element, verb: str, uri: str, kind: str | None, value: str | None) -> None:
    command = ElementTree.SubElement(atomic, verb)
    ElementTree.SubElement(command, "CmdID").text = str(len(atomic))
    item = ElementTree.SubElement(command, "Item")
    ElementTree.SubElement(ElementTree.SubElement(item, "Target"), "LocURI").text = uri
    if kind is not None:
        ElementTree.SubElement(ElementTree.SubElement(item, "Meta"), "Format", xmlns="syncml:metinf").text = kind
    if value is not None:
        ElementTree.SubElement(item, "Data").text = value
