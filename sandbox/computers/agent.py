"""What Iru's agent does on a computer: it installs packages and Auto Apps, and runs scripts.

No script is executed, and no condition evaluated. ``exit N`` that no condition guards ends a script with N, unless a
guarded one before it has another number: then an audit script says whether the app is installed, and any other script
succeeds, as without any ``exit``. What ``echo`` prints is its output.
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.computers.fleet import NEWEST, Computer

_EXIT = re.compile(r"^\s*exit\s+(\d+)\s*(?:;|'')?\s*$")
_ANY_EXIT = re.compile(r"\bexit\b[ \t]*(\d*)")
_OPENS = re.compile(r"(?:^|[;&|]|\bdo|\bthen|\belse)\s*(?:if|for|while|until|case)\b|\{\s*$")
_CLOSES = re.compile(r"\b(?:fi|done|esac)\b|^\s*\}")
# Texts and comments: what stands in quotes is of other programs, such as awk.
_ASIDE = re.compile(r"""'[^']*'|"(?:\\.|[^"\\])*"|(?<!\S)#[^\n]*""")
_ECHO = re.compile(r"""^\s*echo\s+(?:"([^"]*)"|'([^']*)'|(.*?))\s*$""", re.MULTILINE)


def carry_out(computer: Computer, job: dict[str, Any]) -> dict[str, Any]:
    """Does the job; the outcome is what `sandbox.iru.agent.report` takes."""
    item = job["item"]
    if job["kind"] == "automatic-app":
        computer["apps"][item["id"]] = NEWEST
        return _outcome("PASS", f"{item['name']} is installed.", None)
    return _install(computer, item) if job["kind"] == "custom-app" else _run(item)


def _install(computer: Computer, app: dict[str, Any]) -> dict[str, Any]:
    """Installs an app unless it is there; one that is enforced continuously is there when its audit script says so."""
    audited = app["install_enforcement"] == "continuously_enforce"
    if audited and _exit_code(app["audit_script"], 0 if _is_installed(computer, app) else 1) == 0:
        return _outcome("PASS", f"{app['name']} is installed.", output(app["audit_script"]))
    for name in ("preinstall_script", "postinstall_script"):
        code = _exit_code(app[name], 0)
        if code:
            return _outcome("ERROR", f"The {name} ended with exit code {code}.", None)
    computer["apps"][app["id"]] = app["sha256"]
    audit = _exit_code(app["audit_script"], 0) if audited else 0
    if audit:
        return _outcome("ERROR", f"{app['name']} was installed, and the audit script still ended with {audit}.", "")
    return _outcome("PASS", f"{app['name']} was installed.", output(app["audit_script"]) if audited else None)


def _run(script: dict[str, Any]) -> dict[str, Any]:
    code, said = _exit_code(script["script"], 0), output(script["script"])
    if code == 0:
        return _outcome("PASS", "The script ended with exit code 0.", said)
    if not script["remediation_script"]:
        return _outcome("ERROR", f"The script ended with exit code {code}.", said)
    after = _exit_code(script["remediation_script"], 0)
    text = f"The script ended with exit code {code}, the remediation script with {after}."
    return _outcome("ERROR" if after else "PASS", text, said)


def _is_installed(computer: Computer, app: dict[str, Any]) -> bool:
    return bool(computer["apps"].get(app["id"]) == app["sha256"])


def _exit_code(script: str, otherwise: int) -> int:
    """What a script ends with, as far as its text tells; an empty one succeeds."""
    depth, guarded = 0, set[str]()
    for line in _ASIDE.sub("''", script).splitlines():
        found = _EXIT.match(line)
        if found and depth == 0:
            return int(found[1]) if guarded <= {found[1]} else otherwise
        guarded |= set(_ANY_EXIT.findall(line))
        depth += len(_OPENS.findall(line)) - len(_CLOSES.findall(line))
    return otherwise if script.strip() else 0


def output(script: str) -> str:
    """What a script prints."""
    return "\n".join(next(filter(None, words), "") for words in _ECHO.findall(script))


def _outcome(status: str, log: str, audit_log: str | None) -> dict[str, Any]:
    return {"status": status, "log": log, "audit_log": audit_log}
