"""Laws of comparison: what was applied once compares equal, and nothing but what the user set is ever sent."""

from __future__ import annotations

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils import _iru_apps, _iru_scripts
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_apps import WantedApp
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_device_changes import (
    TAGS_MODES,
    WantedDevice,
    changes_of,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_scripts import WantedScript
from ansible_collections.okta_iru.attestation.plugins.module_utils._script_text import is_same_script
from hypothesis import given
from hypothesis import strategies as st

TEXTS = st.text(" \t\r\n#!/abcä", max_size=12)
CATEGORIES = st.sampled_from(["c1", "c2"])


def records(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of the fields, at least none of them."""
    return st.fixed_dictionaries({}, optional=fields)


APP = {
    "name": st.sampled_from("AB"),
    "install_type": st.sampled_from(_iru_apps.INSTALL_TYPES),
    "install_enforcement": st.sampled_from(_iru_apps.ENFORCEMENTS),
    "unzip_location": st.sampled_from(["", "/tmp"]),  # noqa: S108 - a place on a Mac
    "restart": st.booleans(),
    "active": st.booleans(),
    "audit_script": TEXTS.map(str.rstrip),
    "preinstall_script": TEXTS.map(str.rstrip),
    "show_in_self_service": st.booleans(),
    "self_service_category_id": CATEGORIES,
    "self_service_recommended": st.booleans(),
}
SCRIPT = {
    "name": st.sampled_from("AB"),
    "script": TEXTS.map(str.rstrip),
    "remediation_script": TEXTS.map(str.rstrip),
    "execution_frequency": st.sampled_from(_iru_scripts.FREQUENCIES),
    "active": st.booleans(),
    "show_in_self_service": st.booleans(),
}
TRIMS = st.sampled_from([str, str.rstrip, str.strip])


def stored(fields: dict[str, Any], trim: Any) -> dict[str, Any]:
    """Fields as a server keeps them: scripts trimmed, self-service details gone from what is not shown."""
    kept = {key: trim(value) if key.endswith("script") else value for key, value in fields.items()}
    if not kept.get("show_in_self_service"):
        kept.pop("self_service_category_id", None)
        kept.pop("self_service_recommended", None)
    return kept


@given(wanted=records(**APP), found=st.fixed_dictionaries(APP), trim=TRIMS)
def test_an_app_that_was_changed_compares_equal(wanted: dict[str, Any], found: dict[str, Any], trim: Any) -> None:
    found = stored(found, trim)
    shown = wanted.get("show_in_self_service", found["show_in_self_service"])
    if not shown:  # such details are refused before anything is compared
        wanted = {key: value for key, value in wanted.items() if not key.startswith("self_service")}
    changes = _iru_apps.changes_of(WantedApp(wanted), found)
    assert set(changes) <= {*wanted, "audit_script"}
    after = stored({"self_service_category_id": "c1", "self_service_recommended": False, **found, **changes}, trim)
    assert _iru_apps.changes_of(WantedApp(wanted), after) == {}


@given(wanted=records(**SCRIPT), found=st.fixed_dictionaries(SCRIPT), trim=TRIMS)
def test_a_script_that_was_changed_compares_equal(wanted: dict[str, Any], found: dict[str, Any], trim: Any) -> None:
    found = stored(found, trim)
    changes = _iru_scripts.changes_of(WantedScript(wanted), found)
    assert set(changes) <= set(wanted)
    assert _iru_scripts.changes_of(WantedScript(wanted), stored({**found, **changes}, trim)) == {}


@given(text=TEXTS, other=TEXTS, trim=TRIMS)
def test_scripts_differ_in_more_than_white_space_at_their_ends(text: str, other: str, trim: Any) -> None:
    assert is_same_script(text, trim(text))
    if text.strip() != other.strip():
        assert not is_same_script(text, trim(other))


TAGS = st.lists(st.sampled_from("ABCD"), max_size=4)


@given(
    tags=TAGS.map(tuple),
    mode=st.sampled_from(TAGS_MODES),
    device=st.fixed_dictionaries({"tags": TAGS.map(set).map(sorted), "asset_tag": st.sampled_from([None, "", "1"])}),
    asset_tag=st.sampled_from([None, "", "1", "2"]),
)
def test_a_device_that_was_changed_compares_equal(
    tags: tuple[str, ...], mode: str, device: dict[str, Any], asset_tag: str | None
) -> None:
    wanted, nobody = WantedDevice(asset_tag=asset_tag, tags=tags, tags_mode=mode), Any
    changes = changes_of(wanted, device, nobody)  # type: ignore[arg-type] - no name to look up
    after = {**device, **changes}
    assert changes_of(wanted, after, nobody) == {}  # type: ignore[arg-type]
    have, lose = set(after["tags"]), set(tags)
    assert {"add": lose <= have, "exact": lose == have, "remove": not lose & have}[mode]
    assert mode == "exact" or set(device["tags"]) - lose == have - lose, "other tags stay as they are"
