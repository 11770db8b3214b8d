"""What follows from a device's model and system: names, builds and processors, as inventory shows them."""

from __future__ import annotations

from sandbox.iru.tenant import Record

MAC_BUILDS = {"14.7.1": "23H222", "15.1": "24B83", "15.6.1": "24G90"}
"""Build of each macOS version in the fleet."""

WINDOWS_RELEASE, WINDOWS_VERSION = "24H2", "10.0.26100.6584"
"""Documented of a PC: ``os_version`` is the release, ``full_software_version`` the number."""

WINDOWS_AGENT = "1.0.00002.0002"
_MARKETING_NAMES = {"14": "Sonoma", "15": "Sequoia"}
_PROCESSORS = {"Mac15,12": "Apple M3", "Mac16,1": "Apple M4", "Mac16,10": "Apple M4", "MacBookAir10,1": "Apple M1"}
CORES = 8
MAC_AGENT = "4.9.2 (5120)"


def marketing_name(device: Record) -> str:
    """``Sequoia`` of macOS 15."""
    return _MARKETING_NAMES.get(device["os_version"].partition(".")[0], "")


def model_name(device: Record) -> str:
    """``MacBook Air`` of ``MacBook Air (M1, 2020)``."""
    return str(device["model"]).partition(" (")[0]


def processor(device: Record) -> str:
    """``Apple M1``."""
    return _PROCESSORS.get(device["model_identifier"], "Apple M3")


def host_name(device: Record) -> str:
    """The name under which a Mac is found in its network: no blanks, ASCII."""
    name = str(device["device_name"]).encode("ascii", "ignore").decode()
    return name.replace(" ", "-")


def account(device: Record) -> str:
    """Short name of the person's local account: from the device's name, so that it draws no random number."""
    first = host_name(device).partition("s-")[0].lower()
    return "".join(letter for letter in first if letter.isalnum()) or "user"
