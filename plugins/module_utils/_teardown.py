# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Works out what teardown has to do: from the record of a tenant, and from what others have done since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import InvalidInput
from ansible_collections.okta_iru.attestation.plugins.module_utils._teardown_iru import IruPlan
from ansible_collections.okta_iru.attestation.plugins.module_utils._teardown_okta import OktaPlan
from ansible_collections.okta_iru.attestation.plugins.module_utils._teardown_since import (
    ASK,
    DISCARD,
    KEEP,
    LEAVE,
    NOTHING,
    Object,
    Step,
    named,
    said,
)


def teardown_plan(
    objects: Sequence[Object], *, there: Mapping[str, Any] | None = None, changed_since: str = ASK
) -> dict[str, list[Step]]:
    """The steps that take away what ``objects`` of a record say, by what is to be done, in the order of the keys.

    ``there`` is what is there now, in the forms of `OktaPlan` and `IruPlan`. Besides the steps there are ``kept``, what
    stays and why; ``nothing``, what nothing is to be done about; and ``changed_since``, what others have changed since
    of what goes or comes back. Raises InvalidInput for another ``changed_since`` than ask, discard or keep.
    """
    if changed_since not in (ASK, DISCARD, LEAVE):
        raise InvalidInput(f"changed_since is {changed_since!r}; expected {ASK}, {DISCARD} or {LEAVE}.")
    of_kind: dict[str, list[Object]] = defaultdict(list)
    for one in objects:
        of_kind[one["kind"]].append(one)
    okta, iru = (plan(of_kind, there or {}, changed_since) for plan in (OktaPlan, IruPlan))
    verdicts = [*okta.verdicts(), *iru.verdicts()]
    judged = {(one.one["kind"], one.one["id"]) for one in verdicts}
    unknown = [one for one in objects if (one["kind"], one["id"]) not in judged]
    return {
        **okta.steps(),
        **iru.steps(),
        "kept": [
            *(said(one) for one in verdicts if one.verb == KEEP),
            *(
                {"kind": one["kind"], **named(one), "why": "this version of the collection does not know it"}
                for one in unknown
            ),
        ],
        "nothing": [said(one) for one in verdicts if one.verb == NOTHING],
        "changed_since": [
            {"kind": one.one["kind"], **named(one.one), "changed": list(one.since)} for one in verdicts if one.since
        ],
    }
