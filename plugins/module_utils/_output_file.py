# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that is written piece by piece beside its place and takes it at the end, so that nobody sees half of it, and a
run that is killed leaves the file as it was."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput

_MODE = 0o600  # events and devices tell of people


class OutputFile:
    """Takes bytes; a context manager that puts the file in its place when it is left without an error.

    ``changed`` tells afterwards whether the file is another than before; in check mode it is only compared. Raises
    InvalidInput, naming the option, where the file cannot be written.
    """

    def __init__(self, option: str, path: str, *, check: bool = False) -> None:
        self.path = Path(path)
        self.size = 0
        self.changed = False
        self._option = option
        self._check = check
        self._digest = hashlib.sha256()
        self._file: BinaryIO | None = None
        self._temporary: Path | None = None

    @property
    def checksum(self) -> str:
        """SHA-256 of what was written, in hexadecimal."""
        return self._digest.hexdigest()

    def __enter__(self) -> OutputFile:
        if self.path.is_dir():
            raise InvalidInput(f"{self._option} is {self.path}, a directory; expected a file.")
        if not self._check:
            with self._named_failure():
                handle, name = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
                self._temporary, self._file = Path(name), os.fdopen(handle, "wb", buffering=1 << 20)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            if self._file is not None:
                self._file.close()
            if self._temporary is not None:
                self._temporary.unlink(missing_ok=True)

    def write(self, data: bytes) -> None:
        """Add bytes."""
        self._digest.update(data)
        self.size += len(data)
        if self._file is not None:
            with self._named_failure():
                self._file.write(data)

    def _finish(self) -> None:
        with self._named_failure():
            self.changed = not self.path.is_file() or _digest_of(self.path) != self._digest.digest()
            if self._file is not None and self._temporary is not None and self.changed:
                self._file.close()
                self._temporary.chmod(_MODE)
                self._temporary.replace(self.path)

    @contextlib.contextmanager
    def _named_failure(self) -> Any:
        try:
            yield
        except OSError as error:
            raise InvalidInput(f"{self._option} {self.path} cannot be written: {error.strerror}.") from None


def _digest_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
