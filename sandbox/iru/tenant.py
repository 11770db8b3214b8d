"""The Iru tenant's part of the state: where each thing lives, how it is found, and which behaviours can be changed."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.world import World

SETTINGS: dict[str, Any] = {
    # Requests of the whole tenant: 10,000 an hour is documented, 50 a second is in recorded headers.
    "rate_limit_hour": 10_000,
    "rate_limit_second": 50,
    # How long the window is that is called an hour; short ones make its end testable.
    "rate_limit_hour_seconds": 3600,
    # The largest pages that a caller can ask for, and pages whose size the caller cannot choose [all documented]; small
    # ones make paging testable with few objects.
    "page_limit": 300,
    "audit_page_limit": 500,
    "custom_profiles_page_size": 300,
    "users_page_size": 300,
    "custom_apps_page_size": 300,
    "custom_scripts_page_size": 300,
    "ade_devices_page_size": 300,
    # Iru documents 429 without its headers; Kong, the gateway in front of it, sends Retry-After in seconds.
    "retry_after": True,
    # No limit of a request's size was found; None means none, a number of bytes makes larger ones a 413.
    "maximum_body_bytes": None,
    # No source shows the body of a refused profile or Blueprint: "fields", "list", "string" or "detail".
    "validation_error_shape": "fields",
    # Recorded 2024 answers had no runs_on_* flags beyond the five that can be written.
    "android_and_windows_flags": True,
    # The documented answer to a Blueprint's PATCH (2021) counts missing computers; later answers to a GET do not.
    "missing_computers_count": True,
    # What Iru does with a signed profile is not known: "refused" or "unwrapped".
    "signed_profiles": "refused",
    # Whether Iru's own Okta Device Trust is in use; it shows only in the inventory of the Macs.
    "okta_device_trust": False,
    # Whether manual enrolment asks people to sign in, for ota-enrollment-profile?sso=true.
    "manual_enrollment_requires_authentication": False,
    # A recorded profile has a PayloadScope; whether Iru adds it when the upload has none is not known.
    "payload_scope_added": True,
    # Whether an update puts status rows back to pending until the profile is installed again is not known.
    "update_resets_status": True,
    # Published status rows of an item have neither its type nor edr_status, but for items of the EDR.
    "status_rows_have_type": False,
    # How often a create or update right after an upload is answered with 503, since Iru still works on the file.
    "upload_processing_polls": 1,
    # Verified live by two clients: white space at the end of a script is gone. "both" ends and "none" are possible.
    "scripts_trimmed": "end",
    # Verified live by a client: category and recommendation of a script are in no answer, unlike those of an app.
    "script_category_shown": False,
    # What a user variable becomes on a device without a user is not known: "empty" or "verbatim".
    "variables_without_user": "empty",
    # When a profile that failed is sent again without a change is not known; None means never.
    "failed_profile_retry_minutes": 1440,
    # A PC says that it accepts a certificate request, and enrols then. Whether Iru's status tells of the first
    # ("accepted") or of the certificate ("enrolled") is not known.
    "windows_scep_status": "accepted",
    # Published: `next` of /users and of ADE's devices names the console's host, not the API's.
    "users_next_on_console_host": True,
    # Recorded both ways: a number, and null.
    "prism_total": False,
    # Recorded: 25 rows in an answer to a request without limit; Iru's own example says 300.
    "prism_default_limit": 25,
    # How often one looks at an export of Prism before it is done, and why it fails instead (empty: it does not).
    "prism_export_polls": 1,
    "prism_export_error": "",
    # Devices made from their number, behind the simulated computers, for tests of scale: none to hundreds of thousands.
    "synthetic_devices": 0,
    # Recorded: a number in 2022 and 2023, a UUID later.
    "numeric_user_ids": False,
}
"""Behaviours that can be changed while the sandbox runs (``POST /control/settings``), with their first values."""

Record = dict[str, Any]


def tenant(world: World) -> Record:
    """The tenant's whole state."""
    state: Record = world.data["iru"]
    return state


def setting(world: World, name: str) -> Any:
    """The present value of one of SETTINGS."""
    return tenant(world)["settings"][name]


ITEM_KINDS = ("custom_profiles", "custom_apps", "custom_scripts", "ipa_apps", "native_items")
"""Where Library items live, by kind."""


def library_item(world: World, item_id: str) -> Record | None:
    """A Library item of any kind, with at least ``id``, ``name``, ``type``, ``active`` and ``platforms``."""
    kinds = (tenant(world)[kind] for kind in ITEM_KINDS)
    return next((items[item_id] for items in kinds if item_id in items), None)


def library_items(world: World) -> list[Record]:
    """All Library items, kind by kind."""
    return [item for kind in ITEM_KINDS for item in tenant(world)[kind].values()]


def derived_uuid(world: World, *names: str) -> str:
    """A UUID that is the same in every tenant of a seed. Unlike a new one it leaves later draws as they are."""
    return str(uuid.uuid5(uuid.UUID(tenant(world)["api_token"]), "/".join(names)))


def iso_time(moment: datetime) -> str:
    """Iru's usual timestamp: ISO 8601 with microseconds and Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def spaced_time(moment: datetime) -> str:
    """The timestamp of enrolment dates, recorded as ``2022-06-24 14:20:19.961496+00:00``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00:00")


def prism_time(moment: datetime) -> str:
    """The timestamp of Prism rows, recorded as ``2024-11-18T21:02:58.411377+00:00``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")


def parse_time(text: str) -> datetime:
    """Any of the forms above as an aware datetime. Raises ValueError for anything else."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def now(world: World) -> str:
    """The world's time in Iru's usual form."""
    return iso_time(world.clock.now())


def next_row_id(world: World) -> int:
    """The next id of a status, activity or command row; recorded rows have small whole numbers."""
    state = tenant(world)
    state["last_row_id"] += 1
    return int(state["last_row_id"])
