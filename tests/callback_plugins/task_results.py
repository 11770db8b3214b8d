"""Writes the result of every task to the file named by TASK_RESULTS_FILE, a line of JSON each."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: task_results
type: notification
short_description: Task results as lines of JSON, for tests
description: Writes what each task gave to the file named by the environment variable TASK_RESULTS_FILE.
"""


class CallbackModule(CallbackBase):
    """The callback."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "task_results"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result: Any) -> None:
        """A task that went well."""
        self._note("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """A task that failed."""
        self._note("failed", result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        """A task that was skipped."""
        self._note("skipped", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """A task that did not reach its host."""
        self._note("unreachable", result)

    def _note(self, status: str, result: Any) -> None:
        # ansible-core 2.19 has renamed the attributes and keeps the old names for some time.
        public = hasattr(result, "task_fields")
        task, host = (result.task, result.host) if public else (result._task, result._host)
        content = result.result if public else result._result
        line = {
            "task": task.get_name(),
            "action": task.action,
            "host": host.get_name(),
            "status": status,
            "result": content,
        }
        with Path(os.environ["TASK_RESULTS_FILE"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str) + "\n")
