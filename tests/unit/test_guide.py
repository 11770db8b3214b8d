"""`docs/guide.md` speaks of what is there: roles in the order of the playbook, their variables and results, modules."""

from __future__ import annotations

import importlib
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

ROOT = Path(__file__).resolve().parents[2]
FQCN = "okta_iru.attestation."
COLLECTION = "ansible_collections.okta_iru.attestation"
GUIDE = (ROOT / "docs" / "guide.md").read_text()
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())
MODULES = {path.stem for path in (ROOT / "plugins" / "modules").glob("[a-z]*.py")}
PLAY = yaml.safe_load((ROOT / "playbooks" / "attestation.yml").read_text())[0]
TASK_KEYWORDS = {"name", "register", "loop", "loop_control", "vars", "when", "tags"}
# A documented step is a section of the second level that says which role does it.
SECTIONS = {part.splitlines()[0]: part for part in re.split(r"^## ", GUIDE, flags=re.MULTILINE)[1:]}
STEPS = {title: text for title, text in SECTIONS.items() if "\n* **Role:**" in text}


@cache
def specification(role: str) -> dict[str, Any]:
    """The variables of a role, whatever its entry point."""
    specs = yaml.safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text())["argument_specs"]
    return {name: option for spec in specs.values() for name, option in spec["options"].items()}


def options(role: str) -> frozenset[str]:
    return frozenset(specification(role))


@cache
def results(role: str) -> frozenset[str]:
    """What a role registers or sets, and the variables of its own."""
    text = "".join(path.read_text() for path in (ROOT / "roles" / role / "tasks").glob("*.yml"))
    own = ROOT / "roles" / role / "vars" / "main.yml"
    variables = set(yaml.safe_load(own.read_text())) if own.exists() else set()
    return frozenset(variables | set(re.findall(rf"(?:register: |^ +)({role}_\w+)(?::|$)", text, flags=re.MULTILINE)))


def role_of(name: str) -> str | None:
    """The role whose variable this would be: names of roles begin like one another."""
    return max((role for role in ROLES if name.startswith(f"{role}_")), key=len, default=None)


def code(text: str) -> list[str]:
    """What stands in backticks, beside the blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def words(text: str) -> list[str]:
    """Names in backticks: the variable of `variable: value` and of `variable.key` too."""
    return [found[1] for span in code(text) if (found := re.match(r"(\w+)(?:: .*|\.\w+)?$", span))]


def roles_of(text: str) -> list[str]:
    return re.findall(r"\[`(\w+)`\]\(\.\./roles/\1/README\.md\)", text)


def calls() -> dict[str, dict[str, Any]]:
    """The tasks of the playbook by role, each at its last place: a part of a role may be called before."""
    found: dict[str, dict[str, Any]] = {}
    for task in PLAY["tasks"]:
        called = task.get("ansible.builtin.import_role") or task.get("ansible.builtin.include_role") or {}
        role = called.get("name", "").removeprefix(FQCN)
        if role:
            found.pop(role, None)
            found[role] = task
    return found


def bullet(text: str, name: str) -> str:
    found = re.search(rf"^\* \*\*{name}:\*\* (.+?)(?=^\* |^$|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def examples() -> list[Any]:
    return [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", GUIDE, flags=re.DOTALL)]


def test_steps_are_the_roles_in_the_order_of_the_playbook() -> None:
    in_order = [role for text in STEPS.values() for role in roles_of(bullet(text, "Role"))]
    assert list(dict.fromkeys(in_order)) == [*calls(), "teardown"]
    assert set(in_order) == set(ROLES)


def test_overview_is_in_the_order_of_the_steps() -> None:
    overview = GUIDE.partition("\n## ")[0]
    rows = [row for row in overview.splitlines() if row.startswith("| [")]
    assert [re.match(r"\| \[([^]]+)\]\(#([^)]+)\)", row).groups() for row in rows] == [  # type: ignore[union-attr]
        (title, re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")) for title in STEPS
    ]
    for row, text in zip(rows, STEPS.values(), strict=True):
        assert re.findall(r"`(\w+)`", row.split(" | ")[2])[:1] == roles_of(bullet(text, "Role"))[:1], row


@pytest.mark.parametrize("title", STEPS)
def test_step_tells_clicks_variables_and_evidence(title: str) -> None:
    text = STEPS[title]
    (role,) = roles_of(bullet(text, "Role"))
    assert bullet(text, "Clicks")
    assert any(name in options(role) for name in words(bullet(text, "Variables")))
    evidence = bullet(text, "Evidence")
    assert any(name in results(role) for name in words(evidence)), evidence


def test_every_variable_of_a_role_is_one() -> None:
    for name in words(GUIDE):
        role = role_of(name)
        if role and name not in {*ROLES, *MODULES}:
            assert name in options(role) | results(role), name


def test_every_module_of_a_vendor_is_one() -> None:
    of_play = set(re.findall(r"\w+", (ROOT / "playbooks" / "attestation.yml").read_text()))
    for name in words(GUIDE):
        if name.startswith(("okta_", "iru_")) and not role_of(name):
            assert name in {*MODULES, *ROLES} | of_play, name


@pytest.mark.parametrize("title", STEPS)
def test_switch_is_that_of_the_playbook(title: str) -> None:
    (role,) = roles_of(bullet(STEPS[title], "Role"))
    named = re.findall(r"`(attestation_\w+)`", bullet(STEPS[title], "Role"))
    wanted = re.findall(r"attestation_\w+", str(calls().get(role, {}).get("when", "")))
    assert named == wanted


def test_common_variables_are_those_of_the_roles_that_are_named() -> None:
    rows = re.findall(r"^\| `ROLE(_\w+)` \|.*\| ([^|]+) \|$", GUIDE, flags=re.MULTILINE)
    assert rows
    for suffix, roles in rows:
        having = [role for role in calls() if role + suffix in options(role)]
        assert re.findall(r"`(\w+)`", roles) == [role for role in having if role != "preflight"], suffix


def test_examples_use_what_is_there() -> None:
    told = examples()
    assert told
    for example in told:
        for task in example if isinstance(example, list) else []:
            (action,) = set(task) - TASK_KEYWORDS
            if action == "ansible.builtin.import_role":
                role = task[action]["name"].removeprefix(FQCN)
                given = task.get("vars", {})
                asked = {name: option for name, option in specification(role).items() if name in given}
                validation = ArgumentSpecValidator(asked).validate(given)
            elif action.startswith(FQCN):
                spec = importlib.import_module(f"{COLLECTION}.plugins.modules.{action.removeprefix(FQCN)}").SPEC
                connection = {"url": "https://example.test", "token": "token"}
                validation = ArgumentSpecValidator(spec.options, **spec.rules()).validate(connection | task[action])
            else:
                assert action == "ansible.builtin.debug", action
                continue
            assert not validation.error_messages, task["name"]


def test_example_of_an_inventory_has_variables_that_exist() -> None:
    (inventory,) = [example for example in examples() if isinstance(example, dict)]
    conditions = " ".join(str(task.get("when", "")) for task in calls().values())
    switches = set(re.findall(r"attestation_\w+", conditions))
    for name in inventory:
        role = role_of(name)
        assert name in (options(role) if role else switches), name
