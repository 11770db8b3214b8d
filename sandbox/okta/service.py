"""What the server asks of the Okta org: routes and middlewares."""

from __future__ import annotations

from aiohttp import web

from sandbox.okta import (
    absent,
    access,
    app_changes,
    apps,
    artifacts,
    authenticator_methods,
    authenticators,
    device_assurance,
    device_integrations,
    devices,
    directory_changes,
    features,
    groups,
    logs,
    oauth,
    org,
    policies,
    rules,
    simulation,
    user_types,
)
from sandbox.web import Middleware
from sandbox.world import World

_LIFECYCLE = "/lifecycle/{operation:activate|deactivate}"
_DEVICE_LIFECYCLE = "/lifecycle/{operation:activate|deactivate|suspend|unsuspend}"


def routes(world: World) -> list[web.RouteDef]:
    """The org's API; the routes are the same in every world."""
    del world
    return [
        *_org_routes(),
        *_policy_routes(),
        *_authenticator_routes(),
        *_device_routes(),
        *_device_assurance_routes(),
        *_artifact_routes(),
        *_absent_routes(),
    ]


def middlewares(world: World) -> list[Middleware]:
    """Tokens, scopes, rate limits and error bodies."""
    del world
    return [access.middleware()]


def _org_routes() -> list[web.RouteDef]:
    return [
        web.get("/.well-known/okta-organization", org.well_known),
        web.post("/oauth2/v1/token", oauth.token),
        web.get("/api/v1/org", org.get_org),
        web.get("/api/v1/domains", org.list_domains),
        web.get("/api/v1/domains/{id}", org.get_domain),
        web.get("/api/v1/features", features.list_features),
        web.get("/api/v1/features/{id}", features.get_feature),
        web.get("/api/v1/features/{id}/dependencies", features.list_dependencies),
        web.get("/api/v1/features/{id}/dependents", features.list_dependents),
        web.post("/api/v1/features/{id}/{lifecycle:enable|disable}", features.change_feature),
        web.get("/api/v1/groups", groups.list_groups),
        web.get("/api/v1/groups/{id}", groups.get_group),
        web.post("/api/v1/groups", directory_changes.create_group),
        web.put("/api/v1/groups/{id}", directory_changes.replace_group),
        web.delete("/api/v1/groups/{id}", directory_changes.delete_group),
        web.get("/api/v1/groups/{id}/users", directory_changes.list_members),
        web.put("/api/v1/groups/{id}/users/{user}", directory_changes.change_membership),
        web.delete("/api/v1/groups/{id}/users/{user}", directory_changes.change_membership),
        web.get("/api/v1/users", org.list_users),
        web.post("/api/v1/users", directory_changes.create_user),
        web.delete("/api/v1/users/{id}", directory_changes.delete_user),
        web.post("/api/v1/users/{id}/lifecycle/deactivate", directory_changes.deactivate_user),
        web.get("/api/v1/users/{id}", org.get_user),
        web.get("/api/v1/zones", org.list_zones),
        web.get("/api/v1/zones/{id}", org.get_zone),
        web.get("/api/v1/meta/types/user", user_types.list_user_types),
        web.get("/api/v1/meta/types/user/{id}", user_types.get_user_type),
        web.get("/api/v1/logs", logs.list_logs),
    ]


def _policy_routes() -> list[web.RouteDef]:
    policy, rule = "/api/v1/policies/{policy}", "/api/v1/policies/{policy}/rules/{rule}"
    return [
        web.get("/api/v1/policies", policies.list_policies),
        web.post("/api/v1/policies", policies.create_policy),
        web.post("/api/v1/policies/simulate", simulation.simulate),
        web.get(policy, policies.get_policy),
        web.put(policy, policies.replace_policy),
        web.delete(policy, policies.delete_policy),
        web.post(policy + _LIFECYCLE, policies.change_policy_status),
        web.post(policy + "/clone", policies.clone_policy),
        web.get(policy + "/mappings", policies.list_mappings),
        web.get(policy + "/mappings/{mapping}", policies.get_mapping),
        web.post(policy + "/mappings", policies.create_mapping),
        web.get(policy + "/app", policies.list_policy_apps),
        web.get(policy + "/rules", rules.list_rules),
        web.post(policy + "/rules", rules.create_rule),
        web.get(rule, rules.get_rule),
        web.put(rule, rules.replace_rule),
        web.delete(rule, rules.delete_rule),
        web.post(rule + _LIFECYCLE, rules.change_rule_status),
        web.get("/api/v1/apps", apps.list_apps),
        web.post("/api/v1/apps", app_changes.create_app),
        web.get("/api/v1/apps/{app}", apps.get_app),
        web.delete("/api/v1/apps/{app}", app_changes.delete_app),
        web.post("/api/v1/apps/{app}" + _LIFECYCLE, app_changes.change_app_status),
        web.put("/api/v1/apps/{app}/policies/{policy}", apps.assign_policy),
    ]


def _authenticator_routes() -> list[web.RouteDef]:
    authenticator, method = "/api/v1/authenticators/{id}", "/api/v1/authenticators/{id}/methods/{method}"
    return [
        web.get("/api/v1/authenticators", authenticators.list_authenticators),
        web.get(authenticator, authenticators.get_authenticator),
        web.put(authenticator, authenticators.replace_authenticator),
        web.post(authenticator + _LIFECYCLE, authenticators.change_authenticator_status),
        web.get(authenticator + "/methods", authenticator_methods.list_methods),
        web.get(method, authenticator_methods.get_method),
        web.put(method, authenticator_methods.replace_method),
        web.post(method + _LIFECYCLE, authenticator_methods.change_method_status),
    ]


def _device_routes() -> list[web.RouteDef]:
    integration, device = "/api/v1/device-integrations/{id}", "/api/v1/devices/{id}"
    return [
        web.get("/api/v1/device-integrations", device_integrations.list_integrations),
        web.get(integration, device_integrations.get_integration),
        web.post(integration + _LIFECYCLE, device_integrations.change_integration_status),
        web.get("/api/v1/devices", devices.list_devices),
        web.get(device, devices.get_device),
        web.get(device + "/users", devices.list_device_users),
        web.post(device + _DEVICE_LIFECYCLE, devices.change_device_status),
        web.delete(device, devices.delete_device),
    ]


def _artifact_routes() -> list[web.RouteDef]:
    return [
        web.get("/api/v1/artifacts/{artifact}/latest", artifacts.latest),
        web.get("/api/v1/artifacts/{artifact}/download", artifacts.download),
        web.get("/artifacts/{artifact}/{version}/{file}", artifacts.file),
    ]


def _absent_routes() -> list[web.RouteDef]:
    checks = "/api/v1/device-posture-checks"
    return [
        web.get(checks, absent.read_posture_checks),
        web.post(checks, absent.write_posture_checks),
        web.get(checks + "/{id}", absent.read_posture_checks),
        web.put(checks + "/{id}", absent.write_posture_checks),
        web.delete(checks + "/{id}", absent.write_posture_checks),
        web.get("/api/v1/authenticators/{id}/aaguids", absent.read_aaguids),
    ]


def _device_assurance_routes() -> list[web.RouteDef]:
    assurances, assurance = "/api/v1/device-assurances", "/api/v1/device-assurances/{id}"
    return [
        web.get(assurances, device_assurance.list_assurances),
        web.post(assurances, device_assurance.create_assurance),
        web.get(assurance, device_assurance.get_assurance),
        web.put(assurance, device_assurance.replace_assurance),
        web.delete(assurance, device_assurance.delete_assurance),
    ]
