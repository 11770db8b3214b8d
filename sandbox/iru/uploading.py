"""Where apps of both kinds begin: a signed form for one file in object storage, and what was uploaded with it."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from sandbox import uploads
from sandbox.iru.tenant import Record, iso_time, setting, tenant

if TYPE_CHECKING:
    from sandbox.world import World


def reserve(world: World, folder: str, name: str) -> Record:
    """``expires``, ``post_url``, ``post_data`` and ``file_key`` for a file of this name.

    Published: the key has eight hex digits more than the file's name, so that no two uploads share one.
    """
    key = f"{folder}/{PurePosixPath(name).stem}_{world.new_uuid()[:8]}{PurePosixPath(name).suffix}"
    url, fields, expires = uploads.form_for(world, key)
    tenant(world)["reserved_uploads"][key] = setting(world, "upload_processing_polls")
    return {"expires": iso_time(expires), "post_url": url, "post_data": fields, "file_key": key}


def is_busy(world: World, file_key: str) -> bool:
    """Whether Iru still works on an upload, or none has come. How often it says so depends on the file; here it is a
    setting, counted down by every question after the upload."""
    reserved: dict[str, int] = tenant(world)["reserved_uploads"]
    if uploads.stored(world, file_key) is None:
        return True
    if reserved.get(file_key, 0) > 0:
        reserved[file_key] -= 1
        return True
    return False


def file_fields(world: World, file_key: str) -> Record:
    """What an item stores about its uploaded file."""
    file = uploads.stored(world, file_key) or {"at": "", "sha256": "", "size": 0}
    updated = f"{file['at'][:19]}Z"
    return {"file_key": file_key, "sha256": file["sha256"], "file_size": file["size"], "file_updated": updated}
