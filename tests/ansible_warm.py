"""What the fork server of `ansible_fork` imports before its first fork: Ansible, its plugins, and our modules.

Importing this module changes the process: Ansible reads its settings once, from the checkout's root and from the
environment, so both become those of a run with no settings but the tests' own.
"""

from __future__ import annotations

import gc
import importlib
import os
import warnings

from tests.ansible_run import ROOT, SETTINGS, without_ours

_environment = {**without_ours(os.environ), **SETTINGS}
os.environ.clear()
os.environ.update(_environment)
os.chdir(ROOT)

from ansible import constants  # noqa: E402  # after the settings, which it reads
from ansible.cli.playbook import PlaybookCLI  # noqa: E402
from ansible.executor import task_executor  # noqa: E402, F401
from ansible.executor.process import worker  # noqa: E402, F401
from ansible.plugins import loader  # noqa: E402
from ansible.plugins.strategy import linear  # noqa: E402, F401

__all__ = ["PlaybookCLI", "constants"]

# Every run asks for the collection loader; the one of this process is the right one.
warnings.filterwarnings("ignore", "AnsibleCollectionFinder has already been configured")
loader.init_plugin_loader()
# Every run loads these to know their options. Nothing of ours: our action plugins make what the tasks of one run share.
for _plugins in ("connection", "shell", "callback", "inventory", "cache", "become", "vars"):
    list(getattr(loader, f"{_plugins}_loader").all(class_only=True))
for _path in sorted((ROOT / "plugins" / "modules").glob("[a-z]*.py")):
    importlib.import_module(f"ansible_collections.okta_iru.attestation.plugins.modules.{_path.stem}")
gc.disable()  # a run is over before it would matter; to look for cycles all the time takes a seventh of its CPU
