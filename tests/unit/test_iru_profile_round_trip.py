"""The law of custom profiles, held against the sandbox's store: what was uploaded reads back as equal, and a profile
that differs in one place inside does not."""

from __future__ import annotations

import plistlib

from ansible_collections.okta_iru.attestation.plugins.module_utils._iru_profiles import WantedProfile, changes_of
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.iru import profiles
from tests.unit.profile_strategies import changed_profiles
from tests.unit.sandbox_iru import Tenant

WORLD = Tenant(0, 0).world
FORMATS = st.sampled_from([plistlib.FMT_XML, plistlib.FMT_BINARY])


@settings(deadline=None)
@given(changed_profiles(), FORMATS, st.booleans())
def test_what_was_uploaded_is_equal_and_one_change_is_not(pair, fmt, scope_added):
    WORLD.data["iru"]["settings"]["payload_scope_added"] = scope_added
    profile, changed = pair
    stored = profiles.create(WORLD, "Okta", plistlib.dumps(profile, fmt=fmt, sort_keys=False))
    wanted, other = (WantedProfile("Okta", plistlib.dumps(one)) for one in (profile, changed))
    assert not changes_of(wanted, profiles.public(WORLD, stored))
    assert changes_of(other, profiles.public(WORLD, stored)).content
    profiles.update(WORLD, stored, {"file": other.content})
    assert not changes_of(other, profiles.public(WORLD, stored))
    assert changes_of(wanted, profiles.public(WORLD, stored)).content
    # A write of the name alone gives new top-level keys and changes nothing that counts.
    uuid = stored["payload_uuid"]
    profiles.update(WORLD, stored, {"name": "Okta"})
    assert stored["payload_uuid"] != uuid
    assert not changes_of(other, profiles.public(WORLD, stored))
