# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A package on disk: read twice, once for its hash and once to send it, never held in memory.

Whoever builds packages may still be writing one. So every reading checks that it is the file that was hashed, and a
sending that finds another one stops before its last byte.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import (
    AttestationError,
    InvalidInput,
    Refused,
)

CHUNK = 1 << 20  # bytes that are in memory at a time

LARGEST = 5 * 1024**3
"""Iru documents 5 GB for a package."""

# What a file begins with; a disk image has its mark in a block of this size at its end.
_MAGIC = {b"xar!": "package", b"PK\x03\x04": "zip"}
_IMAGE_TRAILER, _IMAGE_MAGIC = 512, b"koly"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SUFFIXES = {".pkg": "package", ".mpkg": "package", ".zip": "zip", ".dmg": "image"}


class PackageChanged(AttestationError):
    """The package is not what it was when its hash was taken: somebody writes to it. Nothing was created."""


@dataclass(frozen=True)
class Package:
    """A file and what identifies its content. ``kind`` is Iru's install_type, ``None`` if the file does not show it."""

    path: str
    size: int
    sha256: str
    kind: str | None
    stamp: tuple[int, ...]

    @property
    def name(self) -> str:
        """The name of the file."""
        return Path(self.path).name

    @property
    def usual_type(self) -> str | None:
        """The install_type that the file's name stands for."""
        return _SUFFIXES.get(Path(self.path).suffix.lower())

    def chunks(self) -> Iterator[bytes]:
        """The content, exactly ``size`` bytes. Raises PackageChanged before the last chunk is given away."""
        digest, left = hashlib.sha256(), self.size
        try:
            with Path(self.path).open("rb") as file:
                self._check(_stamp(os.fstat(file.fileno())))
                while left:
                    chunk = file.read(min(CHUNK, left))
                    if not chunk:
                        raise self._changed(f"it ended {left} bytes early")
                    digest.update(chunk)
                    left -= len(chunk)
                    if not left:
                        self._check(_stamp(os.fstat(file.fileno())))
                        if digest.hexdigest() != self.sha256:
                            raise self._changed("its content is another one")
                    yield chunk
        except OSError as error:
            raise InvalidInput(f"The package {self.path} cannot be read: {error.strerror}.") from None

    def _check(self, stamp: tuple[int, ...]) -> None:
        if stamp != self.stamp:
            raise self._changed("its size, time or place on disk is another one")

    def _changed(self, what: str) -> PackageChanged:
        return PackageChanged(
            f"The package {self.path} changed while it was read: {what} than when its hash was taken. Nothing was "
            "created or replaced in Iru; run again when nobody writes to the file."
        )


def read_package(path: str) -> Package:
    """Hash a file. Raises InvalidInput for one that is missing, empty, too large or no file, and PackageChanged for one
    that changes meanwhile."""
    digest = hashlib.sha256()
    try:
        with Path(path).open("rb") as file:
            before = os.fstat(file.fileno())
            _check_size(path, before.st_size)
            kind = _kind(file.read(4), path, before.st_size)
            file.seek(0)
            while chunk := file.read(CHUNK):
                digest.update(chunk)
            after = os.fstat(file.fileno())
    except IsADirectoryError:
        raise InvalidInput(
            f"The package {path} is a folder; Iru takes one file: a flat .pkg, a .dmg or a .zip."
        ) from None
    except OSError as error:
        raise InvalidInput(f"The package {path} cannot be read: {error.strerror}.") from None
    package = Package(path, before.st_size, digest.hexdigest(), kind, _stamp(before))
    package._check(_stamp(after))
    return package


def checked_sha256(option: str, value: str | None) -> str | None:
    """A SHA-256 in lower case, or None if none is given. Raises InvalidInput for what is none."""
    plain = None if value is None else value.strip().lower()
    if plain is not None and not _SHA256.fullmatch(plain):
        raise InvalidInput(f"{option} is {value!r}; expected 64 hexadecimal digits.")
    return plain


def expected_package(path: str, sha256: str | None, *, check: bool) -> Package:
    """Hash a file, and raise Refused if it is not the one that is expected.

    In check mode a file that is not there, or is another one, stands for the one that an earlier task would have
    brought: by its hash, with the size 0, since that is not known yet.
    """
    if sha256 is None or not check or Path(path).exists():
        package = read_package(path)
        if sha256 in (None, package.sha256):
            return package
        if not check:
            raise Refused(
                f"The package {path} has the SHA-256 {package.sha256}; expected {sha256}. Nothing was uploaded; fetch "
                "it again, or set sha256 to that of the package that is meant.",
                sha256=package.sha256,
            )
    return Package(path, 0, str(sha256), _SUFFIXES.get(Path(path).suffix.lower()), ())


def check_type(package: Package, install_type: str) -> None:
    """Raises InvalidInput if the file is plainly of another type than it is said to be installed as."""
    if package.kind is not None and package.kind != install_type:
        raise InvalidInput(
            f"install_type is {install_type!r}, but by its content {package.path} is a {package.kind!r}: it would fail "
            f"on every device. Set install_type to {package.kind!r}, or give the right file."
        )


def _check_size(path: str, size: int) -> None:
    if size == 0:
        raise InvalidInput(f"The package {path} is empty.")
    if size > LARGEST:
        raise InvalidInput(f"The package {path} has {size} bytes; Iru takes at most 5 GB ({LARGEST} bytes).")


def _kind(start: bytes, path: str, size: int) -> str | None:
    if start in _MAGIC:
        return _MAGIC[start]
    if size < _IMAGE_TRAILER:
        return None
    with Path(path).open("rb") as file:
        file.seek(-_IMAGE_TRAILER, os.SEEK_END)
        return "image" if file.read(len(_IMAGE_MAGIC)) == _IMAGE_MAGIC else None


def _stamp(stat: os.stat_result) -> tuple[int, ...]:
    """What is another number once a file was written to or replaced."""
    return (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)
