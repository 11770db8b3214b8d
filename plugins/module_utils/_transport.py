# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an exception of requests means: was anything sent, is it worth another try, and why, in words."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

try:
    import requests
except ImportError:
    requests = None  # type: ignore[assignment]


def is_untrusted(error: BaseException) -> bool:
    """Whether the server's certificate was refused. Other TLS errors may come at any time, after a request as well."""
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))


def was_never_sent(error: BaseException) -> bool:
    """Whether no connection came about, so that nothing can have happened."""
    timed_out = isinstance(error, requests.exceptions.ConnectTimeout)
    return (
        timed_out or is_untrusted(error) or "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)
    )


def reason_of(error: BaseException) -> str:
    """The innermost cause in words; never the URL with its query, which requests puts into its messages."""
    if isinstance(error, requests.exceptions.InvalidURL):
        return "the host of the url is no host name"
    *_outer, cause = _causes(error)
    text = str(cause)
    return text.partition(": ")[2] if "object at 0x" in text or "Connection(host=" in text else text


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        candidates = (getattr(cause, "reason", None), *cause.args)
        cause = next((item for item in candidates if isinstance(item, BaseException) and item is not cause), None)
