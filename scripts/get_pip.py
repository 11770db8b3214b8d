"""Stand-in for the pip bootstrap script that ansible-test downloads from a host of its own.

ansible-test builds a virtual environment for each sanity test and wants a `get_pip_<version>.py` to put pip into it
(`bootstrap` in ansible_test/_util/target/setup/requirements.py). This one needs a package index and nothing else: pip
from Python's own `ensurepip`, then the wanted version over it. Called like get-pip.py:
`get_pip.py [pip options] pip==VERSION [--no-setuptools] [--no-wheel]`.
"""

from __future__ import annotations

import runpy
import subprocess
import sys

# In a process of its own: within one process ensurepip switches pip's configuration files (index, CA) off for good.
subprocess.run([sys.executable, "-m", "ensurepip"], check=True, stdout=subprocess.DEVNULL)

_options = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
sys.argv = ["pip", "install", "--upgrade", *_options]
runpy.run_module("pip.__main__", run_name="__main__", alter_sys=True)
