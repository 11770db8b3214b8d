#!/usr/bin/python
# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps one custom app of the Iru Library as it should be."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iru_custom_app
short_description: Manage a custom app in the Iru Library
version_added: 0.1.0
description:
  - Creates, changes or removes a custom app, a package for Macs that is uploaded to Iru, such as Okta Verify.
  - The package is compared with the one in Iru by its SHA-256, and uploaded only if that differs. A newer package
    replaces the older one in place; Blueprints stay assigned.
  - The package goes to the object storage that Iru names, without the API token. It is sent piece by piece, so that a
    package of several gigabytes needs no more memory than a small one.
  - Rules between options are checked before anything is uploaded.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.iru
  - okta_iru.attestation.iru_self_service
  - okta_iru.attestation.attributes
notes:
  - Least permissions of the API token are Custom Apps List, Get, Create, Update and Upload, List Self Service
    Categories if O(self_service_category) is a name, and Delete for O(state=absent).
  - In check mode an app that would be created has an id that begins with V(planned:), which other modules of this
    collection accept in check mode.
  - The API creates apps for Macs only. Apps for Windows are made in the console.
options:
  name:
    description:
      - Name of the Library item. Together with O(id) it renames the app.
      - Names need not be unique in Iru. More than one app of the name is an error that lists the ids.
    type: str
  id:
    description: Id of the Library item.
    type: str
  state:
    description: Whether the app is in the Library. Removing it leaves it installed on the devices.
    type: str
    choices: [present, absent]
    default: present
  src:
    description:
      - The package, where the task runs (on the controller unless the connection says otherwise), at most 5 GB. A flat
        C(.pkg), a C(.zip) or a C(.dmg).
      - Needed for an app that is created; without it the package in Iru stays.
    type: path
  sha256:
    description:
      - The SHA-256 of O(src), hexadecimal. Another file is refused, and none is needed if Iru has the package already.
      - In check mode O(src) need not be there yet, so that a task before this one may fetch it.
    type: str
  file_name:
    description: Name under which the package is uploaded. The name of O(src) if unset.
    type: str
  install_type:
    description:
      - What kind of file it is. By the ending of O(src) for an app that is created, unchanged for others, if unset.
    type: str
    choices: [package, zip, image]
  install_enforcement:
    description:
      - When the app is installed. V(continuously_enforce) runs the audit script regularly, and installs the app when
        that ends with another exit code than 0. V(no_enforcement) leaves it to the users in Self Service.
      - Needed for an app that is created.
    type: str
    choices: [install_once, continuously_enforce, no_enforcement]
  unzip_location:
    description: Folder on the Mac that a zip is extracted to. Needed with O(install_type=zip).
    type: str
  audit_script:
    description:
      - Text of the script that tells, by the exit code 0, that the app is in place. Needed with, and only with,
        O(install_enforcement=continuously_enforce).
      - White space at the end of a script does not count, as Iru removes it.
    type: str
  audit_script_file:
    description: File with the audit script, instead of O(audit_script).
    type: path
  preinstall_script:
    description: Text of a script that runs before the installation. The empty text removes it.
    type: str
  preinstall_script_file:
    description: File with that script, instead of O(preinstall_script).
    type: path
  postinstall_script:
    description: Text of a script that runs after the installation. The empty text removes it.
    type: str
  postinstall_script_file:
    description: File with that script, instead of O(postinstall_script).
    type: path
  restart:
    description: Whether the Mac restarts after the installation. V(false) for an app that is created if unset.
    type: bool
  active:
    description: Whether the app is distributed. V(true) for an app that is created if unset.
    type: bool
  processing_timeout:
    description: Seconds to wait while Iru works on an uploaded package and answers 503.
    type: float
    default: 300.0
seealso:
  - module: okta_iru.attestation.iru_custom_app_info
  - module: okta_iru.attestation.iru_library_assignment
"""

EXAMPLES = r"""
- name: Okta Verify from its package
  okta_iru.attestation.iru_custom_app:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    name: Okta Verify
    src: files/OktaVerify-9.52.0.pkg
    install_enforcement: continuously_enforce
    audit_script: |
      #!/bin/zsh
      [[ -d "/Applications/Okta Verify.app" ]]

- name: An app that users may install
  okta_iru.attestation.iru_custom_app:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    name: Company fonts
    src: files/fonts.zip
    unzip_location: /Library/Fonts
    install_enforcement: no_enforcement
    show_in_self_service: true
    self_service_category: Utilities

- name: Remove an app
  okta_iru.attestation.iru_custom_app:
    url: https://example.api.kandji.io
    token: "{{ iru_token }}"
    name: Company fonts
    state: absent
"""

RETURN = r"""
app:
  description: The app as it is now, in the API's own keys but without C(file_url). V(null) where it is absent.
  returned: success
  type: dict
  sample:
    id: 58429143-b55c-42d3-a9a3-7c699ddd0ce1
    name: Okta Verify
    active: true
    install_type: package
    install_enforcement: install_once
    file_key: companies/companies/d934a231-e183-4951-b0a0-763e20572c1d/library/custom_apps/OktaVerify_18cf0dfc.pkg
    file_size: 42375997
    sha256: 30e14955ebf1352266dc2ff8067e68104607e750abb9d3b36582b8af909fcb58
    show_in_self_service: false
    updated_at: "2026-03-16T09:12:44.120000Z"
  contains:
    id:
      description: Id of the Library item.
      type: str
    name:
      description: Name of the Library item.
      type: str
    sha256:
      description: SHA-256 of the package.
      type: str
    file_size:
      description: Size of the package in bytes.
      type: int
    file_key:
      description: Where the package lies in Iru's object storage. It begins with V(planned:) in check mode.
      type: str
    updated_at:
      description: Time of the last write, ISO 8601. V(null) in check mode where one would follow.
      type: str
uploaded:
  description: Whether the package was uploaded, or in check mode would have been.
  returned: success
  type: bool
  sample: true
changes:
  description: What was made, changed or removed, with its state before and now, as the record of the tenant keeps it.
  returned: when something changed
  type: list
  elements: dict
  sample: [{kind: iru_custom_app, id: 58429143-b55c-42d3-a9a3-7c699ddd0ce1, name: Okta Verify, was: null, now: {}}]
writes:
  description:
    - The requests to Iru that changed something, or in check mode would have. The upload itself goes elsewhere.
  returned: success
  type: list
  elements: dict
  sample: [{method: POST, path: /api/v1/library/custom-apps/upload}, {method: POST, path: /api/v1/library/custom-apps}]
"""

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import is_planned
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru import (
    checked_id,
    checked_name,
    result_of_planned,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_apps import (
    ENFORCEMENTS,
    INSTALL_TYPES,
    SCRIPTS,
    UPLOAD_PATH,
    WantedApp,
    app_view,
    changes_of,
    check_rules,
    check_stored,
    create_app,
    has_package,
    is_same_package,
    merged,
    update_app,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_custom_items import (
    CUSTOM_APP,
    Record,
    delete_item,
    find_item,
    first_of_the_name,
    no_such_id,
    note_item,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_self_service import (
    self_service_options,
    wanted_self_service,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_upload import upload
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import iru_client, iru_options
from ansible_collections.okta_iru.attestation.plugins.module_utils._package import (
    Package,
    check_type,
    checked_sha256,
    expected_package,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._script_text import (
    one_way_each,
    script_options,
    script_text,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import ModuleSpec, Task, run_module

SPEC = ModuleSpec(
    options={
        **iru_options(),
        "name": {"type": "str"},
        "id": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "src": {"type": "path"},
        "sha256": {"type": "str"},
        "file_name": {"type": "str"},
        "install_type": {"type": "str", "choices": list(INSTALL_TYPES)},
        "install_enforcement": {"type": "str", "choices": list(ENFORCEMENTS)},
        "unzip_location": {"type": "str"},
        **script_options(*SCRIPTS),
        "restart": {"type": "bool"},
        "active": {"type": "bool"},
        **self_service_options(),
        "processing_timeout": {"type": "float", "default": 300.0},
    },
    required_one_of=[("name", "id")],
    mutually_exclusive=one_way_each(*SCRIPTS),
    required_by={"file_name": ("src",), "sha256": ("src",)},
)

_PLAIN = ("install_type", "install_enforcement", "unzip_location", "restart", "active")


def run(task: Task) -> dict[str, Any]:
    """Bring the app in line."""
    options = task.params
    name, app_id = checked_name("name", options["name"]), checked_id("id", options["id"], check=task.check)
    if app_id and is_planned(app_id, check=task.check):
        return {**result_of_planned(task, "app", app_id), "uploaded": False}
    scripts = {key: script_text(task, key) for key in SCRIPTS}
    client = iru_client(task)
    found = find_item(client, CUSTOM_APP, item_id=app_id, name=name)
    if options["state"] == "absent":
        return _absent(task, client, found)
    package = _package(task, found)
    fields = {"name": name, **{key: options[key] for key in _PLAIN}, **scripts}
    fields = {key: value for key, value in fields.items() if value is not None}
    wanted = WantedApp(fields | wanted_self_service(client, options, found), package)
    return _create(task, client, wanted) if found is None else _update(task, client, found, wanted)


def _package(task: Task, found: Record | None) -> Package | None:
    """The package to compare with the one in Iru; None if none is given, or Iru is known to have it."""
    src, sha256 = task.params["src"], checked_sha256("sha256", task.params["sha256"])
    return expected_package(src, sha256, check=task.check) if src and not has_package(found, sha256) else None


def _create(task: Task, client: Client, wanted: WantedApp) -> dict[str, Any]:
    name, package = task.params["name"], wanted.package
    if task.params["id"]:
        raise no_such_id(client, CUSTOM_APP, task.params["id"])
    if package is None or "install_enforcement" not in wanted.fields:
        missing = "src" if package is None else "install_enforcement"
        raise InvalidInput(f"There is no custom app {name!r} yet; give {missing} to create it.")
    install_type = wanted.fields.get("install_type") or package.usual_type
    if install_type is None:
        raise InvalidInput(f"{package.name} has none of the usual endings; give install_type.")
    wanted = WantedApp({**wanted.fields, "install_type": install_type}, package)
    check_rules(name, merged(wanted, None))
    _check_type(task, package, install_type)
    file_key = _upload(task, client, package)
    created = create_app(client, wanted, package, file_key, **_waiting(task))
    app, ours = first_of_the_name(client, CUSTOM_APP, created)
    if not ours:
        return _update(task, client, app, wanted)
    note_item(task, client, CUSTOM_APP, app, was=None, now={})
    check_stored(app, package)
    return _result(task, client, app, ({}, {**wanted.fields, "package": {"sha256": package.sha256}}), uploaded=True)


def _update(task: Task, client: Client, found: Record, wanted: WantedApp) -> dict[str, Any]:
    title = wanted.fields.get("name") or str(found.get("name"))
    after = merged(wanted, found)
    changes = changes_of(wanted, found)
    package = wanted.package
    replaced = package is not None and not is_same_package(package, found)
    if changes or replaced:
        check_rules(title, {**after, **changes})
    if package is not None and not found.get("sha256") and not replaced:
        task.warn(f"Iru does not tell the SHA-256 of the custom app {title!r}; its package was compared by size only.")
    if package is not None and replaced:
        _check_type(task, package, str(after.get("install_type")))
        changes |= {"file_key": _upload(task, client, package)}
    app = found
    if changes:
        app = update_app(client, found, changes, package if replaced else None, **_waiting(task))
    shown = {key: value for key, value in changes.items() if key != "file_key"}
    before = {key: found.get(key) for key in shown}
    if changes:
        note_item(task, client, CUSTOM_APP, app, was={key: found.get(key) for key in changes}, now=changes)
    diff = (before, shown)
    if package is not None and replaced:
        check_stored(app, package)
        diff = ({**before, "package": _package_diff(found)}, {**shown, "package": {"sha256": package.sha256}})
    return _result(task, client, app, diff, uploaded=replaced)


def _absent(task: Task, client: Client, found: Record | None) -> dict[str, Any]:
    before = {}
    if found is not None:
        delete_item(client, CUSTOM_APP, found)
        before = {"name": found.get("name"), "active": found.get("active"), "package": _package_diff(found)}
        note_item(task, client, CUSTOM_APP, found, was=before, now=None)
    return _result(task, client, None, (before, {}), uploaded=False)


def _check_type(task: Task, package: Package, install_type: str) -> None:
    check_type(package, install_type)
    if package.kind is None:
        task.warn(f"{package.path} does not look like a {install_type}; if it is none, its installation fails.")


def _upload(task: Task, client: Client, package: Package) -> str:
    return upload(task, client, UPLOAD_PATH, package, task.params["file_name"] or package.name)


def _waiting(task: Task) -> dict[str, Any]:
    return {"limit": task.params["processing_timeout"], "progress": task.progress}


def _package_diff(app: Record) -> Record:
    """What a diff tells of a package in Iru. The size is not known of one that is yet to be fetched."""
    return {"sha256": app["sha256"]} if app.get("sha256") else {"size": app.get("file_size")}


def _result(
    task: Task, client: Client, app: Record | None, diff: tuple[Record, Record], *, uploaded: bool
) -> dict[str, Any]:
    title = f"custom app {task.params['name'] or task.params['id']}"
    view = app_view(app) if app is not None else None
    return task.written(client.writes, title, diff, app=view, uploaded=uploaded)


def main() -> None:
    """Entry point of the module process."""
    run_module(SPEC, run)


if __name__ == "__main__":
    main()
