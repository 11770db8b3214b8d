"""The addresses of the tenant's API."""

from __future__ import annotations

from aiohttp import web

from sandbox.iru import (
    actions,
    ade,
    ade_devices,
    apps,
    assignments,
    audit,
    blueprint_templates,
    blueprints,
    device_details,
    device_history,
    device_notes,
    device_secrets,
    device_status,
    devices,
    directory,
    enrollment,
    ipa_apps,
    library,
    licensing,
    lost_mode,
    prism,
    prism_export,
    profiles,
    scripts,
    self_service,
    threats,
    vulnerabilities,
)
from sandbox.iru.gateway import PING, ping
from sandbox.web import Handler

_API = "/api/v1"
_TABLE: dict[str, dict[str, Handler]] = {
    "/library/custom-profiles": {"GET": profiles.list_profiles, "POST": profiles.create_profile},
    "/library/custom-profiles/{library_item_id}": {
        "GET": profiles.get_profile,
        "PATCH": profiles.update_profile,
        "DELETE": profiles.delete_profile,
    },
    "/library/custom-apps": {"GET": apps.list_apps, "POST": apps.create_app},
    "/library/custom-apps/upload": {"POST": apps.reserve_upload},
    "/library/custom-apps/{library_item_id}": {
        "GET": apps.get_app,
        "PATCH": apps.update_app,
        "DELETE": apps.delete_app,
    },
    "/library/custom-scripts": {"GET": scripts.list_scripts, "POST": scripts.create_script},
    "/library/custom-scripts/{library_item_id}": {
        "GET": scripts.get_script,
        "PATCH": scripts.update_script,
        "DELETE": scripts.delete_script,
    },
    "/library/ipa-apps": {"GET": ipa_apps.list_apps, "POST": ipa_apps.create_app},
    "/library/ipa-apps/upload": {"POST": ipa_apps.reserve_upload},
    "/library/ipa-apps/upload/{pending_upload_id}/status": {"GET": ipa_apps.get_upload_status},
    "/library/ipa-apps/{library_item_id}": {
        "GET": ipa_apps.get_app,
        "PATCH": ipa_apps.update_app,
        "DELETE": ipa_apps.delete_app,
    },
    "/library/library-items/{library_item_id}/status": {"GET": library.list_statuses},
    "/library/library-items/{library_item_id}/activity": {"GET": audit.list_item_activity},
    "/blueprints": {"GET": blueprints.list_blueprints, "POST": blueprints.create_blueprint},
    "/blueprints/templates": {"GET": blueprint_templates.list_templates},
    "/blueprints/{blueprint_id}": {
        "GET": blueprints.get_blueprint,
        "PATCH": blueprints.update_blueprint,
        "DELETE": blueprints.delete_blueprint,
    },
    "/blueprints/{blueprint_id}/ota-enrollment-profile": {"GET": enrollment.get_enrollment_profile},
    "/blueprints/{blueprint_id}/list-library-items": {"GET": assignments.list_items},
    "/blueprints/{blueprint_id}/assign-library-item": {"POST": assignments.assign_item},
    "/blueprints/{blueprint_id}/remove-library-item": {"POST": assignments.remove_item},
    "/blueprint-routing": {"GET": enrollment.get_routing, "PATCH": enrollment.update_routing},
    "/blueprint-routing/activity": {"GET": enrollment.list_routing_activity},
    "/devices": {"GET": devices.list_devices},
    "/devices/{device_id}": {
        "GET": devices.get_device,
        "PATCH": devices.update_device,
        "DELETE": devices.delete_device,
    },
    "/devices/{device_id}/details": {"GET": device_details.get_details},
    "/devices/{device_id}/library-items": {"GET": device_status.get_library_items},
    "/devices/{device_id}/status": {"GET": device_status.get_status},
    "/devices/{device_id}/apps": {"GET": device_status.get_apps},
    "/devices/{device_id}/parameters": {"GET": device_status.get_parameters},
    "/devices/{device_id}/activity": {"GET": device_history.get_activity},
    "/devices/{device_id}/commands": {"GET": device_history.get_commands},
    "/devices/{device_id}/details/lostmode": {"GET": lost_mode.get_details, "DELETE": lost_mode.cancel},
    "/devices/{device_id}/notes": {"GET": device_notes.list_notes, "POST": device_notes.create_note},
    "/devices/{device_id}/notes/{note_id}": {
        "GET": device_notes.get_note,
        "PATCH": device_notes.update_note,
        "DELETE": device_notes.delete_note,
    },
    "/devices/{device_id}/secrets/bypasscode": {"GET": device_secrets.get_bypass_code},
    "/devices/{device_id}/secrets/filevaultkey": {"GET": device_secrets.get_filevault_key},
    "/devices/{device_id}/secrets/recoverypassword": {"GET": device_secrets.get_recovery_password},
    "/devices/{device_id}/secrets/unlockpin": {"GET": device_secrets.get_unlock_pin},
    **{f"/devices/{{device_id}}/action/{name}": {"POST": actions.send} for name in actions.NAMES},
    "/devices/{device_id}/action/enablelostmode": {"POST": lost_mode.enable},
    "/devices/{device_id}/action/disablelostmode": {"POST": lost_mode.disable},
    "/devices/{device_id}/action/playlostmodesound": {"POST": lost_mode.play_sound},
    "/devices/{device_id}/action/updatelocation": {"POST": lost_mode.update_location},
    "/integrations/apple/ade": {"GET": ade.list_integrations, "POST": ade.create_integration},
    "/integrations/apple/ade/public_key": {"GET": ade.get_public_key},
    "/integrations/apple/ade/devices": {"GET": ade_devices.list_devices},
    "/integrations/apple/ade/devices/{device_id}": {
        "GET": ade_devices.get_device,
        "PATCH": ade_devices.update_device,
    },
    "/integrations/apple/ade/{ade_token_id}": {
        "GET": ade.get_integration,
        "PATCH": ade.update_integration,
        "DELETE": ade.delete_integration,
    },
    "/integrations/apple/ade/{ade_token_id}/renew": {"POST": ade.renew_integration},
    "/integrations/apple/ade/{ade_token_id}/devices": {"GET": ade.list_devices_of},
    "/prism/count": {"GET": prism.count_rows},
    "/prism/export": {"POST": prism_export.request_export},
    "/prism/export/{export_id}": {"GET": prism_export.get_export},
    "/prism/{category}": {"GET": prism.list_rows},
    "/tags": {"GET": directory.list_tags, "POST": directory.create_tag},
    "/tags/{tag_id}": {"PATCH": directory.update_tag, "DELETE": directory.delete_tag},
    "/users": {"GET": directory.list_users},
    "/users/{user_id}": {"GET": directory.get_user, "DELETE": directory.delete_user},
    "/audit/events": {"GET": audit.list_events},
    "/settings/licensing": {"GET": licensing.get_licensing},
    "/threat-details": {"GET": threats.list_threats},
    "/behavioral-detections": {"GET": threats.list_behaviors},
    "/vulnerability-management/detections": {"GET": vulnerabilities.list_detections},
    "/vulnerability-management/vulnerabilities": {"GET": vulnerabilities.list_vulnerabilities},
    "/vulnerability-management/vulnerabilities/{cve_id}": {"GET": vulnerabilities.get_vulnerability},
    "/vulnerability-management/vulnerabilities/{cve_id}/applications": {"GET": vulnerabilities.list_applications},
    "/vulnerability-management/vulnerabilities/{cve_id}/devices": {"GET": vulnerabilities.list_devices},
    "/self-service/categories": {"GET": self_service.list_categories},
}


def route_definitions() -> list[web.RouteDef]:
    """Every route twice: some documented addresses end in a slash, most do not, and both forms are accepted."""
    # Recorded Allow headers of most addresses have no HEAD, which aiohttp would add to every GET.
    everything = {_API + path: methods for path, methods in _TABLE.items()} | {PING: {"GET": ping}}
    return [
        web.route(method, path + slash, handler, **({"allow_head": False} if method == "GET" else {}))
        for path, methods in everything.items()
        for slash in ("", "/")
        for method, handler in methods.items()
    ]


def storage_definitions() -> list[web.RouteDef]:
    """What the tenant puts into object storage for others to read."""
    return [web.get(prism_export.STORED, prism_export.download)]
