# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventory of the devices of an Iru tenant."""

from __future__ import annotations

DOCUMENTATION = r"""
name: iru
short_description: Devices of an Iru (formerly Kandji) tenant as hosts
version_added: 0.1.0
description:
  - Makes a host of every device that Iru manages, 300 devices a request, with what Iru knows of it as host variables.
  - The configuration is a YAML file whose name ends with C(iru.yml) or C(iru.yaml).
  - O(url), O(token), O(ca_file), O(blueprints), O(platforms), O(tags) and O(status_of) may hold templates.
  - Host variables are data from outside, so templates in them are never evaluated. The token is in none of them.
author:
  - okta_iru.attestation contributors (@okta-iru)
extends_documentation_fragment:
  - okta_iru.attestation.iru_plugin
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
notes:
  - Least permissions of the API token are List Devices; List Blueprints where O(blueprints) has several values or a
    name; Get Library Item Statuses for O(status_of), and List Custom Profiles, List Blueprints and List Library Items
    where that has names.
  - Iru says nothing of an address at which a device could be reached. Set C(ansible_host) by O(compose) if there is a
    rule for it.
  - What is kept in the cache are the devices, never the token.
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [okta_iru.attestation.iru]
  blueprints:
    description: Only devices on one of these Blueprints (names or ids).
    type: list
    elements: str
    default: []
  platforms:
    description: Only devices of one of these platforms.
    type: list
    elements: str
    choices: [Mac, iPad, iPhone, AppleTV, Android, Windows]
    default: []
  tags:
    description: Only devices with one of these tags.
    type: list
    elements: str
    default: []
  status_of:
    description:
      - Library items (names or ids) whose status on each device becomes a host variable C(library_items), a
        dictionary by these names or ids. Costs a request for every 300 devices that have the item.
      - C(bucket) in it is one of C(compliant), C(waiting), C(failed), C(out_of_scope), C(optional), C(missing) and
        C(unknown).
    type: list
    elements: str
    default: []
  hostname:
    description:
      - What a host is named by. A device that has no such thing is named by its id. Where several have the same name,
        all of them get their serial number behind it.
      - In names, characters that host patterns give a meaning to, and blanks, become a dash.
    type: str
    choices: [serial_number, device_name, device_id]
    default: serial_number
  hostvars_prefix:
    description:
      - Put before the name of each host variable. Without one, C(tags) and others would clash with what Ansible itself
        means by them.
      - Expressions in O(compose), O(groups) and O(keyed_groups) use the names with prefix and suffix.
    type: str
    default: iru_
  hostvars_suffix:
    description: Put behind the name of each host variable.
    type: str
    default: ""
seealso:
  - module: okta_iru.attestation.iru_device_info
"""

EXAMPLES = r"""
# devices.iru.yml: every device, in groups by platform, Blueprint and tag
plugin: okta_iru.attestation.iru
url: https://example.api.kandji.io
token: "{{ lookup('ansible.builtin.env', 'EXAMPLE_IRU_TOKEN') }}"
keyed_groups:
  - key: iru_platform
    prefix: platform
  - key: iru_blueprint_name
    prefix: blueprint
  - key: iru_tags
    prefix: tag

---
# Macs of the first wave, in groups by what became of the profile; the result is kept for an hour
plugin: okta_iru.attestation.iru
url: https://example.api.kandji.io
blueprints: [Attestation pilot]
platforms: [Mac]
status_of: [Okta management attestation]
hostname: device_name
compose:
  attestation: iru_library_items['Okta management attestation'].bucket
  owner: iru_user.email if iru_user else none
groups:
  never_seen: iru_last_check_in is none
keyed_groups:
  - key: attestation
    prefix: attestation
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/iru-inventory
cache_timeout: 3600
"""

import hashlib
import json
from typing import Any

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import AttestationError
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_inventory import named, read_devices
from ansible_collections.okta_iru.attestation.plugins.module_utils._options import iru_client
from ansible_collections.okta_iru.attestation.plugins.module_utils._secrets import Secrets
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task

try:
    # From 2.19 on a template is evaluated only where its source is trusted, which these values are not.
    from ansible.template import trust_as_template as _trust_is_explicit
except ImportError:
    _trust_is_explicit = None

_CONNECTION = ("url", "token", "ca_file", "timeout", "retries", "rate_limit_patience")
_CHOICE = ("blueprints", "platforms", "tags", "status_of")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """The inventory plugin."""

    NAME = "okta_iru.attestation.iru"

    def verify_file(self, path: str) -> bool:
        """Whether the file is meant for this plugin, by its name."""
        return super().verify_file(path) and path.endswith(("iru.yml", "iru.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Read the configuration and add a host for each device."""
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        options = {name: self._templated(self.get_option(name)) for name in (*_CONNECTION, *_CHOICE)}
        for device in self._devices(path, cache, options):
            self._add(*device)

    def _templated(self, value: Any) -> Any:
        return self.templar.template(value) if isinstance(value, (str, list)) else value

    def _devices(self, path: str, cache: bool, options: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        """Name and device of each host, from the cache if it is to be used and has them."""
        use_cache = self.get_option("cache")
        # A configuration that asks for other devices does not get those of before.
        asked = json.dumps({name: options[name] for name in ("url", *_CHOICE)}, sort_keys=True, default=str)
        key = f"{self.get_cache_key(path)}_{hashlib.sha256(asked.encode()).hexdigest()[:12]}"
        devices = self._cache.get(key) if use_cache and cache else None
        if devices is None:
            devices = self._read(path, options)
            if use_cache:
                self._cache[key] = devices
        return list(named(devices, self.get_option("hostname")).items())

    def _read(self, path: str, options: dict[str, Any]) -> list[dict[str, Any]]:
        secrets = Secrets([options["token"]])
        try:
            client = iru_client(Task(params={name: options[name] for name in _CONNECTION}, secrets=secrets))
            return read_devices(client, **{name: options[name] or [] for name in _CHOICE})
        except AttestationError as error:
            raise AnsibleParserError(secrets.scrub(f"{path}: {error.message}")) from None
        except Exception as error:  # core prints an exception with all that stands in it
            text = f"internal error, please report it: {type(error).__name__}: {error}"
            raise AnsibleParserError(secrets.scrub(f"{path}: {text}")) from None

    def _add(self, name: str, device: dict[str, Any]) -> None:
        prefix, suffix = self.get_option("hostvars_prefix"), self.get_option("hostvars_suffix")
        host = self.inventory.add_host(name)
        variables = {f"{prefix}{key}{suffix}": _untrusted(value) for key, value in device.items()}
        for key, value in variables.items():
            self.inventory.set_variable(host, key, value)
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict=strict)


def _untrusted(value: Any) -> Any:
    if _trust_is_explicit is not None:
        return value
    from ansible.utils.unsafe_proxy import wrap_var  # noqa: PLC0415 - deprecated where trust is explicit

    return wrap_var(value)
