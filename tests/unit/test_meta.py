"""The collection's metadata agrees with its files, and the artifact holds what it shall and nothing else."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("[a-z]*.py"))
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())


def _load(path: str) -> dict[str, Any]:
    content = yaml.safe_load((ROOT / path).read_text())
    assert isinstance(content, dict)
    return content


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names of the files in the artifact that Galaxy would get."""
    directory = tmp_path_factory.mktemp("artifact")
    ansible_galaxy = Path(sys.executable).parent / "ansible-galaxy"
    command = [ansible_galaxy, "collection", "build", "--output-path", directory, "."]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (archive,) = directory.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        return [member.name for member in tar.getmembers() if member.isfile()]


def test_action_groups_are_the_modules_by_prefix() -> None:
    groups = _load("meta/runtime.yml")["action_groups"]
    assert MODULES
    for vendor in ("okta", "iru"):
        assert sorted(groups[vendor]) == [name for name in MODULES if name.startswith(f"{vendor}_")]
    assert groups["all"] == [{"metadata": {"extend_group": ["okta", "iru"]}}]


def test_every_module_runs_through_the_api_action() -> None:
    links = {path.stem: path.readlink() for path in (ROOT / "plugins" / "action").glob("*.py") if path.is_symlink()}
    assert links == dict.fromkeys(MODULES, Path("api.py"))


@pytest.mark.parametrize("role", ROLES)
def test_role_says_what_it_takes(role: str) -> None:
    specs = _load(f"roles/{role}/meta/argument_specs.yml")["argument_specs"]
    entry_points = {path.stem for path in (ROOT / "roles" / role / "tasks").glob("main.y*ml")}
    assert entry_points and entry_points <= set(specs)
    assert all(spec["short_description"] for spec in specs.values())
    assert (ROOT / "roles" / role / "README.md").read_text().startswith("#")


def test_every_default_of_a_role_is_in_its_argument_spec() -> None:
    for role in ROLES:
        defaults = ROOT / "roles" / role / "defaults" / "main.yml"
        if defaults.exists():
            options = _load(f"roles/{role}/meta/argument_specs.yml")["argument_specs"]["main"]["options"]
            assert set(yaml.safe_load(defaults.read_text()) or {}) <= set(options), role


def test_collection_depends_on_no_other() -> None:
    assert not _load("galaxy.yml")["dependencies"]


def test_artifact_holds_what_users_run(artifact: list[str]) -> None:
    wanted = {f"plugins/modules/{name}.py" for name in MODULES} | {f"roles/{role}/README.md" for role in ROLES}
    wanted |= {"plugins/action/api.py", "meta/runtime.yml", "meta/ee-requirements.txt", "README.md"}
    assert wanted <= set(artifact)


def test_artifact_holds_nothing_else(artifact: list[str]) -> None:
    top_level = {name.split("/")[0] for name in artifact}
    directories = {"changelogs", "docs", "extensions", "meta", "playbooks", "plugins", "roles"}
    files = {"CHANGELOG.md", "FILES.json", "LICENSE", "MANIFEST.json", "README.md"}
    assert top_level <= directories | files
    assert not [name for name in artifact if name.endswith((".pyc", ".pem", ".key"))]


def test_execution_environment_leaves_versions_open() -> None:
    python = _load("meta/execution-environment.yml")["dependencies"]["python"]
    assert set((ROOT / python).read_text().split()) == {"jmespath", "requests"}
