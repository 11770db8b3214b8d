"""An Okta org on Identity Engine: sign-on policies, apps, authenticators, devices, System Log."""

from __future__ import annotations

from sandbox.okta.answers import error_response
from sandbox.okta.oauth import register_client_key
from sandbox.okta.seed import seed
from sandbox.okta.service import middlewares, routes

__all__ = ["error_response", "middlewares", "register_client_key", "routes", "seed"]
