# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which permission of an API token a request needs, in the words of Iru's console.

The console lists a token's permissions as the official collection lists its requests: groups, and titles in them
(kandji-inc/iructl wiki "Token-Permissions"; MScottBlake/kandji-openapi). A request that is not here is named by its
method and path instead.
"""

from __future__ import annotations

_API = "/api/v1"

# Group of the console → "METHOD path" → title. {} stands for one part of a path.
_GROUPS: dict[str, dict[str, str]] = {
    "Audit Log": {"GET /audit/events": "List audit events"},
    "Blueprints": {
        "GET /blueprints": "List Blueprints",
        "POST /blueprints": "Create Blueprint",
        "GET /blueprints/templates": "Get Blueprint Templates",
        "GET /blueprints/{}": "Get Blueprint",
        "PATCH /blueprints/{}": "Update Blueprint",
        "DELETE /blueprints/{}": "Delete Blueprint",
        "GET /blueprints/{}/ota-enrollment-profile": "Get Manual Enrollment Profile",
        "GET /blueprints/{}/list-library-items": "List Library Items",
        "POST /blueprints/{}/assign-library-item": "Assign Library Item",
        "POST /blueprints/{}/remove-library-item": "Remove Library Item",
    },
    "Blueprint Routing": {
        "GET /blueprint-routing": "Get Blueprint Routing",
        "PATCH /blueprint-routing": "Update Blueprint Routing",
        "GET /blueprint-routing/activity": "Get Blueprint Routing Activity",
    },
    "Custom Apps": {
        "GET /library/custom-apps": "List Custom Apps",
        "POST /library/custom-apps": "Create Custom App",
        "POST /library/custom-apps/upload": "Upload Custom App",
        "GET /library/custom-apps/{}": "Get Custom App",
        "PATCH /library/custom-apps/{}": "Update Custom App",
        "DELETE /library/custom-apps/{}": "Delete Custom App",
    },
    "Custom Profiles": {
        "GET /library/custom-profiles": "List Custom Profiles",
        "POST /library/custom-profiles": "Create Custom Profile",
        "GET /library/custom-profiles/{}": "Get Custom Profile",
        "PATCH /library/custom-profiles/{}": "Update Custom Profile",
        "DELETE /library/custom-profiles/{}": "Delete Custom Profile",
    },
    "Custom Scripts": {
        "GET /library/custom-scripts": "List Custom Scripts",
        "POST /library/custom-scripts": "Create Custom Script",
        "GET /library/custom-scripts/{}": "Get Custom Script",
        "PATCH /library/custom-scripts/{}": "Update Custom Script",
        "DELETE /library/custom-scripts/{}": "Delete Custom Script",
    },
    "Device Actions": {
        "POST /devices/{}/action/blankpush": "Send Blankpush",
        "POST /devices/{}/action/updateinventory": "Update Inventory",
        "POST /devices/{}/action/reinstallagent": "Reinstall Agent",
        "POST /devices/{}/action/renewmdmprofile": "Renew MDM Profile",
        "DELETE /devices/{}": "Delete Device",
    },
    "Device Information": {
        "GET /devices": "List Devices",
        "GET /devices/{}": "Get Device",
        "PATCH /devices/{}": "Update Device",
        "GET /devices/{}/activity": "Get Device Activity",
        "GET /devices/{}/apps": "Get Device Apps",
        "GET /devices/{}/commands": "Get Device Commands",
        "GET /devices/{}/details": "Get Device Details",
        "GET /devices/{}/library-items": "Get Device Library Items",
        "GET /devices/{}/parameters": "Get Device Parameters",
        "GET /devices/{}/status": "Get Device Status",
    },
    "Library": {
        "GET /library/library-items/{}/activity": "Get Library Item Activity",
        "GET /library/library-items/{}/status": "Get Library Item Statuses",
    },
    "Prism": {
        "GET /prism/activation_lock": "Activation lock",
        "GET /prism/application_firewall": "Application firewall",
        "GET /prism/apps": "Applications",
        "GET /prism/cellular": "Cellular",
        "GET /prism/certificates": "Certificates",
        "GET /prism/count": "Count",
        "GET /prism/desktop_and_screensaver": "Desktop and Screensaver",
        "GET /prism/device_information": "Device information",
        "GET /prism/filevault": "FileVault",
        "GET /prism/gatekeeper_and_xprotect": "Gatekeeper and XProtect",
        "GET /prism/installed_profiles": "Installed profiles",
        "GET /prism/kernel_extensions": "Kernel Extensions",
        "GET /prism/launch_agents_and_daemons": "Launch Agents and Daemons",
        "GET /prism/local_users": "Local users",
        "GET /prism/startup_settings": "Startup settings",
        "GET /prism/system_extensions": "System Extensions",
        "GET /prism/transparency_database": "Transparency database",
        "POST /prism/export": "Request category export",
        "GET /prism/export/{}": "Get category export",
    },
    "Self Service": {"GET /self-service/categories": "List Self Service Categories"},
    "Tags": {
        "GET /tags": "Get Tags",
        "POST /tags": "Create Tag",
        "PATCH /tags/{}": "Update Tag",
        "DELETE /tags/{}": "Delete Tag",
    },
    "Users": {
        "GET /users": "List Users",
        "GET /users/{}": "Get User",
        "DELETE /users/{}": "Delete User",
    },
}


def permission_for(method: str, path: str) -> str | None:
    """The permission, ``Custom Profiles: Create Custom Profile``; ``None`` for a request that is not in the table."""
    parts = path.removeprefix(_API).strip("/").split("/")
    best: tuple[int, str] | None = None
    for group, requests in _GROUPS.items():
        for request, title in requests.items():
            wanted_method, _blank, template = request.partition(" ")
            literal = _literal_parts(template.strip("/").split("/"), parts) if wanted_method == method else None
            if literal is not None and (best is None or literal > best[0]):
                best = literal, f"{group}: {title}"
    return best[1] if best else None


def _literal_parts(template: list[str], parts: list[str]) -> int | None:
    """How many parts a path has in common with a template that it fits: ``templates`` is not to be taken for an id."""
    if len(template) != len(parts) or any(one not in ("{}", part) for one, part in zip(template, parts, strict=True)):
        return None
    return sum(one != "{}" for one in template)
