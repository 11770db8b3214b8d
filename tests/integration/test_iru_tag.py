"""`iru_tag` against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.okta_iru.attestation.plugins.module_utils import _http
from ansible_collections.okta_iru.attestation.plugins.modules import iru_tag

from tests.integration.iru_runs import run, written
from tests.sandbox_process import SandboxProcess

TAGS = "/api/v1/tags"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "_backoff", lambda attempt: 0.0)


def tag(sandbox: SandboxProcess, **options: Any) -> dict[str, Any]:
    return run(sandbox, iru_tag, **options)


def names(sandbox: SandboxProcess) -> list[str]:
    return sorted(sandbox.state()["iru"]["tags"].values())


SEEDED = ["Executive", "Loaner", "Pilot"]


@pytest.mark.parametrize(
    ("options", "after"),
    [
        ({"name": "Attested"}, [*SEEDED, "Attested"]),
        ({"name": "pilot"}, [*SEEDED, "pilot"]),
        ({"name": "Attested", "previous_name": "Pilot"}, ["Executive", "Loaner", "Attested"]),
        ({"name": "Attested", "previous_name": "Nobody"}, [*SEEDED, "Attested"]),
        ({"name": "Pilot", "state": "absent"}, ["Executive", "Loaner"]),
    ],
)
def test_a_tag_is_brought_in_line_once(sandbox: SandboxProcess, options: dict[str, Any], after: list[str]) -> None:
    planned = tag(sandbox, check=True, **options)
    assert (written(sandbox), names(sandbox)) == ([], SEEDED)
    made = tag(sandbox, **options)
    assert (made["writes"], made["diff"]) == (planned["writes"], planned["diff"])
    assert made["writes"] == written(sandbox) != []
    assert names(sandbox) == sorted(after)
    sandbox.clear_requests()
    assert not tag(sandbox, **options)["changed"]
    assert written(sandbox) == []


def test_devices_keep_a_tag_that_is_renamed(sandbox: SandboxProcess) -> None:
    tags = sandbox.state()["iru"]["tags"]
    executive = next(key for key, name in tags.items() if name == "Executive")
    renamed = tag(sandbox, id=executive, name="Board")
    assert renamed["tag"] == {"id": executive, "name": "Board"}
    assert not tag(sandbox, id=executive)["changed"]
    assert not tag(sandbox, name="Board", previous_name="Executive")["changed"]


def test_what_cannot_be_told(sandbox: SandboxProcess) -> None:
    both = tag(sandbox, name="Pilot", previous_name="Loaner", fails=True)
    assert "so none can be renamed" in both["msg"]
    assert "There is no tag with the id" in tag(sandbox, id="0" * 8 + "-0000-0000-0000-" + "0" * 12, fails=True)["msg"]
    assert written(sandbox) == []
    state = sandbox.state()
    state["iru"]["tags"]["6d5b7a52-32a8-4b6a-9f0b-3f5f4f1f0f11"] = "Pilot"
    sandbox.load_state(state)
    assert len(tag(sandbox, name="Pilot", state="absent", fails=True)["failure"]["ids"]) == 2


FAULTS = [{"close": "before"}, {"close": "after"}, {"status": 503}, {"status": 503, "effect": True}, {"truncate": True}]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_write_that_breaks_off_happens_once(sandbox: SandboxProcess, fault: dict[str, Any]) -> None:
    for method, path, options in [
        ("POST", TAGS, {"name": "Attested"}),
        ("PATCH", f"{TAGS}/*", {"name": "Proven", "previous_name": "Attested"}),
        ("DELETE", f"{TAGS}/*", {"name": "Proven", "state": "absent"}),
    ]:
        sandbox.faults({"match": {"service": "iru", "method": method, "path": path}, "do": fault})
        assert tag(sandbox, **options)["changed"], (method, path)
        sandbox.clear_faults()
        assert not tag(sandbox, **options)["changed"], (method, path)
    assert names(sandbox) == SEEDED


def test_a_refused_name_that_is_there_by_now_is_no_failure(sandbox: SandboxProcess) -> None:
    """Whether names are unique is not known: here the tenant refuses the second one, which another run has made."""
    rule = {
        "match": {"method": "POST", "path": TAGS},
        "do": {"status": 400, "effect": True, "body": {"name": ["taken"]}},
    }
    sandbox.faults(rule)
    made = tag(sandbox, name="Attested")
    assert (made["changed"], made["tag"]["name"]) == (False, "Attested")
    sandbox.faults({"match": {"method": "POST", "path": TAGS}, "do": {"status": 400, "body": {"name": ["taken"]}}})
    assert "name: taken" in tag(sandbox, name="Other", fails=True)["msg"]
