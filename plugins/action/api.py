# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only action plugin: runs a module of this collection inside the worker when the task is local.

An ordinary module task costs some hundred milliseconds before it does anything, this one about as much as ``debug``.
The action of every module is a link to this file; a redirect in ``meta/runtime.yml`` would not do, since core then
takes all modules for one and gives each the ``module_defaults`` of every group. Where running inside the worker would
not be the same (``async``, task ``environment``, a connection that is not local, ``become``), the real module is
executed instead; it is the same function behind the same specification.
"""

from __future__ import annotations

import importlib
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase
from ansible_collections.okta_iru.attestation.plugins.module_utils import _record, _shared_memory
from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import AttestationError
from ansible_collections.okta_iru.attestation.plugins.module_utils._secrets import Secrets
from ansible_collections.okta_iru.attestation.plugins.module_utils._task import Task, execute

_COLLECTION = "okta_iru.attestation"
_MODULES = "ansible_collections.okta_iru.attestation.plugins.modules"

# Strategies load this class in the parent, before they fork a worker for each task. What is imported here is compiled
# once a run, not once a task (core's loader of collections keeps no compiled code): requests and its relatives, by way
# of _options, and the module whose link this file was loaded by, with all that it needs.
importlib.import_module("ansible_collections.okta_iru.attestation.plugins.module_utils._options")
if not __name__.endswith(".api"):
    importlib.import_module(f"{_MODULES}.{__name__.rpartition('.')[2]}")
# What these workers have in common: access tokens, in memory only.
_shared_memory.share()

_SWITCH = "okta_iru_attestation_in_process"
# The path of the tenant's record (docs/record.md); nothing is recorded where it is not set or empty.
_RECORD = "okta_iru_attestation_record"


class ActionModule(ActionBase):
    """Runs the module that the task names."""

    _supports_async = True
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The module's result, from inside the worker if that is the same thing."""
        result = super().run(tmp, task_vars)
        self._host = str((task_vars or {}).get("inventory_hostname", ""))
        name = self._task.action.rpartition(".")[2]
        record = "" if name.endswith("_info") else str(self._templar.template((task_vars or {}).get(_RECORD, "")))
        try:
            if record:
                _record.read(record)  # nothing is made that could not be written down afterwards
        except AttestationError as error:
            result.update(error.as_result())
            return result
        if self._needs_a_process(task_vars or {}):
            wrap_async = bool(self._task.async_val) and not self._connection.has_native_async
            module_name = f"{_COLLECTION}.{name}"
            result.update(self._execute_module(module_name=module_name, task_vars=task_vars, wrap_async=wrap_async))
        else:
            module = importlib.import_module(f"{_MODULES}.{name}")
            result.update(self._run_in_worker(name, module))
        self._record(result, record)
        return result

    def _record(self, result: dict[str, Any], path: str) -> None:
        """Write down what the module made or changed, so that `teardown` can undo exactly that."""
        if path and self._task.async_val:
            self._warn(result, "What a task with async changes is not recorded, so teardown will not know of it.")
        if not path or not result.get("changes"):
            return
        try:
            for one in _record.not_kept(path, result["changes"]):
                self._warn(
                    result,
                    f"{one['name']!r} ({one['kind']}) was there before. Not all that it was can be kept in the record, "
                    "so teardown will not bring it back: put a copy away before it is changed, if you may want it.",
                )
            if not self._task.check_mode:
                _record.update(path, result["changes"])
        except AttestationError as error:
            self._warn(result, f"{error.message} Teardown will not know of what this task changed.")

    @staticmethod
    def _warn(result: dict[str, Any], text: str) -> None:
        result["warnings"] = [*result.get("warnings", []), text]

    def _run_in_worker(self, name: str, module: Any) -> dict[str, Any]:
        spec = module.SPEC
        validation = ArgumentSpecValidator(spec.options, **spec.rules()).validate(dict(self._task.args))
        secrets = Secrets(validation._no_log_values)
        if validation.error_messages:
            text = validation.errors.msg
            if isinstance(validation.errors[0], UnsupportedError):
                text = f"Unsupported parameters for ({_COLLECTION}.{name}) module: {text}"
            return secrets.scrub({"failed": True, "msg": text})
        task = Task(
            params=validation.validated_parameters,
            check=self._task.check_mode,
            diff=self._task.diff,
            secrets=secrets,
            # To standard error, so that callbacks whose output is read by programs stay readable.
            progress=lambda text: self._display.display(f"[{self._host}] {secrets.scrub(text)}", stderr=True),
        )
        return execute(module.run, task)

    def _needs_a_process(self, task_vars: dict[str, Any]) -> bool:
        in_process = self._templar.template(task_vars.get(_SWITCH, True))
        return bool(
            self._task.async_val
            or any(self._task.environment or [])
            or self._task.become
            or self._connection.transport != "local"
            or str(in_process).lower() in ("false", "no", "0")
        )
