"""An Okta org on Identity Engine: sign-on policies, apps, authenticators, devices, System Log."""

from __future__ import annotations

from sandbox.okta.answers import error_response
from sandbox.okta.seed import seed
from sandbox.okta.service import middlewares, routes
from sandbox.okta.service_apps import register_key

__all__ = ["error_response", "middlewares", "register_key", "routes", "seed"]
