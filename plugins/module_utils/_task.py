# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of a module: its options in, its result out, the same in the controller's worker and as a module process."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import AttestationError
from ansible_collections.okta_iru.attestation.plugins.module_utils._record import Change, change
from ansible_collections.okta_iru.attestation.plugins.module_utils._secrets import Secrets


@dataclass(frozen=True)
class ModuleSpec:
    """What Ansible must know of a module: options and the rules between them, in Ansible's own terms."""

    options: dict[str, Any]
    mutually_exclusive: list[Any] = field(default_factory=list)
    required_together: list[Any] = field(default_factory=list)
    required_one_of: list[Any] = field(default_factory=list)
    required_if: list[Any] = field(default_factory=list)
    required_by: dict[str, Any] = field(default_factory=dict)

    def rules(self) -> dict[str, Any]:
        """The rules between options, as keyword arguments of AnsibleModule and of core's validator."""
        return {
            "mutually_exclusive": self.mutually_exclusive,
            "required_together": self.required_together,
            "required_one_of": self.required_one_of,
            "required_if": self.required_if,
            "required_by": self.required_by,
        }


@dataclass
class Task:
    """Options (``None`` where the user set nothing) and circumstances of one run."""

    params: dict[str, Any]
    check: bool = False
    diff: bool = False
    secrets: Secrets = field(default_factory=Secrets)
    warnings: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    progress: Callable[[str], None] = lambda text: None

    def warn(self, text: str) -> None:
        """Tell the user something that does not stop the task."""
        if text not in self.warnings:
            self.warnings.append(text)

    def note(
        self, kind: str, at: str, identifier: str, name: str | None, *, was: Any, now: Any, stamp: str | None = None
    ) -> None:
        """Tell what was made, changed or removed, right after it was (`_record.change`). It is in the result as
        ``changes`` even if the task fails later, and so in the record of the tenant. With ``stamp`` it is told as well
        that an object was written that is as it was."""
        if was != now or stamp is not None:
            self.changes.append(change(kind, at, identifier, name, was=was, now=now, stamp=stamp))

    def diff_result(self, header: str, before: Any, after: Any) -> dict[str, Any]:
        """``{"diff": …}`` in Ansible's form if a diff was asked for, else nothing. Empty sides stand for absence."""
        if not self.diff:
            return {}
        return {
            "diff": {
                "before_header": f"{header} (found)",
                "after_header": f"{header} (wanted)",
                "before": before if before is not None else {},
                "after": after if after is not None else {},
            }
        }

    def written(
        self, writes: list[dict[str, str]], header: str, diff: tuple[Any, Any], **fields: Any
    ) -> dict[str, Any]:
        """Result of a module that writes: ``changed`` if it did, its own ``fields``, the writes, and the diff."""
        return {"changed": bool(writes), **fields, "writes": writes, **self.diff_result(header, *diff)}


Run = Callable[[Task], dict[str, Any]]


def execute(run: Run, task: Task) -> dict[str, Any]:
    """Run and return a complete, masked result; never raises.

    An unhandled exception would be printed by core with the secrets in it (up to 2.21, even under ``no_log``), which is
    why this is the outermost handler in both ways of running.
    """
    try:
        result = dict(run(task))
    except AttestationError as error:
        result = error.as_result()
    except Exception as error:
        result = {
            "failed": True,
            "msg": f"internal error, please report it: {type(error).__name__}: {error}",
            "exception": traceback.format_exc(),
            "failure": {"kind": "InternalError"},
        }
    result.setdefault("changed", False)
    if task.changes:
        result["changes"] = list(task.changes)
    if task.warnings:
        result["warnings"] = list(task.warnings)
    try:
        return task.secrets.scrub(result)
    except RecursionError:
        text = "The service answered something that is nested too deeply to be returned; no such answer is documented."
        return {"failed": True, "changed": result["changed"], "msg": text, "failure": {"kind": "BadAnswer"}}


def run_module(spec: ModuleSpec, run: Run) -> None:
    """``main()`` of a module process."""
    from ansible.module_utils.basic import AnsibleModule  # noqa: PLC0415 - the only place that needs Ansible

    class Module(AnsibleModule):
        def _log_invocation(self) -> None:
            """Nothing: core would write the arguments, user names and profile texts among them, to syslog."""

        def add_path_info(self, kwargs: dict[str, Any]) -> dict[str, Any]:
            """Nothing: core would add owner and mode of what a result calls path or dest, unlike in-process."""
            return kwargs

        def fail_json(self, msg: str, **kwargs: Any) -> Any:
            """Without the echo of the arguments, as in-process: when core itself refuses an argument, nothing is known
            yet of the secrets that stand inside others, such as the challenge in a payload."""
            return super().fail_json(msg, invocation={}, **kwargs)

    module = Module(argument_spec=spec.options, supports_check_mode=True, **spec.rules())
    task = Task(
        params=module.params,
        check=module.check_mode,
        diff=module._diff,
        secrets=Secrets(module.no_log_values),
    )
    result = execute(run, task)
    for warning in result.pop("warnings", []):
        module.warn(warning)
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(invocation={}, **result)
