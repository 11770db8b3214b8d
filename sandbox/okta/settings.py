"""Switches of the sandbox org: kinds of org, and behaviour that no public source settles."""

from __future__ import annotations

from typing import Any

SETTINGS: dict[str, Any] = {
    # "idx" is Identity Engine, "v1" a Classic org.
    "pipeline": "idx",
    # Every token of the org is refused with 401 E0000011.
    "tokens_expired": False,
    # Names of features the org lacks (401 E0000015): devices, device-assurances, device-integrations,
    # policy-simulation.
    "missing_features": [],
    # What the role of the SSWS token's owner allows, in scopes; None is a super admin, [] an owner without a role.
    "ssws_scopes": None,
    # Scopes granted to the service apps.
    "oauth_scopes": None,
    # Scopes that the org does not know, as those of a feature that it does not have (invalid_scope for all).
    "unknown_scopes": [],
    # What the admin role of the service apps allows, in scopes; None is a super admin, [] an app without a role.
    "oauth_role": None,
    # The service apps demand DPoP: the default of apps made since February 2024 (okta/okta-sdk-nodejs issue 424).
    "dpop_required": False,
    # How the API refuses an access token that is invalid or expired: "body" is E0000011, "challenge" is the header
    # WWW-Authenticate only.
    "oauth_401": "body",
    # The API demands the nonce in proofs too; seen by clients, while Okta's guide calls it "not currently required".
    "dpop_nonce_for_api": False,
    # The org's clock is this many seconds ahead of this machine's (negative: behind).
    "clock_ahead_seconds": 0,
    # Lists of policies tell what each is for; recorded both ways, Okta's Python SDK 3.4 fails with it (its issue 573).
    "policy_resource_type": True,
    # A PUT of a policy without a description keeps the old one; PUT is documented as a replacement, not recorded so.
    "policy_put_keeps_description": False,
    # riskScore ANY is added to rules; without risk scoring a rule that sends it is refused.
    "risk_scoring": False,
    # "Flexible Okta Verify": writes must name okta_verify_fastpass and so on instead of okta_verify.
    "flexible_okta_verify": False,
    # A rule that is sent without a network condition gets ANYWHERE: so in the example of okta-developer-docs,
    # guides/policy-rule-prioritization; in all recordings the client sends it.
    "rule_network_added": True,
    # So many writes of rules that follow a shift of priorities are refused with 423 E0000239 in that policy.
    "reconciling_refusals": 0,
    # A PUT that leaves a rule's priority as it is shifts the rules below by one, as the "priority drift" example of
    # that guide has it in one of its steps (and not in another).
    "same_priority_shifts": False,
    # Policy simulation takes a list as body and answers with one, as the schema of the specification says (there
    # policyType is a list too).
    "simulation_takes_lists": False,
    # Groups that an app is assigned to, by its id: {"0oa…": ["00g…"]}; an app that is not here has everybody.
    "app_groups": {},
    # Status of a duplicate rule name: the Terraform provider retries both 400 and 409, no body is recorded.
    "duplicate_rule_name_status": 400,
    # Keys of the authenticators that the org's enrolment policy enables, which then cannot be switched off (recorded).
    "enrollment_policy_authenticators": ["okta_email", "okta_password", "okta_verify"],
    # Okta Verify has enrollmentSecurityLevel: recorded of some orgs only.
    "enrollment_security_level": False,
    # A PUT of an authenticator or a method leaves settings that it lacks as they are; else they get their default.
    "authenticator_put_merges": False,
    # Device assurance has displayRemediationMode (HIDE when none is sent) and gracePeriod; recorded with and without.
    "assurance_remediation": True,
    # Names of device assurance policies are unique: no source tells.
    "unique_assurance_names": False,
    # profile.managed of a device: in the specification, absent from every recording.
    "device_profile_managed": False,
    # A changed device is found by `search` only this many seconds (real time is not used) of world time later.
    "device_search_lag_seconds": 0,
    # So many reads of a device by its id still show it as it was before its last change (recorded: one).
    "device_stale_reads": 0,
    # Okta Verify for download: its version and size, and whether its metadata tells the SHA-256.
    "artifact_version": "9.71.0",
    "artifact_bytes": 2_000_000,
    "artifact_hashes": True,
    # There is a package for Windows under OKTA_VERIFY_WINDOWS: no public source tells.
    "windows_artifact": False,
    # Downloads: parts are served; each answer is cut after so many bytes; a byte is wrong; a redirect to this origin.
    "artifact_ranges": True,
    "artifact_cut_after": None,
    "artifact_corrupt": False,
    "artifact_redirect_to": None,
    # Devices a page with `expand`; above it 400 E0000001. The specification recommends 20 and allows 200.
    "device_expand_limit": 200,
    # Devices and past events that are made when they are read (sandbox/okta/synthetic_*.py), and the days they span.
    "synthetic_devices": 0,
    "synthetic_events": 0,
    "synthetic_days": 6,
    # Each n-th event of the System Log arrives so many seconds (of world time) after it was published.
    "log_delay_seconds": 0,
    "log_delay_every": 1,
    # Host in Link headers instead of the org's own: recorded of orgs that are asked under another name.
    "link_host": None,
    # Header names in lower case, as HTTP/2 has them; both are recorded.
    "lower_case_headers": False,
    # So many of the next requests are refused for too many at a time: 429 with limit and remaining 0.
    "concurrency_refusals": 0,
    # Requests a minute for a bucket, over the documented numbers: {"/api/v1/policies": 50}.
    "rate_limits": {},
    "rate_limits_enforced": True,
}
"""The defaults; `world.data["okta"]["settings"]` holds the org's values."""
