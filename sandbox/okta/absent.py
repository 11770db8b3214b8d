"""Features that this org does not have: 401 E0000015, as recorded of orgs without them (okta/okta-sdk-python)."""

from __future__ import annotations

from typing import NoReturn

from aiohttp import web

from sandbox.okta.access import needs
from sandbox.okta.answers import OktaError


@needs("okta.devicePostureChecks.read")
async def read_posture_checks(request: web.Request) -> web.Response:
    """GET /api/v1/device-posture-checks, …/default and …/{id} (test_device_posture_check_it)."""
    _refuse(request)


@needs("okta.devicePostureChecks.manage")
async def write_posture_checks(request: web.Request) -> web.Response:
    """POST, PUT and DELETE of /api/v1/device-posture-checks."""
    _refuse(request)


@needs("okta.authenticators.read")
async def read_aaguids(request: web.Request) -> web.Response:
    """GET /api/v1/authenticators/{id}/aaguids: models of security keys (test_authenticator_it)."""
    _refuse(request)


def _refuse(request: web.Request) -> NoReturn:
    del request
    raise OktaError("E0000015")
