# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must be true of an Okta org before anything is changed, asked with few requests and without writing.

The list is that of Okta's prerequisites for management attestation (desktop) and of the permissions that roles need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._converge import did_you_mean, not_found
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import ApiError
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta import Record
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_apps import find_apps
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_apps import suggestions as similar_apps
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_authenticators import (
    list_authenticators,
    list_methods,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_device_integrations import list_integrations
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_devices import PATH as DEVICES
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_features import read_features
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_groups import find_groups, name_of
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_groups import suggestions as similar_groups
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_log_time import moment
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_logs import query, read_page
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_org import (
    IDENTITY_ENGINE,
    read_domains,
    read_org,
    read_pipeline,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_policies import (
    ADMIN_CONSOLE_APP,
    find_policy,
    settled_policies,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._preflight import (
    FAILED,
    OK,
    WARNING,
    Checklist,
    Finding,
)

SCOPES = (
    "okta.orgs.read",
    "okta.authenticators.read",
    "okta.features.read",
    "okta.policies.read",
    "okta.apps.read",
    "okta.groups.read",
    "okta.deviceIntegrations.read",
    "okta.logs.read",
    "okta.devices.read",
    "okta.domains.read",
)

_VERIFY_CHECK = ("okta_verify", "Okta Verify is active")
_FASTPASS_CHECK = ("fastpass", "FastPass is on")
_PLATFORM_CHECK = ("platform", "An endpoint-management platform was added")
_INTEGRATION = ("id", "name", "displayName", "platform", "status")
_FLEXIBLE = "flexible okta verify"
_FASTPASS_KEY = "okta_verify_fastpass"
_PLATFORM_EVENTS = (
    "device.platform.add",
    "device.platform.update",
    "device.platform.delete",
    "device.platform.renew",
    "device.platform.secret_key.reset",
)
_LOG_DAYS = 90
_VERIFY_PLACE = "Security, Authenticators, Okta Verify"
_PLATFORM_PLACE = "Security, Device Integrations, Endpoint management, Add platform, Desktop"


@dataclass(frozen=True)
class Wanted:
    """What the roles will need of the org, as the user named it."""

    groups: Sequence[str] = ()
    apps: Sequence[str] = ()
    policy: str | None = None
    device_integrations: Sequence[str] = ()
    hosts: Sequence[str] = ()


class OktaPreflight:
    """Asks everything once; answers that several checks need are kept."""

    def __init__(self, anonymous: Client, client: Client, wanted: Wanted) -> None:
        self._anonymous = anonymous
        self._client = client
        self._wanted = wanted
        self._list = Checklist()
        self._hosts: list[str] = []
        self._methods: list[Record] = []
        self._policies: dict[str, str] = {}

    def checks(self) -> list[Record]:
        """Every check of the list, in the documented order."""
        ask = self._list.ask
        if not ask("identity_engine", "The org is on Identity Engine", self._identity_engine):
            self._list.give_up("Okta did not answer")
        is_engine = self._list.last_status == OK
        self._sign_in()
        if is_engine:
            self._okta_verify()
        else:
            for check, name in (_VERIFY_CHECK, _FASTPASS_CHECK):
                self._list.unknown(check, name, "the org is not on Identity Engine")
        ask("okta_verify_keys", "The names of Okta Verify's methods are known", self._keys, forbidden=WARNING)
        ask("policies", "App sign-in policies can be read", self._read_policies)
        ask("apps", "The apps exist", self._apps)
        ask("groups", "The groups exist", self._groups)
        ask("endpoint_security", "Endpoint-security integrations are active", self._integrations)
        self._log()
        ask("devices", "Okta's devices can be read", self._devices)
        ask("hosts", "The org's host names are known", self._known_hosts)
        return self._list.checks

    def _identity_engine(self) -> Finding:
        org = read_pipeline(self._anonymous)
        self._hosts = org["hosts"]
        evidence = {"id": org["id"], "pipeline": org["pipeline"]}
        if org["pipeline"] == IDENTITY_ENGINE:
            return Finding(OK, f"pipeline {org['pipeline']}", evidence=evidence)
        return Finding(
            FAILED,
            f"pipeline {org['pipeline']}: management attestation needs Identity Engine",
            "ask Okta for the upgrade, or check the url",
            evidence,
        )

    def _sign_in(self) -> None:
        """Whoever may not read the org may still read all the rest; whoever cannot sign in may not."""
        self._list.ask("okta_sign_in", "Okta answers, and the token is valid", self._read_org)
        if self._list.last_status == FAILED:
            self._list.give_up("nobody could sign in to Okta")

    def _read_org(self) -> Finding:
        try:
            org = read_org(self._client)
        except ApiError as error:
            if error.status != 403:
                raise
            return Finding(WARNING, error.message, "without it the name of the org is not in the evidence")
        return Finding(OK, f"{org['company_name']}, {org['subdomain']}", evidence=org)

    def _okta_verify(self) -> None:
        if self._list.ask(*_VERIFY_CHECK, self._verify):
            self._list.ask(*_FASTPASS_CHECK, self._fastpass)
        else:
            self._list.unknown(*_FASTPASS_CHECK, "Okta Verify could not be read")

    def _verify(self) -> Finding:
        verify = next((one for one in list_authenticators(self._client) if one.get("key") == "okta_verify"), None)
        if verify is None:
            return Finding(FAILED, "the org does not have it", "add Okta Verify under Security, Authenticators")
        self._methods = list_methods(self._client, verify)
        evidence = {"id": verify["id"], "status": verify.get("status"), "settings": verify.get("settings") or {}}
        if verify.get("status") != "ACTIVE":
            return Finding(FAILED, f"it is {verify.get('status')}", f"activate it: {_VERIFY_PLACE}", evidence)
        return Finding(OK, "ACTIVE", evidence=evidence)

    def _fastpass(self) -> Finding:
        method = next((one for one in self._methods if one.get("type") == "signed_nonce"), {})
        evidence = {"status": method.get("status"), "settings": method.get("settings") or {}}
        if method.get("status") == "ACTIVE":
            return Finding(OK, "signed_nonce ACTIVE", evidence=evidence)
        remedy = f"switch on Okta FastPass (all platforms): {_VERIFY_PLACE}, or okta_authenticator with fastpass"
        return Finding(FAILED, f"signed_nonce is {method.get('status') or 'not there'}", remedy, evidence)

    def _keys(self) -> Finding:
        features = [one for one in read_features(self._client) if _FLEXIBLE in str(one["name"]).casefold()]
        is_flexible = any(one["enabled"] for one in features)
        key = _FASTPASS_KEY if is_flexible else "okta_verify"
        return Finding(OK, f"rules call FastPass {key}", evidence={"key": key, "features": features})

    def _read_policies(self) -> Finding:
        policies = settled_policies(self._client, self._wanted.policy)
        self._policies = {str(one["id"]): str(one.get("name")) for one in policies}
        wanted = self._wanted.policy
        found = find_policy(policies, wanted) if wanted else None
        evidence = {"count": len(policies), "policy": {"id": found["id"], "name": found.get("name")} if found else None}
        if wanted and found is None:
            close = did_you_mean(wanted, self._policies.values())
            return Finding(OK, f"{len(policies)}; {wanted!r} is not there yet.{close}", evidence=evidence)
        return Finding(OK, f"{len(policies)} policies", evidence=evidence)

    def _apps(self) -> Finding:
        if not self._wanted.apps:
            return Finding(OK, "none was named, so no app gets the policy")
        apps, missing = find_apps(self._client, self._wanted.apps)
        if missing:
            raise not_found("app", missing[0], similar_apps(self._client, missing[0]))
        evidence = {"apps": [{**app, "policy_name": self._policies.get(str(app["policy_id"]))} for app in apps]}
        for app in apps:
            if app["name"] == ADMIN_CONSOLE_APP:
                detail = f"the {app['label']} is not given another policy: it could lock every administrator out"
                return Finding(FAILED, detail, "leave it out of the apps", evidence)
        inactive = [str(app["label"]) for app in apps if app["status"] != "ACTIVE"]
        if inactive:
            return Finding(WARNING, f"inactive: {', '.join(inactive)}", "activate them, or leave them out", evidence)
        return Finding(OK, f"all {len(apps)}", evidence=evidence)

    def _groups(self) -> Finding:
        if not self._wanted.groups:
            return Finding(OK, "none was named, so the rule is for everybody")
        groups, missing = find_groups(self._client, self._wanted.groups, stats=True)
        if missing:
            raise not_found("group", missing[0], similar_groups(self._client, missing[0]))
        users = {name_of(group): _users_of(group) for group in groups}
        listed = [{"id": group["id"], "name": name_of(group), "users": _users_of(group)} for group in groups]
        empty = [name for name, count in users.items() if count == 0]
        if empty:
            remedy = "add users, or choose other groups: a rule for them applies to nobody"
            return Finding(WARNING, f"nobody is in {', '.join(empty)}", remedy, {"groups": listed})
        return Finding(OK, f"all {len(groups)}", evidence={"groups": listed})

    def _integrations(self) -> Finding:
        wanted = self._wanted.device_integrations
        if not wanted:
            return Finding(OK, "none was named")
        known = list_integrations(self._client)
        evidence = {"device_integrations": [{key: one.get(key) for key in _INTEGRATION} for one in known]}
        active = {str(one.get("name")) for one in known if one.get("status") == "ACTIVE"}
        missing = [name for name in wanted if name not in active]
        if not missing:
            return Finding(OK, "all are", evidence=evidence)
        inactive = {str(one.get("name")) for one in known} & set(missing)
        if inactive:
            remedy = (
                "activate it with okta_device_integration, or under Security, Device Integrations, Endpoint security"
            )
            return Finding(FAILED, f"not active: {', '.join(sorted(inactive))}", remedy, evidence)
        remedy = (
            "add it in the Admin Console: Security, Device Integrations, Endpoint security; Okta has no API for that"
        )
        close = did_you_mean(missing[0], {str(one.get("name")) for one in known})
        return Finding(FAILED, f"not there: {', '.join(missing)}.{close}", remedy, evidence)

    def _log(self) -> None:
        """One query answers both: whether the log can be read, and what happened to the platform."""
        events: list[Record] = []
        if self._list.ask("system_log", "The System Log can be read", lambda: self._read_log(events)):
            self._list.ask(*_PLATFORM_CHECK, lambda: _platform(events))
        else:
            self._list.unknown(*_PLATFORM_CHECK, "the System Log cannot be read")

    def _read_log(self, events: list[Record]) -> Finding:
        since = moment("since", f"-{_LOG_DAYS}d")
        first = query(event_types=_PLATFORM_EVENTS, since=since, newest_first=True, limit=100)
        events += read_page(self._client, first).events
        return Finding(OK, "yes", evidence={"since": since})

    def _devices(self) -> Finding:
        self._client.get(DEVICES, {"limit": 1})
        return Finding(OK, "yes")

    def _known_hosts(self) -> Finding:
        refusal = ""
        try:
            hosts = sorted({*self._hosts, *read_domains(self._client)})
        except ApiError as error:
            if error.status != 403:
                raise
            hosts, refusal = self._hosts, error.message
        evidence = {"hosts": hosts}
        missing = [host for host in self._wanted.hosts if host not in hosts]
        if missing and not refusal:
            remedy = f"give one of {', '.join(hosts)}, or add the custom domain under Customizations, Brands, Domains"
            return Finding(FAILED, f"the org does not answer as {', '.join(missing)}", remedy, evidence)
        if refusal:
            return Finding(
                WARNING, f"{', '.join(hosts)}; custom domains could not be read: {refusal}", evidence=evidence
            )
        return Finding(OK, ", ".join(hosts), evidence=evidence)


def _users_of(group: Record) -> Any:
    return ((group.get("_embedded") or {}).get("stats") or {}).get("usersCount")


def _platform(events: list[Record]) -> Finding:
    """``events`` are about platforms, the newest first. Which of several platforms an event is about is not told."""
    newest = {kind: _newest(events, f"device.platform.{kind}") for kind in ("add", "delete", "secret_key.reset")}
    evidence = {
        "events": [{key: event.get(key) for key in ("uuid", "published", "eventType")} for event in events],
    }
    added, deleted, reset = (newest[kind] for kind in ("add", "delete", "secret_key.reset"))
    if not added:
        detail = f"no event says so in the {_LOG_DAYS} days that the log goes back"
        return Finding(WARNING, detail, f"if none was added before, add it: {_PLATFORM_PLACE}", evidence)
    if deleted and deleted > added:
        return Finding(
            WARNING,
            f"one was deleted at {deleted}, after the last one was added at {added}",
            f"make sure that one is left, or add it again: {_PLATFORM_PLACE}",
            evidence,
        )
    if reset and reset > added:
        detail = f"added at {added}; its secret key was reset at {reset}, so only the new one works"
        return Finding(OK, detail, evidence=evidence)
    return Finding(OK, f"added at {added}", evidence=evidence)


def _newest(events: list[Record], event_type: str) -> str:
    return max((str(event.get("published")) for event in events if event.get("eventType") == event_type), default="")
