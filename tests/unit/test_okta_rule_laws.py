"""Laws of rules of app sign-in policies, for every combination of options that Okta accepts."""

from __future__ import annotations

from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_body import wanted_body
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_compare import meaning
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_rule_stored import not_stored
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_verify_keys import renamed
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.okta_rule_wishes import ORG, options, stored, wishes

KINDS = st.fixed_dictionaries(
    {"risk_scoring": st.booleans(), "flexible_okta_verify": st.booleans(), "rule_network_added": st.booleans()}
)


def sent(wish: dict[str, Any], found: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    """The body that the org is sent, with the names of Okta Verify's methods that it takes."""
    body = {**wanted_body(wish, found), **more}
    return dict(renamed(body, flexible=ORG["settings"]["flexible_okta_verify"]))


@given(wish=wishes(), org=KINDS)
def test_a_second_run_sees_no_difference(wish: dict[str, Any], org: dict[str, bool]) -> None:
    ORG["settings"].update(org)
    made = stored(sent(wish, None, priority=0))
    assert meaning(wanted_body(wish, made)) == meaning(made)
    if "constraints" not in str(wish["actions"]):
        assert not_stored(sent(wish, None, priority=0), made) is None


@given(first=wishes(), second=wishes(), org=KINDS)
def test_any_rule_can_be_changed_into_any_other_and_then_stays(
    first: dict[str, Any], second: dict[str, Any], org: dict[str, bool]
) -> None:
    ORG["settings"].update(org)
    made = stored(sent(first, None, priority=3))
    assert meaning(wanted_body(options(), made)) == meaning(made)
    assert stored(sent(options(), made))["conditions"] == made["conditions"]
    try:
        body = sent(second, made)
    except InvalidInput as error:
        # A rule that stays on DENY takes no factors, and one that stays on a chain no number of them; the user is told.
        assert "access: deny" in str(error) or "Okta would drop it" in str(error)
        return
    changed = stored(body)
    assert meaning(wanted_body(second, changed)) == meaning(changed)


@given(wish=wishes(), before=st.booleans(), after=st.booleans())
def test_rules_mean_the_same_before_and_after_okta_translates_them(
    wish: dict[str, Any], before: bool, after: bool
) -> None:
    ORG["settings"].update(risk_scoring=False, rule_network_added=True, flexible_okta_verify=before)
    made = stored(sent(wish, None, priority=0))
    translated = {**made, "actions": renamed(made["actions"], flexible=after)}
    assert meaning(wanted_body(wish, translated)) == meaning(translated) == meaning(made)
