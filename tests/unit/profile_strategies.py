"""What the tests of configuration profiles share: strategies, and an imitation of what Iru does to a stored profile."""

from __future__ import annotations

import copy
import plistlib
import uuid
from datetime import datetime
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._profile import mobileconfig
from hypothesis import assume
from hypothesis import strategies as st

# Recognisable in any output, and unlike any word that the collection itself writes.
CANARY = "cAnArY-_Zq7x9"

texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=12
) | st.sampled_from(["$SERIAL_NUMBER", "a\tb", "two\nlines", "& < > \" '"])
keys = st.text(st.sampled_from("abcXYZ. _-"), min_size=1, max_size=6)
scalars = (
    texts
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number + 0.0)  # no negative zero
    | st.binary(max_size=40)
    | st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)).map(lambda moment: moment.replace(microsecond=0))
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
payloads = st.builds(
    lambda extra, kind: {**extra, "PayloadType": kind},
    st.dictionaries(keys, values, max_size=4),
    st.sampled_from(["com.apple.security.scep", "com.example.a", "com.example.b"]),
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inner for place in _places(item, (*path, key)))]


@st.composite
def changed_profiles(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A profile, and the same with one thing changed, removed or added somewhere inside PayloadContent."""
    profile = plistlib.loads(
        mobileconfig(draw(st.lists(payloads, min_size=1, max_size=3)), identifier="com.example.a", name="A")
    )
    changed = copy.deepcopy(profile)
    *parents, last = draw(st.sampled_from(_places(changed["PayloadContent"])[1:]))
    parent = changed["PayloadContent"]
    for key in parents:
        parent = parent[key]
    what = draw(st.sampled_from(["replace", "remove", "add", "swap"]))
    if what == "replace":
        parent[last] = draw(values)
    elif what == "remove":
        del parent[last]
    elif what == "swap" and isinstance(parent, list):
        parent.reverse()
    elif isinstance(parent, list):
        parent.insert(last, draw(scalars))
    else:
        parent[draw(keys)] = draw(scalars)
    assume(plistlib.dumps(changed) != plistlib.dumps(profile))
    return profile, changed


def as_iru_stores(text: bytes, item_id: str = "0f3e0a5c-93c1-4c7e-8a35-6a2f2b8f7c11") -> str:
    """What Iru gives back for an upload: top-level keys of its own, serialised anew with sorted keys and tabs."""
    profile: dict[str, Any] = plistlib.loads(text)
    profile["PayloadIdentifier"] = f"com.kandji.profile.custom.{item_id}"
    profile["PayloadDisplayName"] = "Name of the Library item"
    profile["PayloadUUID"] = str(uuid.uuid5(uuid.NAMESPACE_DNS, item_id))
    return plistlib.dumps(profile, sort_keys=True).decode("utf-8")
