# Copyright (c) 2026 okta_iru.attestation contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signs in to Okta as an OAuth 2.0 service app: ``client_credentials`` with ``private_key_jwt``, and DPoP if demanded.

Okta documents it in "Implement OAuth for Okta with a service app": assertion iss = sub = client id, aud = the org's
token endpoint, at most one hour. What refusals look like is known from live orgs; the sandbox's pages name the sources.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

from ansible_collections.okta_iru.attestation.plugins.module_utils._errors import (
    ApiError,
    BadAnswer,
    OutcomeUnknown,
    Unreachable,
)
from ansible_collections.okta_iru.attestation.plugins.module_utils._http import Client, HeaderAuth, Request, Response
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_dpop import HEADER, NONCE_HEADER, Prover
from ansible_collections.okta_iru.attestation.plugins.module_utils._okta_token_memory import AccessToken, TokenMemory
from ansible_collections.okta_iru.attestation.plugins.module_utils._secrets import Secrets
from ansible_collections.okta_iru.attestation.plugins.module_utils._server_clock import ServerClock
from ansible_collections.okta_iru.attestation.plugins.module_utils._signing_key import SigningKey

TOKEN_PATH = "/oauth2/v1/token"  # noqa: S105 - the org authorization server; custom ones cannot issue okta.* scopes
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_LIFE = 300  # seconds; Okta accepts up to 3600
_RENEW_BEFORE = 120  # seconds before a token expires
_USED = "already been used"


class TokenRequest(HeaderAuth):
    """Fills in requests for a token, each with an assertion, and where demanded a proof, of its own.

    Okta takes both only once, and spends them also when it then refuses the request.
    """

    def __init__(
        self,
        *,
        client_id: str,
        key: SigningKey,
        key_id: str | None,
        scopes: tuple[str, ...],
        secrets: Secrets,
        warn: Callable[[str], None],
    ) -> None:
        super().__init__(None)
        self.client_id = client_id
        self.scopes = scopes
        self.secrets = secrets
        self.unknown_scopes: frozenset[str] = frozenset()
        self.clock = ServerClock()
        self.prover: Prover | None = None
        self._key = key
        self._key_id = key_id or key.key_id
        self._warn = warn

    def __call__(self, prepared: Any) -> Any:
        form = {
            "grant_type": "client_credentials",
            "scope": " ".join(self.scopes),
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": self._assertion(prepared.url),
        }
        prepared.prepare_body(form, None)
        if self.prover is not None:
            prepared.headers[HEADER] = self.prover.proof(prepared.method, prepared.url)
        return prepared

    def answered(self, response: Response) -> bool:
        """Whether asking again with another assertion, nonce or time may help."""
        if response.status not in (400, 401):
            return False
        error = _error_of(response)
        if error == "invalid_dpop_proof" and self.prover is None:
            self.prover = Prover(self.clock.now)
            return True
        return self.was_renewed(error, response) or (error == "invalid_client" and self.set_clock(response))

    def was_renewed(self, error: str, response: Response) -> bool:
        """Whether the next proof differs from the refused one in what was wrong with it."""
        if error == "use_dpop_nonce":
            self.prover = self.prover or Prover(self.clock.now)
            return self.take_nonce(response)
        if error == "invalid_dpop_proof":
            return _USED in _description_of(response) or self.set_clock(response)
        return False

    def take_nonce(self, response: Response) -> bool:
        """Remember the nonce of an answer, if it has one; whether it is another one than before."""
        nonce = response.headers.get(NONCE_HEADER)
        if self.prover is None or not nonce or nonce == self.prover.nonce:
            return False
        self.prover.nonce = nonce
        return True

    def set_clock(self, response: Response) -> bool:
        """Go by the server's time if this machine's is more than a minute off; whether that is news."""
        if not self.clock.correct(response.headers):
            return False
        self._warn(
            f"This machine's clock is {self.clock.difference()} of Okta's. Okta's time was used to sign in; set the "
            "clock (NTP), since whether a certificate is valid is judged by it as well."
        )
        return True

    def advice(self, refusal: ApiError) -> str:
        """What to do about a token that was refused."""
        advice = _token_advice(refusal, self)
        clock = self.clock.difference()
        return f"{advice} This machine's clock is {clock} of Okta's." if clock else advice

    def key_title(self) -> str:
        """How messages call the key."""
        return f"the key {self._key_id}" if self._key_id else "the private key"

    def _assertion(self, url: str) -> str:
        now = int(self.clock.now())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": url,
            "iat": now,
            "exp": now + _ASSERTION_LIFE,
            "jti": str(uuid.uuid4()),
        }
        assertion = self._key.signed({"typ": "JWT", **({"kid": self._key_id} if self._key_id else {})}, claims)
        self.secrets.add(assertion)
        return assertion


class ServiceApp(HeaderAuth):
    """Signs requests with an access token: one that an earlier task of the run was granted, else fetched at first use.

    It is renewed before it expires, and once if Okta no longer accepts it.
    """

    def __init__(self, client: Client, token_request: TokenRequest, memory: TokenMemory) -> None:
        super().__init__(None)
        self._client = client
        self._request = token_request
        self._memory = memory
        self._scheme = self._token = ""
        self._renew_at = 0.0
        self._was_refused = False

    def __call__(self, prepared: Any) -> Any:
        if time.monotonic() >= self._renew_at and not self._recall():
            self._fetch()
        if self._scheme == HEADER and self._request.prover is not None:
            prepared.headers[HEADER] = self._request.prover.proof(prepared.method, prepared.url, self._token)
        prepared.headers["Authorization"] = f"{self._scheme} {self._token}"
        return prepared

    def answered(self, response: Response) -> bool:
        """Whether a new token, nonce or time may help. The nonce of a DPoP answer is always the one to use next."""
        if response.status in (400, 401) and self._request.was_renewed(_error_of(response), response):
            self._keep_proof_key()
            return True
        if self._request.take_nonce(response):
            self._keep_proof_key()
        if response.status != 401 or self._was_refused or not _names_the_token(response):
            return False
        self._was_refused = True
        self._renew_at = 0.0
        return True

    def advice(self, refusal: ApiError) -> str:
        """What to do about a request that was refused although a token was granted."""
        app = f"the service app {self._request.client_id}"
        if refusal.code == "insufficient_scope":
            scope = refusal.details.get("scope", "that this needs")
            if scope in self._request.unknown_scopes:
                return f"This org does not know the scope {scope}, so it does not have the feature: ask Okta for it."
            return f"Grant the scope {scope} to {app}: {_WHERE_SCOPES}."
        if refusal.code == "E0000006":
            return f"The scope is granted, but {app} has no admin role that allows this: {_WHERE_ROLES}."
        if refusal.code == "E0000011":
            return f"A new access token was not accepted either: check that {app} is active."
        return ""

    def _recall(self) -> bool:
        """Whether there is a token of an earlier task, other than the one in hand, which is refused or too old."""
        known = self._memory.token(but=self._token)
        if known is None:
            return False
        self._request.secrets.add(known.token)
        self._request.scopes, self._request.unknown_scopes = known.scopes, frozenset(known.unknown_scopes)
        self._scheme, self._token, self._renew_at = known.scheme, known.token, known.renew_at
        if known.proof_key is not None:
            _key, nonce = self._memory.proof_key() or (None, None)
            self._request.prover = Prover(self._request.clock.now, SigningKey.of_pem(known.proof_key), nonce)
        return True

    def _keep_proof_key(self) -> None:
        if self._request.prover is not None:
            self._memory.keep_proof_key(self._request.prover.key, self._request.prover.nonce)

    def _fetch(self) -> None:
        remembered = self._memory.proof_key()
        if self._request.prover is None and remembered is not None:
            self._request.prover = Prover(self._request.clock.now, *remembered)
        try:
            answer = self._ask()
        except ApiError as error:
            if error.code != "invalid_scope" or not self._leave_out_unknown_scopes():
                raise
            answer = self._ask()
        token = answer.get("access_token") if isinstance(answer, dict) else None
        self._request.secrets.add(token)
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise BadAnswer(f"POST {TOKEN_PATH} on Okta answered without an access_token; check that url is an org.")
        life = answer.get("expires_in", 3600)
        self._token = token
        self._scheme = HEADER if str(answer.get("token_type")).lower() == HEADER.lower() else "Bearer"
        self._renew_at = time.monotonic() + (life if isinstance(life, (int, float)) else 0) - _RENEW_BEFORE
        self._keep_proof_key()
        proof_key = self._request.prover.key.pem() if self._scheme == HEADER and self._request.prover else None
        unknown = tuple(sorted(self._request.unknown_scopes))
        self._memory.keep_token(
            AccessToken(self._scheme, token, self._renew_at, self._request.scopes, unknown, proof_key)
        )

    def _leave_out_unknown_scopes(self) -> bool:
        """Ask for each scope alone; whether some are left. Okta refuses all for one that the org does not know, which
        may be that of a feature it does not have, and does not say which."""
        wanted = self._request.scopes
        known = tuple(scope for scope in wanted if len(wanted) > 1 and self._is_known(scope))
        self._request.scopes = known or wanted
        self._request.unknown_scopes = frozenset(wanted) - frozenset(known)
        return bool(known)

    def _is_known(self, scope: str) -> bool:
        self._request.scopes = (scope,)
        try:
            self._ask()
        except ApiError as error:
            return error.code != "invalid_scope"
        return True

    def _ask(self) -> Any:
        """The answer to a request for a token. Asking twice is harmless: each has an assertion of its own."""
        for attempt in range(self._client.retries + 1):
            try:
                return self._client.send(Request("POST", TOKEN_PATH)).json()
            except OutcomeUnknown as error:
                failure = error
            except Unreachable as error:  # was tried as often as it should be; the request that wants a token need not
                raise Unreachable(error.message, **{**error.details, "final": True}) from None
            if attempt < self._client.retries:
                self._client.pause(attempt)
        raise Unreachable(
            f"The service app {self._request.client_id} could not sign in to Okta: {failure.message}", final=True
        )


_WHERE_APP = "Okta Admin Console, Applications, Applications, the app"
_WHERE_SCOPES = f"{_WHERE_APP}, Okta API Scopes"
_WHERE_ROLES = f"{_WHERE_APP}, Admin roles"


def _token_advice(refusal: ApiError, request: TokenRequest) -> str:
    app, text = f"the service app {request.client_id}", str(refusal.details.get("summary", ""))
    if refusal.code == "invalid_scope":
        return (
            f"This org does not know {' or '.join(request.scopes)}: it may not have the feature, or url is not its own."
        )
    if refusal.code == "consent_required":
        return (
            f"Grant {app} the scopes {' '.join(request.scopes)}: {_WHERE_SCOPES}. It needs an admin role as well: "
            f"{_WHERE_ROLES}."
        )
    if refusal.code == "invalid_client":
        return next(advice for word, advice in _client_advice(app, request.key_title()) if word in text)
    return ""


def _client_advice(app: str, key: str) -> list[tuple[str, str]]:
    """A word of Okta's description, and what to do."""
    keys = f"{_WHERE_APP}, General, Public Keys"
    return [
        (
            "'client_id'",
            f"There is no {app.removeprefix('the ')} in this org, or it is inactive: check client_id and url.",
        ),
        (
            "kid",
            f"Okta found no key of {app} for {key}: set key_id to the id (KID) that Okta shows for it ({keys}); an app "
            "with several keys needs it.",
        ),
        (
            "signature",
            f"Okta's public key of {app} does not match {key}: give the private key of one that Okta shows ({keys}).",
        ),
        ("", f"Check client_id, the private key and key_id of {app}, and that the app is active."),
    ]


def _names_the_token(response: Response) -> bool:
    """Whether a 401 is about the token, and not about a feature that the org lacks (also 401: E0000015)."""
    return b"E0000011" in response.content or "invalid_token" in response.headers.get("WWW-Authenticate", "")


def _error_of(response: Response) -> str:
    """The OAuth error: at the token endpoint in the body, at the API in WWW-Authenticate."""
    text = response.headers.get("WWW-Authenticate", "") or response.content[:1000].decode("utf-8", "replace")
    known = ("use_dpop_nonce", "invalid_dpop_proof", "invalid_client")
    return next((error for error in known if f'"{error}"' in text), "")


def _description_of(response: Response) -> str:
    return response.headers.get("WWW-Authenticate", "") + response.content[:1000].decode("utf-8", "replace")
