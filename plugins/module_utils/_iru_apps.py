# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Custom apps of the Iru Library: rules between their fields, comparison, create and change.

Iru takes a package in three steps: it signs a form, the package goes to object storage, then the app is created or
changed with the key of the upload. While Iru works on a package it answers that last step with 503.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import planned_id
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import (
    BadAnswer,
    InvalidInput,
    OutcomeUnknown,
    TimedOut,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, Request
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_custom_items import (
    CUSTOM_APP,
    Record,
    changed_after_all,
    list_items,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_self_service import (
    CATEGORY,
    RECOMMENDED,
    SHOWN,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._package import Package
from ansible_collections.okta_iru.attestation.plugins.module_utils._script_text import is_same_script

UPLOAD_PATH = f"{CUSTOM_APP.path}/upload"

SCRIPTS = ("audit_script", "preinstall_script", "postinstall_script")
INSTALL_TYPES = ("package", "zip", "image")
ENFORCEMENTS = ("install_once", "continuously_enforce", "no_enforcement")

_DEFAULTS: Record = {
    "unzip_location": "",
    "restart": False,
    "active": True,
    SHOWN: False,
    **dict.fromkeys(SCRIPTS, ""),
}
_LONGEST_PAUSE = 30.0  # seconds between two questions whether Iru is done with a package
_BUSY = 503


@dataclass(frozen=True)
class WantedApp:
    """What the user set: fields of the API (scripts without white space at their end), and the package if any."""

    fields: Record
    package: Package | None = None


def check_rules(title: str, app: Record) -> None:
    """Raises InvalidInput for fields that Iru would refuse, before a package is uploaded for nothing.

    The rules are Iru's own, told apart by the field that its 400 names (kandji-inc/iructl, live tests).
    """
    enforcement = app.get("install_enforcement")
    rules = [
        (
            enforcement == "continuously_enforce" and not app.get("audit_script"),
            "audit_script: Required when choosing continuously_enforce",
            "Give audit_script or audit_script_file; its exit code tells whether the app is in place.",
        ),
        (
            enforcement != "continuously_enforce" and app.get("audit_script"),
            "audit_script: Only allowed when choosing continuously_enforce",
            f"install_enforcement is {enforcement!r}.",
        ),
        (
            enforcement == "no_enforcement" and not app.get(SHOWN),
            f"{SHOWN}: Required when not enforcing install",
            "Set it, and self_service_category, or choose another install_enforcement.",
        ),
        (
            app.get("install_type") == "zip" and not app.get("unzip_location"),
            "unzip_location: Required when install_type is zip",
            "Give the folder on the Mac, such as /Applications.",
        ),
        (
            app.get(SHOWN) and CATEGORY in app and not app[CATEGORY],
            f"{CATEGORY}: Required when {SHOWN} is true",
            "Give self_service_category.",
        ),
    ]
    for is_broken, words, advice in rules:
        if is_broken:
            raise InvalidInput(f"Iru would refuse the custom app {title!r}: {words}. {advice} Nothing was uploaded.")


def merged(wanted: WantedApp, found: Record | None) -> Record:
    """The app as it is to be afterwards, as far as the rules are about it."""
    app = {CATEGORY: "", **_DEFAULTS, **(found or {}), **wanted.fields}
    # A tenant that shows an app without telling its category (as the published examples do) has one all the same.
    if found and found.get(SHOWN) and CATEGORY not in found and CATEGORY not in wanted.fields:
        del app[CATEGORY]
    return app


def changes_of(wanted: WantedApp, found: Record) -> Record:
    """The fields that a PATCH has to send; ``file_key`` is not among them. What Iru does not tell is not compared."""
    fields = dict(wanted.fields)
    leaves_audits = fields.get("install_enforcement", "continuously_enforce") != "continuously_enforce"
    if leaves_audits and "audit_script" not in fields and found.get("audit_script"):
        fields["audit_script"] = ""  # Iru keeps one for continuously_enforce only
    known = found if found.get(SHOWN) else {**found, CATEGORY: "", RECOMMENDED: False}
    return {key: value for key, value in fields.items() if key in known and not _is_same(key, value, known[key])}


def has_package(found: Record | None, sha256: str | None) -> bool:
    """Whether Iru tells that it has the package of this SHA-256."""
    return sha256 is not None and str((found or {}).get("sha256")).lower() == sha256


def is_same_package(package: Package, found: Record) -> bool:
    """Whether Iru has this very file: by SHA-256, or on a tenant that does not tell it (published example) by size."""
    if found.get("sha256"):
        return has_package(found, package.sha256)
    return found.get("file_size") == package.size


def create_app(
    client: Client, wanted: WantedApp, package: Package, file_key: str, *, limit: float, progress: Callable[[str], None]
) -> Record:
    """Create it from an uploaded package, waiting at most ``limit`` seconds while Iru works on that."""
    fields = {**_DEFAULTS, **wanted.fields, "file_key": file_key}
    predicted = {"id": planned_id("custom_app", fields["name"]), **fields, **_file_of(package), "updated_at": None}

    def read_back() -> Record | None:
        return next((app for app in list_items(client, CUSTOM_APP) if app.get("file_key") == file_key), None)

    request = Request("POST", CUSTOM_APP.path, form=_form(fields))
    return _write_when_done(client, request, predicted, read_back, limit=limit, progress=progress)


def update_app(
    client: Client,
    found: Record,
    changes: Record,
    package: Package | None,
    *,
    limit: float,
    progress: Callable[[str], None],
) -> Record:
    """Send what differs; ``changes`` has a ``file_key`` where ``package`` replaces the one that is there."""

    def differs(now: Record) -> bool:
        return any(not _is_same(key, value, now.get(key)) for key, value in changes.items())

    request = Request("PATCH", f"{CUSTOM_APP.path}/{found['id']}", form=_form(changes))
    predicted = {**found, **changes, **(_file_of(package) if package else {}), "updated_at": None}
    read_back = changed_after_all(client, CUSTOM_APP, found, differs)
    return _write_when_done(client, request, predicted, read_back, limit=limit, progress=progress)


def check_stored(app: Record, package: Package) -> None:
    """Raises BadAnswer if Iru tells another SHA-256 than that of the package that was sent; the app is there then."""
    stored = str(app.get("sha256") or package.sha256).lower()
    if stored != package.sha256:
        raise BadAnswer(
            f"Iru stored another package for the custom app {app.get('name')!r} ({app.get('id')}) than was sent: its "
            f"SHA-256 is {stored}, that of {package.path} is {package.sha256}. Run again to replace it."
        )


def app_view(app: Record) -> Record:
    """An app for results: without the address that anybody could fetch the package from for a while."""
    return {key: value for key, value in app.items() if key != "file_url"}


def _write_when_done(
    client: Client,
    request: Request,
    predicted: Record,
    read_back: Callable[[], Record | None],
    *,
    limit: float,
    progress: Callable[[str], None],
) -> Record:
    """Send until Iru is done with the package. Another unknown outcome is read back, as everywhere: so is a 503, since
    a gateway may say so of a request that was carried out."""
    waited, attempt, broken = 0.0, 0, 0
    while True:
        try:
            written: Record = client.write(request, predicted=predicted, returns_object=True)
            return written
        except OutcomeUnknown as unknown:
            busy = unknown.details.get("status") == _BUSY
            pause = min(2.0**attempt, _LONGEST_PAUSE)
            if busy and waited + pause > limit:
                raise TimedOut(
                    f"Iru still works on the package {waited:.0f} s after it was uploaded ({_BUSY} to "
                    f"{request.title}), longer than processing_timeout ({limit:.0f} s). Nothing was created or changed "
                    "yet; run again later with a longer one.",
                    wait=round(waited),
                ) from None
            if not busy and broken >= client.retries:
                raise
            if busy:
                progress(f"Iru works on the package, next question in {pause:.0f} s")
                client.rest(pause)
                waited, attempt = waited + pause, attempt + 1
            else:
                client.pause(broken)
                broken += 1
            done = read_back()
            if done is not None:
                return done
            client.writes.pop()  # the repetition notes it again


def _file_of(package: Package) -> Record:
    return {"sha256": package.sha256, "file_size": package.size or None, "file_updated": None}


def _is_same(key: str, wanted: Any, found: Any) -> bool:
    return is_same_script(wanted, found) if key in SCRIPTS else wanted == (found if found is not None else "")


def _form(fields: Record) -> dict[str, str]:
    """The documented encoding: a form with texts."""
    return {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in fields.items()}
